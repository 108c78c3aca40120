"""The comparison in words: Markdown tables that are readable in a terminal too."""

import math
from collections.abc import Sequence

import numpy as np

from darla.running.markdown import join_names, markdown_table
from darla_agents.comparison.estimates import format_estimate, format_interval
from darla_agents.comparison.intervals import Interval
from darla_agents.comparison.normalised import reference_in
from darla_agents.comparison.report_gaps import report_gaps
from darla_agents.comparison.scores import Group, TaskScores
from darla_agents.comparison.statistics import MINIMUM_MARGIN
from darla_agents.comparison.summary import (
    ALL_TARGETS,
    RATIO,
    Comparison,
    GroupSummary,
    TaskSummary,
)

INTERVALS = (
    "In brackets: 95% intervals. Those of means, ratios and differences are Student's t over "
    "agents, or over\nencoders where a group has several; those of IQMs and probabilities are "
    "bootstraps over agents, too short with few."
)


def report_task(summary: TaskSummary, comparison: Sequence[str], gamma: float = 1.0) -> str:
    """Return the Markdown section of one task, with paragraphs about one kind against another.

    Gamma is the normalised score that optimality gaps were measured from.
    """
    scores = summary.scores
    parts = [
        f"## {scores.task}",
        _who(scores),
        _what_returns_are(scores, gamma),
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
        what = "pair of seeds" if difference.pairs == 1 else "group of encoders"
        lines.append(f"One {what} gives no interval: train more seeds.")
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
        f"policy.\n{_references(scores)}{INTERVALS}"
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
                    format_estimate(cell.optimality_gap),
                    "-" if math.isnan(cell.success) else f"{cell.success:.2f}",
                    f"{cell.random:.2f}",
                ]
            )
            first = False
    header = [
        "domain",
        "agents",
        "mean return",
        "IQM",
        "optimality gap",
        "success",
        "random policy",
    ]
    return markdown_table(header, rows, left=2)


def _what_returns_are(scores: TaskScores, gamma: float) -> str:
    """Say what is in the table of returns, and what normalised scores are relative to."""
    names = [reference.agents for d in scores.domains if (reference := reference_in(scores, d))]
    best = join_names([*dict.fromkeys(names)])
    return (
        "Return: mean and interquartile mean (IQM) over seeds. Optimality gap: the mean of "
        f"max(0, {gamma:g} - score),\nwhere a score of 0 is the random policy's return in that "
        f"domain, and 1 the mean return there of {best}."
    )


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
        notes += [*_units(group), *_missing(scores, group)]
    return notes


def _units(group: Group) -> list[str]:
    """Say what a group's encoders mean for its intervals; nothing where it has none."""
    encoders = [name for name in group.encoders if name]
    several = len({*encoders})
    if not encoders or len(group.seeds) == 1:
        return []
    if several == 1:
        return [f"{group.label}: one encoder, so intervals are about agents on it, not on others."]
    if several == len(group.seeds):
        return [f"{group.label}: an encoder for each agent."]
    return [f"{group.label}: {several} encoders, the units of intervals of means."]


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
