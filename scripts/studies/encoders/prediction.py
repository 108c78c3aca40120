"""Does anything that can be measured on an encoder predict how its agents transfer?

Spearman's rank correlation over the encoders of the study, with a 95% bootstrap interval over
encoders, of each score with the mean transfer of the agents on that encoder. A score that says
nothing about transfer has an interval that holds 0; with dozens of scores one in twenty will not.
"""

from collections.abc import Sequence

import numpy as np
from transfer.ladder import COLORS as TARGETS_OF

from agents.rank_correlation import RankCorrelation, rank_correlation
from envs.domains import GO_TO_OBJECT

COLORS = TARGETS_OF[GO_TO_OBJECT]
"""Targets whose colours encoders have seen and policies have not."""
AGENTS = {"all": "all latents", "masked": "look hidden"}
FEWEST = 30
"""Encoders below which nothing is said."""
TASK = "go_to_object"


def outcomes(rows: Sequence[dict], agent: str) -> np.ndarray:
    """Return the mean transfer ratio over COLORS of each encoder's agent, (n,); NaN where unknown.

    Args:
        rows: of the study, one for each encoder.
        agent: ``all`` or ``masked``.
    """
    found = [row.get("transfer", {}).get(agent, {}) for row in rows]
    return np.array([np.mean([each.get(color, np.nan) for color in COLORS]) for each in found])


def predictors(rows: Sequence[dict]) -> dict[str, np.ndarray]:
    """Return every score that varies between encoders, (n,) each; NaN where an encoder lacks it."""
    names = dict.fromkeys(name for row in rows for name in row["scores"][TASK])
    columns = {}
    for name in names:
        values = [row["scores"][TASK].get(name) for row in rows]
        columns[name] = np.array([np.nan if value is None else value for value in values])
    return {name: column for name, column in columns.items() if _varies(column)}


def prediction_table(rows: Sequence[dict]) -> str:
    """Return a Markdown table: a line for each score, the strongest first, a column for each agent.

    Scores that fewer than FEWEST encoders have are left out; with fewer rows there is no table.
    """
    if len(rows) < FEWEST:
        return f"{len(rows)} encoders have rows so far, and fewer than {FEWEST} say nothing."
    targets = {agent: outcomes(rows, agent) for agent in AGENTS}
    found = {
        name: {agent: rank_correlation(column, target) for agent, target in targets.items()}
        for name, column in predictors(rows).items()
        if np.isfinite(column).sum() >= FEWEST
    }
    strength = {name: max(_size(each) for each in of.values()) for name, of in found.items()}
    lines = ["| score | " + " | ".join(AGENTS.values()) + " |", "|---|" + "---:|" * len(AGENTS)]
    for name in sorted(found, key=lambda name: -strength[name]):
        cells = [_shown(found[name][agent]) for agent in AGENTS]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _varies(column: np.ndarray) -> bool:
    known = column[np.isfinite(column)]
    return len(known) > 0 and bool(np.ptp(known) > 0)


def _size(found: RankCorrelation | None) -> float:
    return 0.0 if found is None else abs(found.value)


def _shown(found: RankCorrelation | None) -> str:
    if found is None:
        return "-"
    interval = found.interval
    brackets = "" if interval is None else f" [{interval.low:+.2f}, {interval.high:+.2f}]"
    return f"{found.value:+.2f}{brackets}"
