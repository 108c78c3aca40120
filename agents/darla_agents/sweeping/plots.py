"""Plots of a sweep: its history, what matters, all settings beside each other, and the front."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib import colormaps, rc_context
from matplotlib.axes import Axes
from matplotlib.colors import Normalize

from darla_agents.comparison.plot_style import (
    GREY,
    INK,
    SETTINGS,
    add_grid,
    add_legend,
    add_title,
    new_figure,
    save,
)
from darla_agents.sweeping.measures import MAXIMIZE
from darla_agents.sweeping.space import Choices, Dimension
from darla_agents.sweeping.study import COMPLETE, PRUNED, TrialResult, improves
from darla_agents.sweeping.sweep_file import Sweep

_TRIAL, _CUT, _BEST = "#0072B2", "#D55E00", "#009E73"
HISTORY, IMPORTANCE, PARALLEL, FRONT = (
    "history.png",
    "importance.png",
    "parallel.png",
    "front.png",
)
_MARGIN = 0.06  # of an axis, beyond its values


def draw_sweep(
    sweep: Sweep,
    results: Sequence[TrialResult],
    best: Sequence[TrialResult],
    shares: Sequence[Mapping[str, float]],
    out: Path,
) -> list[Path]:
    """Draw what there is to be drawn into a folder, as PNGs; return their paths.

    Without a complete trial there is nothing, with a single one no parallel coordinates.
    """
    complete = [each for each in results if each.state == COMPLETE]
    if not complete:
        return []
    with rc_context(SETTINGS):
        found = [_draw_history(sweep, results, out / HISTORY)]
        if any(shares):
            found.append(_draw_importance(sweep, shares, out / IMPORTANCE))
        if len(complete) > 1:
            found.append(_draw_parallel(sweep, complete, out / PARALLEL))
        if len(sweep.measures) > 1:
            found.append(_draw_front(sweep, complete, best, out / FRONT))
    return found


def _draw_history(sweep: Sweep, results: Sequence[TrialResult], path: Path) -> Path:
    """Draw each trial's measures, and the best so far."""
    count = len(sweep.measures)
    figure = new_figure(7.5, 3.6 * count)
    panels = figure.subplots(count, 1, squeeze=False)[:, 0]
    for index, (axes, measure) in enumerate(zip(panels, sweep.measures, strict=True)):
        complete = [each for each in results if each.state == COMPLETE]
        numbers = [each.number for each in complete]
        values = [(each.values or ())[index] for each in complete]
        axes.scatter(numbers, values, color=_TRIAL, s=26, zorder=3, label="a trial")
        so_far = best_so_far(values, measure.direction)
        axes.step(numbers, so_far, where="post", color=_BEST, label="best so far")
        ended = [each for each in results if each.state == PRUNED and each.seen]
        if ended:
            last = [each.seen[max(each.seen)] for each in ended]
            label = "ended early, at its last evaluation"
            x = [each.number for each in ended]
            axes.scatter(x, last, color=_CUT, marker="x", s=26, zorder=3, label=label)
        axes.set_xlabel("trial")
        axes.set_ylabel(measure.label)
        add_grid(axes, "both")
    add_title(panels[0], "History", "every trial, in the order in which settings were drawn")
    add_legend(figure, panels[0])
    save(figure, path)
    return path


def best_so_far(values: Sequence[float], direction: str) -> list[float]:
    """Return for each value the best of those up to it."""
    found: list[float] = []
    for value in values:
        found.append(value if not found or improves(direction, value, found[-1]) else found[-1])
    return found


def _draw_importance(sweep: Sweep, shares: Sequence[Mapping[str, float]], path: Path) -> Path:
    """Draw how much each setting matters to each measure."""
    names = list(sweep.space)
    order = sorted(names, key=lambda name: sum(each.get(name, 0.0) for each in shares))
    figure = new_figure(7.5, 1.5 + 0.45 * len(names))
    axes = figure.subplots()
    height = 0.8 / len(shares)
    for index, (measure, found) in enumerate(zip(sweep.measures, shares, strict=True)):
        places = np.arange(len(order)) + (index - (len(shares) - 1) / 2) * height
        widths = [found.get(name, 0.0) for name in order]
        color = (_TRIAL, _CUT)[index]
        axes.barh(places, widths, height=height * 0.9, color=color, label=measure.label)
    axes.set_yticks(range(len(order)), order)
    axes.set_xlim(0, 1)
    axes.set_xlabel("share of variance over trials (fANOVA)")
    add_grid(axes, "x")
    add_title(axes, "What matters", "0: the setting does not matter; 1: nothing else does")
    add_legend(figure, axes)
    save(figure, path)
    return path


