"""A picture that shows what is in a frame dataset: frames, and how its factors are covered."""

import io
import math
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from darla.frames.dataset import FrameDataset
from darla.running.atomic import write_bytes
from darla.stores.objects import StoredFolder
from darla.stores.urls import Place, StoreUrl

_COLUMNS = 12
_ROWS = 6
_CHUNKS_READ = 12  # frames come from so many chunks, spread over the dataset
_BINS = 40
_PLOT_COLUMNS = 6
_WIDTH = 12.0  # inches
_INK = "#3b6ea5"


def write_contact_sheet(dataset: FrameDataset, path: Place) -> None:
    """Write a PNG, into a store too, with a grid of frames and a histogram for each factor.

    Frames are spread evenly over the dataset and shown in its order. The histogram of a factor
    spans its whole range, so that what is not covered shows as a gap.
    """
    figure = draw_contact_sheet(dataset)
    data = io.BytesIO()
    FigureCanvasAgg(figure).print_png(data)
    if isinstance(path, StoreUrl):
        StoredFolder(path.parent).write(path.name, data.getvalue())
    else:
        write_bytes(path, data.getvalue())


def draw_contact_sheet(dataset: FrameDataset) -> Figure:
    """Draw the sheet of :func:`write_contact_sheet` without writing it."""
    factors = dataset.factors
    tiles = tile(pick_frames(dataset, _ROWS * _COLUMNS), _COLUMNS)
    picture_height = _WIDTH * tiles.shape[0] / tiles.shape[1]
    plot_rows = math.ceil(len(factors) / _PLOT_COLUMNS)
    heights = [picture_height, *[1.5] * plot_rows]
    figure = Figure(figsize=(_WIDTH, sum(heights) + 0.6), dpi=100, layout="constrained")
    figure.suptitle(_title(dataset), fontsize=10)
    grid = figure.add_gridspec(1 + plot_rows, _PLOT_COLUMNS, height_ratios=heights)
    axes = figure.add_subplot(grid[0, :])
    axes.imshow(tiles, interpolation="nearest")
    axes.set_axis_off()
    for index, (name, values) in enumerate(factors.items()):
        cell = grid[1 + index // _PLOT_COLUMNS, index % _PLOT_COLUMNS]
        _draw_coverage(figure.add_subplot(cell), name, values, dataset.attributes["factors"][name])
    return figure


def pick_frames(dataset: FrameDataset, count: int) -> np.ndarray:
    """Read up to ``count`` frames, uint8 (n, H, W, 3), spread over a few chunks of the dataset."""
    size = dataset.chunk_size
    chunks = math.ceil(len(dataset) / size)
    picked = np.unique(np.linspace(0, chunks - 1, min(chunks, _CHUNKS_READ, count)).astype(int))
    frames = []
    for part, chunk in zip(np.array_split(np.arange(count), len(picked)), picked, strict=True):
        block = dataset.read(chunk * size, min((chunk + 1) * size, len(dataset)))
        rows = np.linspace(0, len(block) - 1, min(len(part), len(block))).astype(int)
        frames.append(block[rows])
    return np.concatenate(frames)


def tile(frames: np.ndarray, columns: int) -> np.ndarray:
    """Put frames (n, H, W, 3) uint8 side by side, row by row, with white lines between them."""
    count, height, width, _ = frames.shape
    columns = min(columns, count)
    rows = math.ceil(count / columns)
    gap = max(1, width // 32)
    sheet = np.full((rows * (height + gap), columns * (width + gap), 3), 255, dtype=np.uint8)
    for index, frame in enumerate(frames):
        top, left = index // columns * (height + gap), index % columns * (width + gap)
        sheet[top : top + height, left : left + width] = frame
    return sheet[:-gap, :-gap]


def _title(dataset: FrameDataset) -> str:
    """Return what the frames are of."""
    attributes = dataset.attributes
    made_with = [f"{name}={value}" for name, value in attributes["env_kwargs"].items()]
    if attributes.get("look"):
        made_with.append(f"look {attributes['look']['name']}")
    count, height, width, _ = dataset.shape
    return (
        f"{attributes['env']} ({', '.join(made_with) or 'defaults'}), policy {attributes['how']}, "
        f"{count:,} frames of {height}x{width}, {int(dataset.episode_starts.sum()):,} episodes"
    )


def _draw_coverage(axes: Axes, name: str, values: np.ndarray, description: dict[str, Any]) -> None:
    """Draw how often each value of a factor occurs."""
    categories = description["categories"]
    if categories:
        counts = np.bincount(values.astype(int), minlength=len(categories))
        axes.bar(range(len(categories)), counts, color=_INK)
        axes.set_xticks(range(len(categories)), categories)
    else:
        values = values[np.isfinite(values)]
        span = _span(values, description)
        counts, edges = np.histogram(values, bins=_BINS, range=span)
        axes.stairs(counts, edges, fill=True, color=_INK)  # one shape, not one for each bin
        axes.set_xlim(span)
        axes.set_ylim(bottom=0)
    unit = f" ({description['unit']})" if description["unit"] else ""
    axes.set_title(f"{name}{unit}", fontsize=8)
    axes.set_yticks([])
    axes.tick_params(labelsize=7)


def _span(values: np.ndarray, description: dict[str, Any]) -> tuple[float, float]:
    """Return a factor's range; where it has no limit, that of its values."""
    low, high = description["low"], description["high"]
    low = float(values.min(initial=np.inf)) if low is None else low
    high = float(values.max(initial=-np.inf)) if high is None else high
    middle = float(values.mean()) if len(values) else 0.0
    return (low, high) if low < high else (middle - 0.5, middle + 0.5)
