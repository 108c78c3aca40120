"""How plots of agents look: colours and markers of kinds, titles, legends, files."""

import io
import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from darla.running.atomic import write_bytes
from darla_agents.agent.kinds import KINDS
from darla_agents.comparison.intervals import Floats
from darla_agents.comparison.profiles import Band
from darla_envs.description.usual_domains import UNSUPERVISED

# Of labels, and of kinds without a style: these colours, then those of kinds not in the plot.
_OTHER_COLORS, _OTHER_MARKERS = ("#56B4E9", "#8C6D31", "#000000", "#666666"), "vPX*<>h"
_LETTER, _BESIDE_TITLE = 0.105, 0.8  # inches: of a title's letters, roughly, and left of it
INK, GREY, BAND = "#222222", "#8a8a8a", "#f4f4f2"
SETTINGS: dict[Any, Any] = {
    "font.family": "DejaVu Sans",
    "font.size": 10,
    "axes.edgecolor": GREY,
    "axes.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
}
"""For matplotlib's ``rc_context``."""


def style_of(kinds: Sequence[str], place: int) -> tuple[str, str]:
    """Return a group's colour and marker, given all groups' kinds and its place among them.

    They are its kind's own, or others where groups share a kind.
    """
    styles = _styles()
    kind, earlier = kinds[place], kinds[:place]
    if kind in styles and kind not in earlier:
        return styles[kind]
    others = sum(
        each not in styles or each in earlier[:index] for index, each in enumerate(earlier)
    )
    free = [color for kind, (color, _) in styles.items() if kind not in kinds]
    return _other_style(others, (*_OTHER_COLORS, *free))


def style_of_kind(kind: str) -> tuple[str, str]:
    """Return the colour and the marker of a kind."""
    return _styles().get(kind, _other_style(0))


def _styles() -> dict[str, tuple[str, str]]:
    """Return colour and marker of the kinds that have their own."""
    kinds = KINDS.usable()
    return {name: kind.style for name, kind in kinds.items() if kind.style is not None}


def _other_style(index: int, colors: Sequence[str] = _OTHER_COLORS) -> tuple[str, str]:
    """Return one of seven times as many styles as there are colours."""
    turn, place = divmod(index, len(colors))
    return colors[place], _OTHER_MARKERS[(turn + place) % len(_OTHER_MARKERS)]


def count_seeds(label: str, seeds: int) -> str:
    """Return a group's label with the number of its seeds, for a legend."""
    return f"{label} ({seeds} {'seed' if seeds == 1 else 'seeds'})"


def readable(domain: str) -> str:
    """Return a domain's name as plots write it."""
    return "D_U" if domain == UNSUPERVISED else domain.replace("_", " ")


def new_figure(width: float, height: float) -> Figure:
    """Make a figure of that many inches that belongs to no display."""
    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def add_grid(axes: Axes, axis: str = "y") -> None:
    """Draw a faint grid behind everything; ``axis`` is x, y or both."""
    axes.grid(axis=axis, color="#e2e2e2", linewidth=0.8, zorder=-1)  # type: ignore[arg-type]
    axes.set_axisbelow(True)


def draw_band(axes: Axes, x: Floats, band: Band, color: str) -> None:
    """Draw a curve's pointwise intervals as a faint band behind it."""
    axes.fill_between(x, band.low, band.high, color=color, alpha=0.18, linewidth=0)


def add_title(axes: Axes, title: str, how: str) -> None:
    """Write a title above the axes, in lines that fit, and in smaller letters what is drawn."""
    room = axes.figure.bbox.width / axes.figure.dpi - _BESIDE_TITLE
    lines = textwrap.fill(title, max(20, int(room / _LETTER)), break_on_hyphens=False)
    axes.set_title(lines, loc="left", fontsize=12, fontweight="bold", pad=22)
    axes.annotate(
        how, (0, 1), (0, 6), "axes fraction", "offset points", fontsize=9, color="#555555"
    )


def add_legend(figure: Figure, axes: Axes) -> None:
    """Put the legend of some axes below the figure, in as few lines as its width allows."""
    handles, names = axes.get_legend_handles_labels()
    labels = [str(name) for name in names]
    widths = [0.6 + 0.075 * len(label) for label in labels]  # inches, roughly
    room = figure.get_figwidth()
    columns = len(labels) if sum(widths) < room else max(1, int(room / max(widths)))
    figure.legend(
        handles, labels, loc="outside lower left", ncols=columns, frameon=False, fontsize=9
    )


def save(figure: Figure, path: Path) -> None:
    """Write a figure as a PNG."""
    picture = io.BytesIO()
    figure.savefig(picture, format="png", dpi=150)
    write_bytes(path, picture.getvalue())
