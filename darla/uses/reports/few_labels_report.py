"""What a factor takes in labels: read from latents, from pixels, and by a network from nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from darla.frames.dataset import FrameDataset
from darla.frames.read_rows import read_rows
from darla.probes.few_labels import (
    COUNTS,
    LATENTS,
    NETWORK,
    PIXELS,
    FewLabelScore,
    LabelledFrames,
    few_labels,
)
from darla.probes.targets import ProbeTarget, described_target
from darla.running.names import lookup
from darla.running.ranges import PositiveInt
from darla.uses.reports.report import Report, UseConfig, spread_rows

_TESTED = 0.25  # of the dataset, its end: frames of a look stay together
_COLORS = {LATENTS: "#0072B2", PIXELS: "#D55E00", NETWORK: "#555555"}
_LINES = {"linear": "-", "mlp": "--", "": "-."}
_DPI = 100


@dataclass(frozen=True)
class FewLabels(UseConfig):
    """Read factors from few labelled frames: from latents, from pixels, and from nothing.

    Labelled frames are drawn from the first three quarters of the dataset, and all are tested on
    the last.
    """

    factors: tuple[str, ...] = ()
    """Recorded factors to read; all that vary, of look and state, when not given."""
    where: tuple[str, float] | None = None
    """A recorded factor and its least value: other frames are left out, such as those that do not
    show the object (object_visible 0.5)."""
    labels: tuple[int, ...] = COUNTS
    """How many frames are labelled."""
    draws: PositiveInt = 5
    """How often that many are drawn."""
    probe_steps: PositiveInt = 1500
    """Steps of probes that are networks, at most."""
    network_steps: PositiveInt = 600
    """Steps of the network from nothing, at most."""
    frames: PositiveInt = 8000
    """Frames of the dataset to draw from and to test on, spread evenly over it."""

    name: ClassVar[str] = "few_labels"


def report_few_labels(config: FewLabels) -> Report:
    """Fit everything to every draw, and tell means and intervals of the scores."""
    encoder = config.load()
    dataset = FrameDataset.open(config.data)
    rows = _rows(config, dataset)
    targets = _targets(config, dataset, rows)
    known = np.logical_and.reduce([target.known for target in targets])
    rows, targets = rows[known], [target.take(known) for target in targets]
    frames = read_rows(dataset, rows, encoder.image_shape[:2])
    labelled = LabelledFrames(frames, encoder.encode(frames), tuple(targets))
    cut = len(rows) - round(_TESTED * len(rows))
    pool, tested = (labelled.take(each) for each in np.split(np.arange(len(rows)), [cut]))
    scores = few_labels(
        pool,
        tested,
        config.labels,
        config.draws,
        config.seed,
        config.probe_steps,
        config.network_steps,
        progress=True,
    )
    numbers: dict[str, Any] = {
        "frames to draw from": len(pool.frames),
        "tested frames": len(tested.frames),
        **_told(scores),
    }
    return Report(_draw(scores), numbers)


def _rows(config: FewLabels, dataset: FrameDataset) -> np.ndarray:
    """Return which frames are asked for."""
    rows = spread_rows(len(dataset), config.frames)
    if config.where is None:
        return rows
    name, least = config.where
    kept: np.ndarray = rows[lookup("factor", name, dataset.factors)[rows] >= least]
    return kept


def _targets(config: FewLabels, dataset: FrameDataset, rows: np.ndarray) -> list[ProbeTarget]:
    """Return the factors to read; a ValueError where none was recorded that varies."""
    described = dataset.attributes["factors"]
    wanted = {name: lookup("factor", name, described) for name in config.factors} or described
    targets = [
        as_number(described_target(name, each, dataset.factors[name][rows]))
        for name, each in wanted.items()
    ]
    if not config.factors:
        targets = [target for target in targets if not target.unusable()]
    if not targets:
        raise ValueError(
            f"{config.data} records no factor that varies; give frames of an environment that "
            "reports some (info['factors'])"
        )
    return targets


def as_number(target: ProbeTarget) -> ProbeTarget:
    """Return an angle that stays within half a circle as a number, which has two ends."""
    seen = target.values[target.known]
    narrow = len(seen) > 0 and np.ptp(seen) < (target.high - target.low) / 2
    return replace(target, kind="continuous") if target.kind == "circular" and narrow else target


def _told(scores: Sequence[FewLabelScore]) -> dict[str, Any]:
    """Return means and intervals by target, labels, and what is seen."""
    told: dict[str, Any] = {}
    for one in scores:
        way = f"{one.seen} {one.probe}".strip()
        place = told.setdefault(one.target, {}).setdefault(f"{one.labels} labels", {})
        place[way] = {"mean": one.mean}
        if one.interval is not None:
            place[way] |= {"low": one.interval[0], "high": one.interval[1]}
    return told


def _draw(scores: Sequence[FewLabelScore]) -> np.ndarray:
    """Plot scores against labels, a panel for each target; uint8 (height, width, 3)."""
    names = list(dict.fromkeys(one.target for one in scores))
    figure = Figure(figsize=(3.4 * len(names), 3.4), dpi=_DPI, layout="constrained")
    panels = figure.subplots(1, len(names), squeeze=False)[0]
    for axes, name in zip(panels, names, strict=True):
        for (seen, probe), curve in _curves(scores, name).items():
            curve.sort(key=lambda one: one.labels)
            means = np.array([one.mean for one in curve])
            ends = np.array([one.interval or (one.mean, one.mean) for one in curve])
            axes.errorbar(
                [one.labels for one in curve],
                means,
                yerr=np.abs(ends.T - means),
                color=_COLORS[seen],
                linestyle=_LINES[probe],
                capsize=2,
                label=f"{seen} {probe}".strip(),
            )
        axes.set_xscale("log")
        axes.set_ylim(-0.25, 1.02)
        axes.set_title(name, fontsize=9)
        axes.set_xlabel("labelled frames", fontsize=8)
    panels[0].set_ylabel("R2, or balanced accuracy", fontsize=8)
    panels[0].legend(fontsize=7)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[..., :3].copy()


def _curves(
    scores: Sequence[FewLabelScore], target: str
) -> Mapping[tuple[str, str], list[FewLabelScore]]:
    """Return the scores of a target by what is seen."""
    found: dict[tuple[str, str], list[FewLabelScore]] = {}
    for one in scores:
        if one.target == target:
            found.setdefault((one.seen, one.probe), []).append(one)
    return found
