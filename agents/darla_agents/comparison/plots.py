"""Plots of the comparison: returns in every domain, ratios to every target, and their profiles."""

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
    draw_band,
    new_figure,
    readable,
    save,
    style_of,
    style_of_kind,
)
from darla_agents.comparison.scores import TaskScores
from darla_agents.comparison.summary import ALL_TARGETS, THRESHOLDS, GroupSummary, Profile

_HOW = "mean over seeds with 95% t interval; small dots: single seeds"
_DASHES = (0, (3, 2))  # of the random policy's lines
_SPREAD = 0.62  # share of a column that the groups are spread over
_MARGIN = 0.05  # of ratio, beside what is shown


def plot_returns(scores: TaskScores, summaries: Sequence[GroupSummary], path: Path) -> None:
    """Draw every group's mean return in every domain, with the random policy's, as a PNG.

    Groups that were trained in a target are drawn there alone, with hollow markers.
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
                    x = column + _offset(len(groups), places)
                    style = style_of_kind(summary.group.kind)
                    _draw(axes, x, cell.mean, cell.returns, style, hollow=True)
            ends, score = [column - 0.42, column + 0.42], scores.random[domain].mean_return
            axes.plot(ends, [score, score], color=INK, linewidth=1.3, linestyle=_DASHES, zorder=1)
        axes.axhline(0, color=GREY, linewidth=1, zorder=0)
        _label_columns(axes, scores.domains)
        axes.set_ylabel("mean return of an episode")
        _name_groups(axes, groups)
        for kind in dict.fromkeys(_kinds(references)):
            _add_entry(axes, f"{kind}, trained in that domain", style_of_kind(kind), hollow=True)
        axes.plot([], [], color=INK, linewidth=1.3, linestyle=_DASHES, label="random policy")
        _finish(figure, axes, f"Return in each domain: {scores.task}", summaries, path)


def plot_ratios(scores: TaskScores, summaries: Sequence[GroupSummary], path: Path) -> None:
    """Draw every group's transfer ratio to every domain but its source, as a PNG.

    Groups that were trained in a target are left out.
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
                cell = summary.over(domain)
                if cell is not None and domain != summary.group.source:
                    x = column + _offset(place, len(groups))
                    _draw(axes, x, cell.ratio, cell.ratios, style_of(_kinds(groups), place))
        _label_columns(axes, columns)
        axes.set_ylabel("transfer ratio\n0: as random, 1: as in its source")
        _name_groups(axes, groups)
        _finish(figure, axes, f"What is kept in each domain: {scores.task}", groups, path)


def plot_profiles(scores: TaskScores, summaries: Sequence[GroupSummary], path: Path) -> None:
    """Draw the share of seeds and targets whose transfer ratio lies above each threshold, as a PNG.

    Groups without a profile are left out.
    """
    with rc_context(SETTINGS):
        figure = new_figure(8.5, 4.8)
        axes = figure.add_subplot()
        add_grid(axes, "both")
        for reference in (0, 1):
            axes.axvline(reference, color=GREY, linewidth=1, zorder=0)
        groups = [summary for summary in summaries if summary.profile is not None]
        kinds = [summary.group.kind for summary in groups]
        profiles = [summary.profile for summary in groups if summary.profile is not None]
        for place, (summary, profile) in enumerate(zip(groups, profiles, strict=True)):
            color, _ = style_of(kinds, place)
            if profile.band is not None:
                draw_band(axes, THRESHOLDS, profile.band, color)
            label, order = count_seeds(summary.group.label, profile.seeds), 3 + len(groups) - place
            axes.plot(
                THRESHOLDS, profile.share, color=color, linewidth=2, label=label, zorder=order
            )
        axes.set_xlim(*_shown(profiles))
        axes.set_ylim(-0.02, 1.03)
        axes.set_xlabel("transfer ratio τ (0: as random, 1: as in its source)")
        axes.set_ylabel("share of seeds and targets above τ")
        single = all(profile.band is None for profile in profiles)
        how = (
            "one seed: no intervals"
            if single
            else "bands: pointwise 95% bootstrap intervals over seeds"
        )
        targets = len(scores.targets)
        how += f"; {targets} {'target' if targets == 1 else 'targets'}"
        add_title(axes, f"How much is kept how often: {scores.task}", how)
        add_legend(figure, axes)
        save(figure, path)


def _apart(
    scores: TaskScores, summaries: Sequence[GroupSummary]
) -> tuple[list[GroupSummary], list[GroupSummary]]:
    """Return the groups that are compared, and those that were trained in a target."""
    parts: tuple[list[GroupSummary], list[GroupSummary]] = ([], [])
    for summary in summaries:
        parts[scores.trained_in_target(summary.group)].append(summary)
    return parts


def _kinds(summaries: Sequence[GroupSummary]) -> list[str]:
    """Return the kind of each group."""
    return [summary.group.kind for summary in summaries]


def _new_figure(columns: int) -> tuple[Figure, Axes]:
    """Return a figure and axes with a column for each domain, every other one on a grey band."""
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
    """Return what matplotlib takes for a marker: filled, or hollow with a coloured edge."""
    face, edge = ("white", color) if hollow else (color, "white")
    return {"color": color, "markerfacecolor": face, "markeredgecolor": edge}


def _label_columns(axes: Axes, names: Sequence[str]) -> None:
    """Write the domains below their columns, and set ALL_TARGETS off with lines."""
    labels = [textwrap.fill(readable(name), 9, break_long_words=False) for name in names]
    axes.set_xticks(range(len(names)), labels)
    axes.tick_params(axis="x", length=0)
    if ALL_TARGETS in names:
        place = list(names).index(ALL_TARGETS)
        for edge in {place, min(place + 1, len(names) - 1)}:
            axes.axvline(edge - 0.5, color=GREY, linewidth=0.8)


def _name_groups(axes: Axes, groups: Sequence[GroupSummary]) -> None:
    """Add an entry for each group to the legend."""
    for place, summary in enumerate(groups):
        label = count_seeds(summary.group.label, len(summary.group.seeds))
        _add_entry(axes, label, style_of(_kinds(groups), place))


def _add_entry(axes: Axes, label: str, style: tuple[str, str], hollow: bool = False) -> None:
    """Add an entry to the legend without drawing anything."""
    color, marker = style
    colors = _marker_colors(color, hollow)
    axes.plot([], [], marker, markersize=7, linestyle="-", linewidth=2.4, label=label, **colors)


def _finish(
    figure: Figure, axes: Axes, title: str, summaries: Sequence[GroupSummary], path: Path
) -> None:
    """Add title and legend, and write the picture."""
    single = all(len(summary.group.seeds) == 1 for summary in summaries)
    add_title(axes, title, "one seed: no intervals" if single else _HOW)
    add_legend(figure, axes)
    save(figure, path)


def _shown(profiles: Sequence[Profile]) -> tuple[float, float]:
    """Return the thresholds between which profiles fall from 1 to 0, and at least 0 to 1."""
    moving = np.zeros(len(THRESHOLDS), dtype=bool)
    for profile in profiles:
        moving |= (profile.share < 1.0) & (profile.share > 0.0)
        falls = np.flatnonzero(np.diff(profile.share))
        moving[falls] = True
    where = THRESHOLDS[moving]
    low, high = (where.min(), where.max()) if where.size else (0.0, 1.0)
    return min(0.0, float(low)) - _MARGIN, max(1.0, float(high)) + _MARGIN
