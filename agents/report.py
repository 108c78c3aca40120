"""The comparison in words: Markdown tables that are readable in a terminal too."""

import math
from collections.abc import Sequence

import numpy as np

from agents.scores import Group, TaskScores
from agents.statistics import MINIMUM_MARGIN, Interval
from agents.summary import Comparison, DomainSummary, Estimate, GroupSummary

ALL_TARGETS = "all targets"


def report_task(
    scores: TaskScores, summaries: Sequence[GroupSummary], comparison: Sequence[str]
) -> str:
    """Return the Markdown section of one task.

    Args:
        scores: of the task.
        summaries: of its groups.
        comparison: paragraphs about one kind against another.
    """
    parts = [
        f"## {scores.task}",
        _who(scores),
        "Return: mean and interquartile mean (IQM) over seeds.",
        _returns_table(scores, summaries),
        "Transfer ratio, (R_target - R_random,target) / (R_source - R_random,source): mean over "
        "seeds.",
        _ratio_table(scores, summaries),
        *comparison,
    ]
    notes = _notes(scores, summaries)
    if notes:
        parts.append("\n".join(f"- {note}" for note in notes))
    return "\n\n".join(parts)


def report_comparison(comparison: Comparison) -> str:
    """Return the paragraph about one group against another."""
    first, second = comparison.first, comparison.second
    title = f"**{first} against {second}**: mean transfer ratio over {_list(comparison.domains)}."
    left_out = (
        f" Left out, for want of a partner or of a defined ratio: {_seeds(comparison.left_out)}."
        if comparison.left_out
        else ""
    )
    difference = comparison.difference
    if difference is None:
        return f"{title} No seed has a defined ratio in both.{left_out}"
    lines = [
        title,
        f"{first} {comparison.first_ratios.mean():.2f}, "
        f"{second} {comparison.second_ratios.mean():.2f}, "
        f"difference {_plus(difference.mean)} over {_seeds(comparison.seeds)}, paired.{left_out}",
    ]
    pairs = zip(comparison.seeds, comparison.first_ratios - comparison.second_ratios, strict=True)
    lines.append("By seed: " + ", ".join(f"{seed}: {_plus(gap)}" for seed, gap in pairs) + ".")
    if not difference.intervals:
        lines.append("One pair of seeds gives no interval: train more seeds.")
    for interval in difference.intervals:
        lines.append(f"{_signed(interval)}: {_verdict(interval, first, second)}.")
    lines.append(
        f"Probability that an agent on {first} beats one on {second}: "
        f"{comparison.probability:.2f}{_brackets(comparison.probability_interval)}."
    )
    return "\n".join(lines)


def markdown_table(header: Sequence[str], rows: Sequence[Sequence[str]], left: int = 1) -> str:
    """Return a Markdown table whose columns are aligned in plain text as well.

    Args:
        header: titles of the columns.
        rows: cells.
        left: how many columns are aligned to the left; the others are to the right.
    """
    widths = [max(len(line[i]) for line in [header, *rows]) for i in range(len(header))]

    def line(cells: Sequence[str]) -> str:
        padded = [
            cell.ljust(width) if i < left else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(cells, widths, strict=True))
        ]
        return f"| {' | '.join(padded)} |"

    rule = ["-" * width if i < left else "-" * (width - 1) + ":" for i, width in enumerate(widths)]
    return "\n".join([line(header), line(rule), *(line(row) for row in rows)])


def _who(scores: TaskScores) -> str:
    groups = ", ".join(f"{group.label} ({_size(group)})" for group in scores.groups)
    episodes = _range([count for g in scores.groups for n in g.episodes.values() for count in n])
    random = _range([score.episodes for score in scores.random.values()])
    return (
        f"{groups}; {episodes} episodes for each agent in each domain, {random} of the random "
        "policy.\nIn brackets: 95% bootstrap intervals over seeds."
    )


