"""The comparison in words: Markdown tables that are readable in a terminal too."""

import math
from collections.abc import Sequence

import numpy as np

from darla.running.markdown import join_names, markdown_table
from darla_agents.comparison.estimates import Estimate, format_estimate, format_interval
from darla_agents.comparison.gap import GapClosed
from darla_agents.comparison.scores import Group, TaskScores
from darla_agents.comparison.statistics import MINIMUM_MARGIN, Interval
from darla_agents.comparison.summary import (
    ALL_TARGETS,
    RATIO,
    Comparison,
    GroupSummary,
    TaskSummary,
)

_TOGETHER, _NO_INTERVAL = "together", "no interval"


def report_task(summary: TaskSummary, comparison: Sequence[str]) -> str:
    """Return the Markdown section of one task, with paragraphs about one kind against another."""
    scores = summary.scores
    parts = [
        f"## {scores.task}",
        _who(scores),
        "Return: mean and interquartile mean (IQM) over seeds.",
        _returns_table(scores, summary.groups),
        _what_ratios_are(scores),
        _ratio_table(scores, summary.groups),
        *report_gaps(scores, summary.gaps),
        *comparison,
    ]
    notes = _notes(scores, summary.groups)
    if notes:
        parts.append("\n".join(f"- {note}" for note in notes))
    return "\n\n".join(parts)


def report_comparison(comparison: Comparison) -> str:
    """Return the paragraph about one group against another."""
    first, second = comparison.first, comparison.second
    over = join_names(comparison.domains)
    title = f"**{first} against {second}**: mean {comparison.measure} over {over}."
    if comparison.measure != RATIO:
        title += " Their sources differ, and so do the margins that ratios would be relative to."
    left_out = (
        f" Left out, for want of a partner or of a defined {comparison.measure}: "
        f"{_seeds(comparison.left_out)}."
        if comparison.left_out
        else ""
    )
    difference = comparison.difference
    if difference is None:
        return f"{title} No seed has a defined {comparison.measure} in both.{left_out}"
    lines = [
        title,
        f"{first} {comparison.first_scores.mean():.2f}, "
        f"{second} {comparison.second_scores.mean():.2f}, "
        f"difference {_plus(difference.mean)} over {_seeds(comparison.seeds)}, paired.{left_out}",
    ]
    pairs = zip(comparison.seeds, comparison.first_scores - comparison.second_scores, strict=True)
    lines.append("By seed: " + ", ".join(f"{seed}: {_plus(gap)}" for seed, gap in pairs) + ".")
    if not difference.intervals:
        lines.append("One pair of seeds gives no interval: train more seeds.")
    for interval in difference.intervals:
        ends = f"[{_plus(interval.low)}, {_plus(interval.high)}]"
        verdict = _verdict(interval, comparison)
        lines.append(f"{interval.level:.0%} interval of the difference {ends}: {verdict}.")
    lines.append(
        f"Probability that an agent on {first} beats one on {second}: "
        f"{comparison.probability:.2f}{format_interval(comparison.probability_interval)}."
    )
    return "\n".join(lines)


def _who(scores: TaskScores) -> str:
    """Say which groups there are, and how many episodes they played."""
    groups = ", ".join(
        f"{group.label} ({_size(group)})"
        for group in scores.groups
        if not scores.trained_in_target(group)
    )
    episodes = _range([count for g in scores.groups for n in g.episodes.values() for count in n])
    random = _range([score.episodes for score in scores.random.values()])
    return (
        f"{groups}; {episodes} episodes for each agent in each domain, {random} of the random "
        f"policy.\n{_references(scores)}In brackets: 95% bootstrap intervals over seeds."
    )


def _references(scores: TaskScores) -> str:
    """Say which groups were trained in a target; nothing where there are none."""
    groups = [group for group in scores.groups if scores.trained_in_target(group)]
    if not groups:
        return ""
    kinds = join_names([*dict.fromkeys(group.kind for group in groups)])
    seeds, places = _range([len(group.seeds) for group in groups]), {g.source for g in groups}
    each = f"{seeds} {'seed' if seeds == '1' else 'seeds'}"
    return (
        f"Trained in a target, and shown in that one alone: {kinds} ({each}) in "
        f"{join_names([name for name in scores.targets if name in places])}.\n"
    )


def _returns_table(scores: TaskScores, summaries: Sequence[GroupSummary]) -> str:
    """Return the table of returns: a row for each group in each domain."""
    rows = []
    for domain in (*scores.domains, ALL_TARGETS):
        first = True
        for summary in summaries:
            cell = summary.over(domain)
            reference = scores.trained_in_target(summary.group)
            if cell is None or (reference and domain != summary.group.source):
                continue
            rows.append(
                [
                    domain if first else "",
                    summary.group.label,
                    format_estimate(cell.mean),
                    format_estimate(cell.interquartile_mean),
                    "-" if math.isnan(cell.success) else f"{cell.success:.2f}",
                    f"{cell.random:.2f}",
                ]
            )
            first = False
    header = ["domain", "agents", "mean return", "IQM", "success", "random policy"]
    return markdown_table(header, rows, left=2)


