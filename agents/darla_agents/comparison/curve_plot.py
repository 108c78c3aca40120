"""Plot learning curves against steps and against time, side by side, for every domain."""

import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.ticker import EngFormatter

from darla.running.names import unknown
from darla_agents.agent.group_labels import rank
from darla_agents.comparison.curves import SECONDS, STEP, CurvePoint, mean_curves, read_curves
from darla_agents.comparison.plot_style import (
    SETTINGS,
    add_grid,
    add_legend,
    count_seeds,
    draw_band,
    new_figure,
    readable,
    save,
    style_of,
)
from darla_agents.comparison.scores import GROUPING
from darla_envs.description.usual_domains import SOURCES, UNSUPERVISED

_PANEL = (3.1, 2.1)  # inches
_MOST_IN_A_COLUMN = 3  # domains; more stand in two columns
_HOW = (
    "mean over seeds with pointwise 95% t interval, over the steps that all seeds cover; "
    "thin lines: single seeds; time: median over seeds, with evaluations, without pauses"
)
_AXES = {STEP: "steps", SECONDS: "seconds"}


@dataclass(frozen=True)
class PlotCurvesConfig:
    """Which learning curves to draw, and where to."""

    agents: tuple[Path, ...] = (Path("runs/agents"),)
    """Folders of agents' runs, finished or not, or folders that hold several."""
    domains: tuple[str, ...] = ()
    """Domains to draw, in this order; all that agents were evaluated in when not given."""
    by: tuple[str, ...] = GROUPING
    """Columns in which agents of one group must agree; leave out encoder to pool encoders."""
    out: Path = Path("results/curves.png")
    """The picture."""

    def check(self) -> None:
        """Raise a ValueError where there are no agents."""
        if not self.agents:
            raise ValueError("no folder of agents was given; give --agents runs/agents")


def plot_curves(config: PlotCurvesConfig) -> Path:
    """Draw the learning curves of agents, and return the picture's path.

    Raises:
        FileNotFoundError: there are no runs, or none with an evaluation.
        ValueError: a domain or column is unknown, or runs do not belong into one picture.
    """
    config.check()
    points = read_curves(config.agents, config.by)
    known = _in_order(point.domain for point in points)
    for domain in config.domains:
        if domain not in known:
            raise unknown("domain", domain, known)
    draw_curves(points, config.domains or known, config.out)
    return config.out


def draw_curves(points: Sequence[CurvePoint], domains: Sequence[str], path: Path) -> None:
    """Draw mean returns with intervals, and single seeds as thin lines, as a PNG.

    Each of the domains has two panels.
    """
    pairs = 1 if len(domains) <= _MOST_IN_A_COLUMN else 2
    rows = -(-len(domains) // pairs)
    with rc_context(SETTINGS):
        width, height = 2 * pairs * _PANEL[0] + 0.6, rows * _PANEL[1] + 1.3
        figure = new_figure(width, height)
        panels = figure.subplots(rows, 2 * pairs, sharey=True, squeeze=False)
        for place, domain in enumerate(domains):
            row, column = place // pairs, 2 * (place % pairs)
            for axes, against in zip(panels[row, column : column + 2], _AXES, strict=True):
                _draw_panel(axes, points, domain, against)
            panels[row, column].set_title(readable(domain), loc="left", fontsize=10)
        for axes in panels.ravel()[2 * len(domains) :]:
            axes.set_axis_off()
        for axes in panels[:, 0]:
            axes.set_ylabel("mean return")
        _title(figure)
        add_legend(figure, panels[0, 0])
        save(figure, path)


def _draw_panel(axes: Axes, points: Sequence[CurvePoint], domain: str, against: str) -> None:
    """Draw all groups in one domain against STEP or SECONDS."""
    groups = sorted(
        dict.fromkeys((point.label, point.kind) for point in points),
        key=lambda group: rank((("kind", group[1]),)),
    )
    kinds = [kind for _, kind in groups]
    styles = {name: style_of(kinds, place)[0] for place, (name, _) in enumerate(groups)}
    for name, color in styles.items():
        mine = [point for point in points if (point.label, point.domain) == (name, domain)]
        for seed in {point.seed for point in mine}:
            line = [point for point in mine if point.seed == seed]
            x = [getattr(point, against) for point in line]
            axes.plot(x, [p.episode_return for p in line], color=color, linewidth=0.7, alpha=0.35)
    curves = mean_curves(points, domain, against)
    for curve in curves:
        color = styles[curve.label]
        if curve.band is not None:
            draw_band(axes, curve.x, curve.band, color)
        marker = "o" if curve.x.size == 1 else ""  # a line of one point would not be seen
        axes.plot(curve.x, curve.mean, marker=marker, color=color, linewidth=2)
    for name, color in styles.items():
        seeds = len({point.seed for point in points if point.label == name})
        axes.plot([], [], color=color, linewidth=2, label=count_seeds(name, seeds))
    add_grid(axes, "both")
    # A single seed that took longer than others, on a busy machine, does not stretch the axis.
    ends = [float(curve.x[-1]) for curve in curves if curve.x[-1] > 0]
    axes.set_xlim(0, 1.02 * max(ends) if ends else None)
    axes.set_xlabel(_AXES[against])
    axes.xaxis.set_major_formatter(EngFormatter(sep=""))


def _title(figure: Figure) -> None:
    """Write the title, and what is drawn in smaller letters below, for which it leaves room."""
    lines = textwrap.wrap(_HOW, int(13.5 * figure.get_figwidth()))
    inch = 1 / figure.get_figheight()
    title, how = 0.06 * inch, 0.32 * inch  # from the top
    room = how + (0.1 + 0.16 * len(lines)) * inch
    engine = figure.get_layout_engine()
    assert isinstance(engine, ConstrainedLayoutEngine)  # as of every new figure
    engine.set(rect=(0, 0, 1, 1 - room))
    text = "Return while learning, by steps and by time"
    figure.text(0.01, 1 - title, text, va="top", fontsize=12, fontweight="bold")
    figure.text(0.01, 1 - how, "\n".join(lines), va="top", fontsize=9, color="#555555")


def _in_order(domains: Iterable[str]) -> list[str]:
    """Return domains in the order in which they were logged, but sources first and D_U last."""
    return sorted(
        dict.fromkeys(domains), key=lambda name: (name == UNSUPERVISED) + (name not in SOURCES)
    )
