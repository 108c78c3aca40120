"""Plots of the comparison: return in every domain, and transfer ratio to every target."""

import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from darla_agents.comparison.estimates import Estimate
from darla_agents.comparison.plot_style import (
    BAND,
    GREY,
    INK,
    SETTINGS,
    add_grid,
    add_legend,
    add_title,
    count_seeds,
    new_figure,
    save,
    style_of,
    style_of_kind,
)
from darla_agents.comparison.report import ALL_TARGETS
from darla_agents.comparison.scores import TaskScores
from darla_agents.comparison.summary import DomainSummary, GroupSummary
from darla_envs.description.domains import UNSUPERVISED

_HOW = "mean over seeds with 95% bootstrap interval; small dots: single seeds"
_SPREAD = 0.62  # share of a column that the groups are spread over


def plot_returns(scores: TaskScores, summaries: Sequence[GroupSummary], path: Path) -> None:
    """Draw every group's mean return in every domain, with the random policy's, as a PNG.

    Groups that were trained in a target are drawn there alone, with hollow markers.

    Args:
        scores: of the task.
        summaries: of its groups.
        path: of the picture.
    """
    groups, references = _apart(scores, summaries)
    with rc_context(SETTINGS):
        figure, axes = _new_figure(len(scores.domains))
        places = len(groups) + bool(references)
        for column, domain in enumerate(scores.domains):
            for place, summary in enumerate(groups):
                if (cell := summary.domains.get(domain)) is not None:
                    style = style_of(_kinds(groups), place)
                    _draw(axes, column + _offset(place, places), cell.mean, cell.returns, style)
            for summary in references:
                if summary.group.source == domain and (cell := summary.domains.get(domain)):
                    x, style = (
                        column + _offset(len(groups), places),
                        style_of_kind(summary.group.kind),
                    )
                    _draw(axes, x, cell.mean, cell.returns, style, hollow=True)
            _draw_random(axes, column, scores.random[domain].mean_return)
        axes.axhline(0, color=GREY, linewidth=1, zorder=0)
        _label_columns(axes, scores.domains)
        axes.set_ylabel("mean return of an episode")
        _name_groups(axes, groups)
        _name_references(axes, references)
        axes.plot([], [], color=INK, linewidth=1.3, linestyle=(0, (3, 2)), label="random policy")
        _finish(figure, axes, f"Return in each domain: {scores.task}", summaries, path)


def plot_ratios(scores: TaskScores, summaries: Sequence[GroupSummary], path: Path) -> None:
    """Draw every group's transfer ratio to every domain but its source, as a PNG.

    Groups that were trained in a target are left out.

    Args:
        scores: of the task.
        summaries: of its groups.
        path: of the picture.
    """
    groups, _ = _apart(scores, summaries)
    elsewhere = {
        name for summary in groups for name in summary.domains if name != summary.group.source
    }
    others = [name for name in scores.domains if name not in scores.targets and name in elsewhere]
    columns = [*scores.targets, *others]
    if any(summary.targets for summary in groups):
        columns.insert(len(scores.targets), ALL_TARGETS)
    with rc_context(SETTINGS):
        figure, axes = _new_figure(len(columns))
        for reference in (0, 1):
            axes.axhline(reference, color=GREY, linewidth=1, zorder=0)
        for column, domain in enumerate(columns):
            for place, summary in enumerate(groups):
                cell = _cell(summary, domain)
                if cell is not None and domain != summary.group.source:
                    x = column + _offset(place, len(groups))
                    _draw(axes, x, cell.ratio, cell.ratios, style_of(_kinds(groups), place))
        _label_columns(axes, columns)
        axes.set_ylabel("transfer ratio\n0: as random, 1: as in its source")
        _name_groups(axes, groups)
        _finish(figure, axes, f"What is kept in each domain: {scores.task}", groups, path)


def _apart(
    scores: TaskScores, summaries: Sequence[GroupSummary]
) -> tuple[list[GroupSummary], list[GroupSummary]]:
    """Return the groups that are compared, and those that were trained in a target."""
    parts: tuple[list[GroupSummary], list[GroupSummary]] = ([], [])
    for summary in summaries:
        parts[scores.trained_in_target(summary.group)].append(summary)
    return parts


