"""Frames, and what an encoder with memory foretells of them; beside a copy of the last one seen."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from darla.encoder.drawn_rows import draw_rows
from darla.encoder.squared_errors import squared_errors
from darla.frames.dataset import FrameDataset
from darla.frames.read_rows import read_rows
from darla.frames.recorded_actions import recorded_actions
from darla.running.ranges import PositiveInt
from darla.uses.predict import decode_all, encode_in_order, predict, sequence_rows
from darla.uses.refusals import need_decoder
from darla.uses.reports.report import Report, UseConfig, spread_rows

_SEQUENCES = 3  # that are drawn
_COLUMNS = 12
_HORIZONS = (1, 2, 5, 10, 15, 30, 45)
_INK = {"predicted": "#0072B2", "last frame copied": "#D55E00", "seen and decoded": "#999999"}
_BACKGROUND = 255
_DPI = 100


@dataclass(frozen=True)
class Predict(UseConfig):
    """Predict frames from the first ones of a sequence and actions, without seeing others."""

    context: PositiveInt = 5
    """Frames that are seen first, in order."""
    horizon: PositiveInt = 45
    """Frames that are predicted then, from actions alone; episodes must be as long as both."""
    frames: PositiveInt = 100
    """Sequences of the dataset to measure on, spread evenly over it; they do not overlap."""

    name: ClassVar[str] = "predict"


def report_predict(config: Predict) -> Report:
    """Predict sequences; say how far from the true frames each step is."""
    encoder = config.load()
    need_decoder(encoder, config.name)
    dataset, context = FrameDataset.open(config.data), config.context
    rows = sequence_rows(dataset, context + config.horizon, config.frames)
    true = read_rows(dataset, rows.ravel(), encoder.image_shape[:2])
    true = true.reshape(*rows.shape, *encoder.image_shape)
    actions = recorded_actions(dataset)[rows]
    later = true[:, context:]
    made = {
        "predicted": predict(encoder, true[:, :context], actions),
        "last frame copied": np.broadcast_to(true[:, context - 1 : context], later.shape),
        "seen and decoded": decode_all(
            encoder, encode_in_order(encoder, true, actions)[:, context:]
        ),
    }
    errors = {name: _by_step(pictures, later) for name, pictures in made.items()}
    picture = _under(_sequences(true, made["predicted"], context), _curves(errors))
    steps = [step for step in _HORIZONS if step <= config.horizon]
    numbers = {
        "sequences": len(rows),
        "squared error at step": {
            name: {str(step): float(found[step - 1]) for step in steps}
            for name, found in errors.items()
        },
        "squared error, mean": {name: float(found.mean()) for name, found in errors.items()},
        "squared error at each step": {name: found.tolist() for name, found in errors.items()},
    }
    return Report(picture, numbers)


def _by_step(pictures: np.ndarray, true: np.ndarray) -> np.ndarray:
    """Return the mean squared error of each step of sequences (n, K, H, W, 3), (K,)."""
    return np.array(
        [squared_errors(pictures[:, step], true[:, step]).mean() for step in range(true.shape[1])]
    )


def _sequences(true: np.ndarray, predicted: np.ndarray, context: int) -> np.ndarray:
    """Draw some sequences, a row of true frames and one of predictions each."""
    steps = predicted.shape[1]
    columns = spread_rows(steps, _COLUMNS)
    rows, labels = [], []
    for number in spread_rows(len(true), _SEQUENCES):
        seen, blank = true[number, :context], np.full_like(true[number, :context], _BACKGROUND)
        rows.append(np.concatenate([seen, true[number, context + columns]]))
        rows.append(np.concatenate([blank, predicted[number, columns]]))
        labels += ["true", "predicted"]
    shown = ", ".join(str(step + 1) for step in columns)
    return draw_rows(rows, labels, f"{context} frames are seen, then predicted: step {shown}")


def _curves(errors: dict[str, np.ndarray]) -> np.ndarray:
    """Draw the error against the horizon, uint8 (height, width, 3)."""
    figure = Figure(figsize=(7, 3), dpi=_DPI, layout="constrained")
    axes = figure.add_subplot()
    for name, found in errors.items():
        axes.plot(np.arange(1, len(found) + 1), found, color=_INK[name], label=name, marker=".")
    axes.set_xlabel("steps since the last frame that was seen")
    axes.set_ylabel("squared error")
    axes.set_ylim(bottom=0)
    axes.legend(frameon=False, fontsize=8)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    pixels: np.ndarray = np.asarray(canvas.buffer_rgba())
    return pixels[..., :3].copy()


def _under(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Put a picture under another, both uint8 (height, width, 3)."""
    width = max(first.shape[1], second.shape[1])
    wide = [
        np.pad(each, ((0, 0), (0, width - each.shape[1]), (0, 0)), constant_values=_BACKGROUND)
        for each in (first, second)
    ]
    return np.concatenate(wide)
