"""Plots of the comparison: return in every domain, and transfer ratio to every target."""

import io
import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from agents.report import ALL_TARGETS
from agents.scores import UNSUPERVISED, TaskScores
from agents.summary import DomainSummary, Estimate, GroupSummary
from darla.atomic import write_bytes

# The palette of Okabe and Ito, which people with any colour vision can tell apart; every kind has
# a marker of its own as well.
_STYLES = {
    "latent": ("#0072B2", "o"),
    "pixels": ("#D55E00", "s"),
    "finetuned": ("#E69F00", "p"),
    "random_encoder": ("#CC79A7", "D"),
    "factors": ("#009E73", "^"),
}
# Of other kinds and labels: four colours and seven markers, so that 28 of them differ.
_OTHER_COLORS, _OTHER_MARKERS = ("#56B4E9", "#8C6D31", "#000000", "#666666"), "vPX*<>h"
_INK, _GREY, _BAND = "#222222", "#8a8a8a", "#f4f4f2"
_SETTINGS: dict[Any, Any] = {
    "font.family": "DejaVu Sans",
    "font.size": 10,
    "axes.edgecolor": _GREY,
    "axes.labelcolor": _INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "text.color": _INK,
    "xtick.color": _INK,
    "ytick.color": _INK,
}
_HOW = "mean over seeds with 95% bootstrap interval; small dots: single seeds"
_SPREAD = 0.62  # share of a column that the groups are spread over


def plot_returns(scores: TaskScores, summaries: Sequence[GroupSummary], path: Path) -> None:
    """Draw every group's mean return in every domain, with the random policy's, as a PNG.

    Args:
        scores: of the task.
        summaries: of its groups.
        path: of the picture.
    """
    with rc_context(_SETTINGS):
        figure, axes = _new_figure(len(scores.domains))
        for column, domain in enumerate(scores.domains):
            cells = [summary.domains.get(domain) for summary in summaries]
            for place, cell in enumerate(cells):
                if cell is not None:
                    x = column + _offset(place, len(summaries))
                    _draw(axes, x, cell.mean, cell.returns, _style(summaries, place))
            _draw_random(axes, column, scores.random[domain].mean_return)
        axes.axhline(0, color=_GREY, linewidth=1, zorder=0)
        _label_columns(axes, scores.domains)
        axes.set_ylabel("mean return of an episode")
        _finish(figure, axes, f"Return in each domain: {scores.task}", summaries, random=True)
        _save(figure, path)


def plot_ratios(scores: TaskScores, summaries: Sequence[GroupSummary], path: Path) -> None:
    """Draw every group's transfer ratio to every domain but its source, as a PNG.

    Args:
        scores: of the task.
        summaries: of its groups.
        path: of the picture.
    """
    columns = [*scores.targets, *(name for name in scores.domains if name not in scores.targets)]
    sources = {summary.group.source for summary in summaries}
    columns = [name for name in columns if sources != {name}]
    if any(summary.targets for summary in summaries):
        columns.append(ALL_TARGETS)
    with rc_context(_SETTINGS):
        figure, axes = _new_figure(len(columns))
        for reference in (0, 1):
            axes.axhline(reference, color=_GREY, linewidth=1, zorder=0)
        for column, domain in enumerate(columns):
            for place, summary in enumerate(summaries):
                cell = _cell(summary, domain)
                if cell is not None and domain != summary.group.source:
                    x = column + _offset(place, len(summaries))
                    _draw(axes, x, cell.ratio, cell.ratios, _style(summaries, place))
        _label_columns(axes, columns)
        axes.set_ylabel("transfer ratio\n0: as random, 1: as in the source")
        _finish(figure, axes, f"What is kept in each domain: {scores.task}", summaries)
        _save(figure, path)


def _cell(summary: GroupSummary, domain: str) -> DomainSummary | None:
    return summary.targets if domain == ALL_TARGETS else summary.domains.get(domain)