def _returns_table(scores: TaskScores, summaries: Sequence[GroupSummary]) -> str:
    rows = []
    for domain in (*scores.domains, ALL_TARGETS):
        first = True
        for summary in summaries:
            cell = _cell(summary, domain)
            if cell is None:
                continue
            rows.append(
                [
                    domain if first else "",
                    summary.group.label,
                    _estimate(cell.mean),
                    _estimate(cell.interquartile_mean),
                    "-" if math.isnan(cell.success) else f"{cell.success:.2f}",
                    f"{cell.random:.2f}",
                ]
            )
            first = False
    header = ["domain", "agents", "mean return", "IQM", "success", "random policy"]
    return markdown_table(header, rows, left=2)


def _ratio_table(scores: TaskScores, summaries: Sequence[GroupSummary]) -> str:
    rows = []
    for domain in (*scores.domains, ALL_TARGETS):
        cells = [_ratio(summary, domain) for summary in summaries]
        if any(cell != "" for cell in cells):
            rows.append([domain, *cells])
    return markdown_table(["domain", *(summary.group.label for summary in summaries)], rows)


def _cell(summary: GroupSummary, domain: str) -> DomainSummary | None:
    return summary.targets if domain == ALL_TARGETS else summary.domains.get(domain)


def _ratio(summary: GroupSummary, domain: str) -> str:
    cell = _cell(summary, domain)
    if cell is None:
        return ""
    if domain == summary.group.source and cell.ratio.seeds:
        return "1"
    text = _estimate(cell.ratio)
    evaluated = int(np.isfinite(cell.returns).sum())
    if 0 < cell.ratio.seeds < evaluated:
        text += f" ({cell.ratio.seeds} of {evaluated} seeds)"
    return text


def _estimate(estimate: Estimate) -> str:
    if not estimate.seeds:
        return "undefined"
    return f"{estimate.value:.2f}" + (_brackets(estimate.interval) or " [one seed]")


def _brackets(interval: Interval | None) -> str:
    return "" if interval is None else f" [{interval.low:.2f}, {interval.high:.2f}]"


def _plus(number: float) -> str:
    """Format with its sign; what rounds to nothing has a plus."""
    return f"{round(number, 2) + 0.0:+.2f}"


def _signed(interval: Interval) -> str:
    ends = f"[{_plus(interval.low)}, {_plus(interval.high)}]"
    return f"{interval.level:.0%} interval of the difference {ends}"


def _verdict(interval: Interval, first: str, second: str) -> str:
    if interval.low > 0:
        return f"above 0, {first} transfers better"
    if interval.high < 0:
        return f"below 0, {second} transfers better"
    return "holds 0, undecided"


def _notes(scores: TaskScores, summaries: Sequence[GroupSummary]) -> list[str]:
    notes = []
    for summary in summaries:
        group = summary.group
        if len(group.seeds) == 1:
            notes.append(f"{group.label}: one seed gives no interval; train more seeds.")
        notes += _missing(scores, group)
    return notes


def _missing(scores: TaskScores, group: Group) -> list[str]:
    """Say what is missing from a group's ratios and episodes."""
    notes = []
    if group.source not in group.returns:
        return [
            f"{group.label}: not evaluated in its source {group.source!r}, so its transfer ratios "
            f"are undefined; run scripts/evaluate_transfer.py --domains {group.source}"
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
            f"{group.label}: seeds differ in their number of episodes in {_list(uneven)}; "
            "run scripts/evaluate_transfer.py again to complete them."
        )
    return notes


def _range(counts: Sequence[int]) -> str:
    low, high = min(counts), max(counts)
    return str(low) if low == high else f"{low} to {high}"


def _size(group: Group) -> str:
    count = len(group.seeds)
    seeds = f"{count} {'seed' if count == 1 else 'seeds'}"
    return f"{seeds}, {group.details}" if group.details else seeds


def _seeds(seeds: Sequence[int]) -> str:
    return f"{'seed' if len(seeds) == 1 else 'seeds'} {_list([str(seed) for seed in seeds])}"


def _list(names: Sequence[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