def _what_ratios_are(scores: TaskScores) -> str:
    """Say what a ratio is, and whose source it is relative to where there are several."""
    text = (
        "Transfer ratio, (R_target - R_random,target) / (R_source - R_random,source): mean over "
        "seeds."
    )
    sources = dict.fromkeys(
        group.source for group in scores.groups if not scores.trained_in_target(group)
    )
    if len(sources) > 1:
        text += (
            "\nEach is relative to the margin in the agents' own source "
            f"({join_names([*sources])}): agents of different sources compare by their returns."
        )
    return text


def _ratio_table(scores: TaskScores, summaries: Sequence[GroupSummary]) -> str:
    """Return the table of transfer ratios: a row for each domain, a column for each group."""
    summaries = [each for each in summaries if not scores.trained_in_target(each.group)]
    rows = []
    for domain in (*scores.domains, ALL_TARGETS):
        cells = [_ratio(summary, domain) for summary in summaries]
        if any(cell != "" for cell in cells):
            rows.append([domain, *cells])
    return markdown_table(["domain", *(summary.group.label for summary in summaries)], rows)


def _ratio(summary: GroupSummary, domain: str) -> str:
    """Return a group's cell for a domain; empty where it was not evaluated."""
    cell = summary.over(domain)
    if cell is None:
        return ""
    if domain == summary.group.source and cell.ratio.seeds:
        return "1"
    text = format_estimate(cell.ratio)
    evaluated = int(np.isfinite(cell.returns).sum())
    if 0 < cell.ratio.seeds < evaluated:
        text += f" ({cell.ratio.seeds} of {evaluated} seeds)"
    return text


def _plus(number: float) -> str:
    """Format with its sign; what rounds to nothing has a plus."""
    return f"{round(number, 2) + 0.0:+.2f}"


def _verdict(interval: Interval, comparison: Comparison) -> str:
    """Say what an interval of a difference means."""
    better = "transfers better" if comparison.measure == RATIO else "returns more"
    if interval.low > 0:
        return f"above 0, {comparison.first} {better}"
    if interval.high < 0:
        return f"below 0, {comparison.second} {better}"
    return "holds 0, undecided"


def _notes(scores: TaskScores, summaries: Sequence[GroupSummary]) -> list[str]:
    """Return what a reader must know of single groups, a line each."""
    notes = []
    for summary in summaries:
        group = summary.group
        if len(group.seeds) == 1 and not scores.trained_in_target(group):
            notes.append(f"{group.label}: one seed gives no interval; train more seeds.")
        notes += _missing(scores, group)
    return notes


def _missing(scores: TaskScores, group: Group) -> list[str]:
    """Say what is missing from a group's ratios and episodes."""
    notes = []
    if group.source not in group.returns:
        return [
            f"{group.label}: not evaluated in its source {group.source!r}, so its transfer ratios "
            f"are undefined; run darla evaluate-transfer --domains {group.source}"
        ]
    ratios = scores.ratios(group, group.source)
    undefined = [seed for seed, ratio in zip(group.seeds, ratios, strict=True) if np.isnan(ratio)]
    if undefined:
        notes.append(
            f"{group.label}: transfer ratio undefined for {_seeds(undefined)}, less than "
            f"{MINIMUM_MARGIN} above the random policy in {group.source!r}."
        )
    uneven = [name for name, count in group.episodes.items() if len({*count.tolist()}) > 1]
    if uneven:
        notes.append(
            f"{group.label}: seeds differ in their number of episodes in {join_names(uneven)}; "
            "run darla evaluate-transfer again to complete them."
        )
    return notes


def _range(counts: Sequence[int]) -> str:
    """Return ``3``, or ``3 to 5`` where counts differ."""
    low, high = min(counts), max(counts)
    return str(low) if low == high else f"{low} to {high}"


def _size(group: Group) -> str:
    """Return how many seeds a group has, and its details."""
    count = len(group.seeds)
    seeds = f"{count} {'seed' if count == 1 else 'seeds'}"
    return f"{seeds}, {group.details}" if group.details else seeds


def _seeds(seeds: Sequence[int]) -> str:
    """Return ``seed 1``, or ``seeds 1, 2 and 3``."""
    return f"{'seed' if len(seeds) == 1 else 'seeds'} {join_names([str(seed) for seed in seeds])}"


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
            "No interval: the lower or the upper group has a single seed, or the gap is too small "
            "for its seeds."
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
        f"that target.\n{_TOGETHER.capitalize()}: between means over these targets."
    )


def _share(share: Estimate | None) -> str:
    """Return a cell of the table."""
    if share is None:
        return ""
    if math.isnan(share.value):
        return "undefined"
    return format_estimate(share, "one seed" if share.seeds == 1 else _NO_INTERVAL)
