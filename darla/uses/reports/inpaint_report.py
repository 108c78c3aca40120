"""Frames with a hole, and what an encoder fills it with; beside fills that have learnt nothing."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from darla.encoder.drawn_rows import draw_rows
from darla.encoder.squared_errors import squared_errors
from darla.running.ranges import PositiveInt
from darla.uses.inpaint import How, inpaint, paint_mean, rectangle
from darla.uses.refusals import need_decoder
from darla.uses.reports.report import Report, UseConfig, read_spread, spread_rows
from darla.uses.smooth_fill import fill_smoothly

_COLUMNS = 10
_HIDDEN = 128


@dataclass(frozen=True)
class Inpaint(UseConfig):
    """Fill a rectangle of frames with what the encoder expects there."""

    rectangle: tuple[int, int, int, int] | None = None
    """What is missing: its top and left, and the row and the column before which it ends, in
    pixels; when not given, the half in the middle, of each side."""
    how: How = "gradient"
    """How the latent of what is seen is found: by its gradient, or by encoding again and again."""
    steps: int | None = None
    """Steps of the gradient, or rounds of encoding; 60 and 5 when not given."""
    blend: bool = True
    """Carry what is off at the edge of the hole on into it, and take it away."""
    frames: PositiveInt = 100
    """Frames of the dataset to measure on, spread evenly over it."""

    name: ClassVar[str] = "inpaint"


def report_inpaint(config: Inpaint) -> Report:
    """Fill a hole in frames, and compare with what was there."""
    encoder = config.load()
    need_decoder(encoder, config.name)
    height, width = encoder.image_shape[:2]
    middle = (height // 4, width // 4, height - height // 4, width - width // 4)
    hole = rectangle((height, width), *(config.rectangle or middle))
    frames = read_spread(config.data, config.frames, (height, width))
    masks = np.broadcast_to(hole, frames.shape[:3])
    made = {
        "mean colour": paint_mean(frames, masks),
        "smooth": np.rint(fill_smoothly(frames, masks)).astype(np.uint8),
        config.how: inpaint(encoder, frames, hole, config.how, config.steps, config.blend),
    }
    errors = {
        name: float(squared_errors(pictures, frames, masks).mean())
        for name, pictures in made.items()
    }
    shown = spread_rows(len(frames), _COLUMNS)
    holed = np.where(hole[..., None], np.uint8(_HIDDEN), frames)
    rows = [each[shown] for each in (frames, holed, made["smooth"], made[config.how])]
    title = (
        f"mean squared error in the hole: {errors[config.how]:.4f}, smooth {errors['smooth']:.4f}"
    )
    labels = ["frame", "missing", "smooth", config.how]
    numbers = {"frames": len(frames), "squared error in the hole": errors}
    return Report(draw_rows(rows, labels, title), numbers)