def _draw_parallel(sweep: Sweep, complete: Sequence[TrialResult], path: Path) -> Path:
    """Draw a line for each trial through its settings and measures, coloured by the first."""
    first = [(each.values or ())[0] for each in complete]
    better = (
        np.argsort(first) if sweep.measures[0].direction == MAXIMIZE else np.argsort(first)[::-1]
    )
    colors, norm = colormaps["viridis"], Normalize(min(first), max(first))
    columns = [
        _places(each, [trial.drawn[name] for trial in complete])
        for name, each in sweep.space.items()
    ]
    columns += [
        _scaled([(trial.values or ())[index] for trial in complete])
        for index in range(len(sweep.measures))
    ]
    labels = [
        *(name.replace(".", ".\n", 1) for name in sweep.space),
        *(m.label for m in sweep.measures),
    ]
    figure = new_figure(2.0 + 1.6 * len(columns), 4.6)
    axes = figure.subplots()
    lines = np.array([column for column, _ in columns])  # (columns, trials)
    for index in better:  # the best last, on top
        axes.plot(lines[:, index], color=colors(norm(first[index])), alpha=0.85, linewidth=1.4)
    for place, (_, ticks) in enumerate(columns):
        _draw_scale(axes, place, ticks)
    axes.set_xticks(range(len(columns)), labels, fontsize=8)
    axes.set_yticks([])
    axes.set_ylim(-_MARGIN, 1 + _MARGIN)
    axes.spines["left"].set_visible(False)
    axes.spines["bottom"].set_visible(False)
    add_title(
        axes, "All complete trials", f"a line each; its colour is the {sweep.measures[0].label}"
    )
    save(figure, path)
    return path


def _draw_scale(axes: Axes, place: int, ticks: Sequence[tuple[float, str]]) -> None:
    """Draw an upright line with values beside it."""
    axes.axvline(place, color=GREY, linewidth=1, zorder=0)
    for height, text in ticks:
        axes.annotate(
            text, (place, height), (3, 0), textcoords="offset points", fontsize=7, color=INK
        )


Column = tuple[list[float], list[tuple[float, str]]]
"""Places from 0 to 1 of trials on a scale, and places and texts of what is written beside it."""


def _places(dimension: Dimension, drawn: Sequence[Any]) -> Column:
    """Return where what was drawn lies on the scale of a setting."""
    if isinstance(dimension, Choices):
        labels = list(dimension.labels)
        most = len(labels) - 1
        ticks = [(index / most, str(label)) for index, label in enumerate(labels)]
        return [labels.index(value) / most for value in drawn], ticks
    ends = [dimension.low, dimension.high]
    low, high = np.log(ends) if dimension.log else np.array(ends)
    values = np.log(drawn) if dimension.log else np.asarray(drawn, np.float64)
    return list((values - low) / (high - low)), [(0.0, f"{ends[0]:.3g}"), (1.0, f"{ends[1]:.3g}")]


def _scaled(values: Sequence[float]) -> Column:
    """Return where values lie between the least and the largest of them."""
    low, high = min(values), max(values)
    spread = high - low or 1.0
    return [(value - low) / spread for value in values], [(0.0, f"{low:.3g}"), (1.0, f"{high:.3g}")]


def _draw_front(
    sweep: Sweep, complete: Sequence[TrialResult], best: Sequence[TrialResult], path: Path
) -> Path:
    """Draw two measures of each trial, and those trials that no other is better than in both."""
    figure = new_figure(6.5, 5.0)
    axes = figure.subplots()
    points = np.array([each.values for each in complete])
    axes.scatter(points[:, 0], points[:, 1], color=GREY, s=26, label="a trial")
    front = sorted((each.values or (0.0, 0.0), each.number) for each in best)
    on_front = np.array([values for values, _ in front])
    axes.plot(on_front[:, 0], on_front[:, 1], "o--", color=_BEST, zorder=3, label="the front")
    for values, number in front:
        place = (values[0], values[1])
        axes.annotate(str(number), place, (5, 5), textcoords="offset points", fontsize=8)
    first, second = sweep.measures
    axes.set_xlabel(f"{first.label} ({first.direction})")
    axes.set_ylabel(f"{second.label} ({second.direction})")
    add_grid(axes, "both")
    add_title(axes, "The front", "no trial is better in both measures; numbers are trials'")
    add_legend(figure, axes)
    save(figure, path)
    return path