def _new_figure(columns: int) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(max(6.5, 1.5 + 1.15 * columns), 4.6), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    for column in range(0, columns, 2):
        axes.axvspan(column - 0.5, column + 0.5, color=_BAND, zorder=-2, linewidth=0)
    axes.set_xlim(-0.5, max(columns, 1) - 0.5)
    axes.grid(axis="y", color="#e2e2e2", linewidth=0.8, zorder=-1)
    axes.set_axisbelow(True)
    return figure, axes


def _offset(place: int, count: int) -> float:
    """Return how far a group stands from the middle of a column."""
    return 0.0 if count < 2 else _SPREAD * (place / (count - 1) - 0.5) * min(1.0, count / 4 + 0.25)


def _style(summaries: Sequence[GroupSummary], place: int) -> tuple[str, str]:
    """Return colour and marker: the kind's own, or another where several groups share a kind."""
    kind = summaries[place].group.kind
    earlier = [summary.group.kind for summary in summaries[:place]]
    if kind in _STYLES and kind not in earlier:
        return _STYLES[kind]
    others = sum(
        each not in _STYLES or each in earlier[:index] for index, each in enumerate(earlier)
    )
    color = _OTHER_COLORS[others % len(_OTHER_COLORS)]
    return color, _OTHER_MARKERS[others % len(_OTHER_MARKERS)]


def _draw(
    axes: Axes, x: float, estimate: Estimate, per_seed: np.ndarray, style: tuple[str, str]
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
    axes.plot(
        x, estimate.value, marker, color=color, markersize=7, markeredgecolor="white", zorder=4
    )


def _draw_random(axes: Axes, column: int, score: float) -> None:
    ends = [column - 0.42, column + 0.42]
    axes.plot(ends, [score, score], color=_INK, linewidth=1.3, linestyle=(0, (3, 2)), zorder=1)


def _label_columns(axes: Axes, names: Sequence[str]) -> None:
    readable = ["D_U" if name == UNSUPERVISED else name.replace("_", " ") for name in names]
    labels = [textwrap.fill(name, 9, break_long_words=False) for name in readable]
    axes.set_xticks(range(len(names)), labels)
    axes.tick_params(axis="x", length=0)
    if ALL_TARGETS in names:
        axes.axvline(list(names).index(ALL_TARGETS) - 0.5, color=_GREY, linewidth=0.8)


def _finish(
    figure: Figure,
    axes: Axes,
    title: str,
    summaries: Sequence[GroupSummary],
    random: bool = False,
) -> None:
    """Add title and legend above the axes."""
    for place, summary in enumerate(summaries):
        color, marker = _style(summaries, place)
        seeds = len(summary.group.seeds)
        label = f"{summary.group.label} ({seeds} {'seed' if seeds == 1 else 'seeds'})"
        axes.plot(
            [], [], marker, color=color, markersize=7, linestyle="-", linewidth=2.4, label=label
        )
    if random:
        axes.plot([], [], color=_INK, linewidth=1.3, linestyle=(0, (3, 2)), label="random policy")
    axes.set_title(title, loc="left", fontsize=12, fontweight="bold", pad=22)
    single = all(len(summary.group.seeds) == 1 for summary in summaries)
    how = "one seed: no intervals" if single else _HOW
    axes.annotate(
        how, (0, 1), (0, 6), "axes fraction", "offset points", fontsize=9, color="#555555"
    )
    labels = [str(label) for label in axes.get_legend_handles_labels()[1]]
    widths = [0.6 + 0.075 * len(label) for label in labels]  # inches, roughly
    room = figure.get_figwidth()
    columns = len(labels) if sum(widths) < room else max(1, int(room / max(widths)))
    figure.legend(loc="outside lower left", ncols=columns, frameon=False, fontsize=9)


def _save(figure: Figure, path: Path) -> None:
    picture = io.BytesIO()
    figure.savefig(picture, format="png", dpi=150)
    write_bytes(path, picture.getvalue())