def _kinds(summaries: Sequence[GroupSummary]) -> list[str]:
    return [summary.group.kind for summary in summaries]


def _cell(summary: GroupSummary, domain: str) -> DomainSummary | None:
    return summary.targets if domain == ALL_TARGETS else summary.domains.get(domain)


def _new_figure(columns: int) -> tuple[Figure, Axes]:
    figure = new_figure(max(6.5, 1.5 + 1.15 * columns), 4.6)
    axes = figure.add_subplot()
    for column in range(0, columns, 2):
        axes.axvspan(column - 0.5, column + 0.5, color=BAND, zorder=-2, linewidth=0)
    axes.set_xlim(-0.5, max(columns, 1) - 0.5)
    add_grid(axes)
    return figure, axes


def _offset(place: int, count: int) -> float:
    """Return how far a group stands from the middle of a column."""
    return 0.0 if count < 2 else _SPREAD * (place / (count - 1) - 0.5) * min(1.0, count / 4 + 0.25)


def _draw(
    axes: Axes,
    x: float,
    estimate: Estimate,
    per_seed: np.ndarray,
    style: tuple[str, str],
    hollow: bool = False,
) -> None:
    """Draw an estimate with its interval, and the seeds beside it."""
    color, marker = style
    if not estimate.seeds:
        axes.text(
            x, 0.02, "undefined", color=color, fontsize=8, rotation=90, ha="center", va="bottom"
        )
        return
    shown = per_seed[np.isfinite(per_seed)]
    if len(shown) > 1:
        beside = np.full(len(shown), x + 0.055)
        axes.scatter(beside, shown, s=9, color=color, alpha=0.45, linewidths=0, zorder=2)
    if estimate.interval is not None:
        ends = [estimate.interval.low, estimate.interval.high]
        axes.plot([x, x], ends, color=color, linewidth=2.4, solid_capstyle="butt", zorder=3)
    colors = _marker_colors(color, hollow)
    axes.plot(x, estimate.value, marker, markersize=7, zorder=4, **colors)


def _marker_colors(color: str, hollow: bool) -> dict[str, Any]:
    face, edge = ("white", color) if hollow else (color, "white")
    return {"color": color, "markerfacecolor": face, "markeredgecolor": edge}


def _draw_random(axes: Axes, column: int, score: float) -> None:
    ends = [column - 0.42, column + 0.42]
    axes.plot(ends, [score, score], color=INK, linewidth=1.3, linestyle=(0, (3, 2)), zorder=1)


def _label_columns(axes: Axes, names: Sequence[str]) -> None:
    readable = ["D_U" if name == UNSUPERVISED else name.replace("_", " ") for name in names]
    labels = [textwrap.fill(name, 9, break_long_words=False) for name in readable]
    axes.set_xticks(range(len(names)), labels)
    axes.tick_params(axis="x", length=0)
    if ALL_TARGETS in names:
        place = list(names).index(ALL_TARGETS)
        for edge in {place, min(place + 1, len(names) - 1)}:
            axes.axvline(edge - 0.5, color=GREY, linewidth=0.8)


def _name_groups(axes: Axes, groups: Sequence[GroupSummary]) -> None:
    """Add an entry for each group to the legend."""
    for place, summary in enumerate(groups):
        color, marker = style_of(_kinds(groups), place)
        label = count_seeds(summary.group.label, len(summary.group.seeds))
        colors = _marker_colors(color, hollow=False)
        axes.plot([], [], marker, markersize=7, linestyle="-", linewidth=2.4, label=label, **colors)


def _name_references(axes: Axes, references: Sequence[GroupSummary]) -> None:
    """Add an entry for each kind of those groups that were trained in a target."""
    for kind in dict.fromkeys(_kinds(references)):
        color, marker = style_of_kind(kind)
        label, colors = f"{kind}, trained in that domain", _marker_colors(color, hollow=True)
        axes.plot([], [], marker, markersize=7, linestyle="-", linewidth=2.4, label=label, **colors)


def _finish(
    figure: Figure, axes: Axes, title: str, summaries: Sequence[GroupSummary], path: Path
) -> None:
    """Add title and legend, and write the picture."""
    single = all(len(summary.group.seeds) == 1 for summary in summaries)
    add_title(axes, title, "one seed: no intervals" if single else _HOW)
    add_legend(figure, axes)
    save(figure, path)
