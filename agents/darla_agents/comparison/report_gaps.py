"""The gap to agents that were trained in the targets, in words: how much of it is closed."""

import math
from collections.abc import Sequence

from darla.running.markdown import join_names, markdown_table
from darla_agents.comparison.estimates import Estimate, format_estimate
from darla_agents.comparison.gap import GapClosed
from darla_agents.comparison.scores import TaskScores

_TOGETHER, _NO_INTERVAL = "together", "no interval"


def report_gaps(scores: TaskScores, gaps: Sequence[GapClosed]) -> list[str]:
    """Return the paragraphs about agents that were trained in targets; none without such agents."""
    if not gaps:
        return []
    domains = [name for name in scores.targets if any(name in gap.domains for gap in gaps)]
    rows = [[name, *(_share(gap.domains.get(name)) for gap in gaps)] for name in domains]
    if any(gap.together is not None for gap in gaps):
        rows.append([_TOGETHER, *(_share(gap.together) for gap in gaps)])
    parts = [
        _what_is_closed(scores, gaps),
        markdown_table(["domain", *(gap.agents for gap in gaps)], rows),
    ]
    if any(_NO_INTERVAL in cell for row in rows for cell in row):
        parts.append(
            "No interval: the lower or the upper group has a single seed, or the two are not "
            "apart,\nso that any share is possible."
        )
    return parts


def _what_is_closed(scores: TaskScores, gaps: Sequence[GapClosed]) -> str:
    """Say what the share is, and between which agents."""
    uppers = {label for gap in gaps for label in gap.upper.values()}
    groups = [group for group in scores.groups if group.label in uppers]
    kinds = join_names([*dict.fromkeys(group.kind for group in groups)])
    lowers = [*dict.fromkeys(gap.lower for gap in gaps)]
    return (
        "Share of the gap closed, (R_target - R_lower) / (R_upper - R_lower), between means over "
        f"seeds:\nlower is {join_names(lowers)}, upper are agents on {kinds} that were trained in "
        f"that target; intervals are Fieller's.\n{_TOGETHER.capitalize()}: between means over "
        "these targets."
    )


def _share(share: Estimate | None) -> str:
    """Return a cell of the table."""
    if share is None:
        return ""
    if math.isnan(share.value):
        return "undefined"
    return format_estimate(share, "one seed" if share.seeds == 1 else _NO_INTERVAL)
