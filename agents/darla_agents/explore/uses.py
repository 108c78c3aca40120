"""The tab Uses: what an encoder is good for besides agents, on frames that one chooses."""

from typing import Annotated, Any, Literal

import msgspec
import numpy as np

from darla.encoder.squared_errors import squared_errors
from darla.environments.restyling.registry import SHIFTS
from darla.uses.denoise import corrupt, denoise
from darla.uses.inpaint import How, inpaint, paint_mean, rectangle
from darla.uses.interpolate import interpolate
from darla.uses.retrieve import columns_of, nearest_latents
from darla.uses.swap_look import swap_look
from darla_agents.explore.alarm_dial import read_dial
from darla_agents.explore.messages import (
    Answer,
    FrameRef,
    Index,
    Message,
    Name,
    Share,
    numbers,
    picture,
)
from darla_agents.explore.opened import Opened
from darla_agents.explore.survey import survey

_NEAREST = 8


class Interpolate(Message, frozen=True):
    """What lies between two frames?"""

    bundle: Index
    first: FrameRef
    second: FrameRef
    steps: Annotated[int, msgspec.Meta(ge=2, le=16)] = 9
    how: Literal["linear", "spherical"] = "linear"


class Swap(Message, frozen=True):
    """What do two frames look like, each in the other's look?"""

    bundle: Index
    first: FrameRef
    second: FrameRef


class Inpaint(Message, frozen=True):
    """What belongs into a rectangle? Its sides are shares of the height and the width."""

    bundle: Index
    frame: FrameRef
    top: Share
    left: Share
    bottom: Share
    right: Share
    how: How = "gradient"


class Spoiled(Message, frozen=True):
    """A frame that is spoiled by a shift of some strength, or as it is where no shift is named."""

    bundle: Index
    frame: FrameRef
    shift: Name | None = None
    strength: Share = 0.0
    seed: Index = 0


class Nearest(Message, frozen=True):
    """Which frames of the dataset are nearest to this one?"""

    bundle: Index
    frame: FrameRef
    by: Literal["all", "state", "look"] = "all"


def known_shifts() -> list[str]:
    """Return the shifts that a frame can be spoiled by: those that need no mask."""
    return [name for name, shift in SHIFTS.items() if not shift.needs_mask]


def answer_interpolate(opened: Opened, asked: Interpolate) -> Answer:
    """Return pictures in equal steps between two frames."""
    named = opened.bundle(asked.bundle)
    first, second = (_frame(opened, asked.bundle, each) for each in (asked.first, asked.second))
    found = interpolate(named.encoder, first, second, asked.steps, asked.how)[0]
    return {
        "ends": [picture(first[0]), picture(second[0])],
        "pictures": [picture(each) for each in found],
    }


def answer_swap(opened: Opened, asked: Swap) -> Answer:
    """Return each frame's state in the other's look."""
    encoder = opened.bundle(asked.bundle).encoder
    first, second = (_frame(opened, asked.bundle, each) for each in (asked.first, asked.second))
    return {
        "ends": [picture(first[0]), picture(second[0])],
        "decoded": [picture(each) for each in denoise(encoder, np.concatenate([first, second]))],
        "swapped": [
            picture(swap_look(encoder, first, second)[0]),
            picture(swap_look(encoder, second, first)[0]),
        ],
    }


def answer_inpaint(opened: Opened, asked: Inpaint) -> Answer:
    """Return a frame with a hole, and the hole filled; and how far that is from what was there."""
    named = opened.bundle(asked.bundle)
    frame = _frame(opened, asked.bundle, asked.frame)
    height, width, _ = named.encoder.image_shape
    top, bottom = round(asked.top * height), round(asked.bottom * height)
    left, right = round(asked.left * width), round(asked.right * width)
    mask = rectangle((height, width), top, left, bottom, right)
    filled = inpaint(named.encoder, frame, mask, asked.how)
    plain = paint_mean(frame, mask[None])
    return {
        "frame": picture(frame[0]),
        "hidden": picture(plain[0]),
        "filled": picture(filled[0]),
        "pixels": int(mask.sum()),
        "error": _root(filled, frame, mask),
        "error_of_mean": _root(plain, frame, mask),
    }


def answer_denoise(opened: Opened, asked: Spoiled) -> Answer:
    """Return a spoiled frame, and what the encoder sees in it."""
    encoder = opened.bundle(asked.bundle).encoder
    frame, spoiled = _spoiled(opened, asked)
    clean = denoise(encoder, spoiled)
    return {
        "frame": picture(frame[0]),
        "spoiled": picture(spoiled[0]),
        "clean": picture(clean[0]),
        "error_spoiled": _root(spoiled, frame),
        "error_clean": _root(clean, frame),
    }


def answer_alarm(opened: Opened, asked: Spoiled) -> Answer:
    """Return a spoiled frame, and how strange it is to the encoder."""
    _, spoiled = _spoiled(opened, asked)
    return {"spoiled": picture(spoiled[0]), **read_dial(opened, asked.bundle, spoiled)}


def answer_nearest(opened: Opened, asked: Nearest) -> Answer:
    """Return the nearest of the dataset's surveyed frames, the nearest first."""
    named, dataset = opened.bundle(asked.bundle), opened.frames.need_dataset()
    frame = _frame(opened, asked.bundle, asked.frame)
    columns = columns_of(named.encoder, asked.by)
    known = survey(opened, asked.bundle)
    rows = known.frames.rows
    assert rows is not None  # of a dataset
    latents = named.encoder.encode(frame)[:, columns]
    found = nearest_latents(latents, known.latents[:, columns], min(_NEAREST, len(rows)))
    shown = known.frames.read(named.encoder.image_shape[:2])[found.rows[0]]
    return {
        "frame": picture(frame[0]),
        "rows": numbers(rows[found.rows[0]]),
        "distances": numbers(found.distances[0]),
        "pictures": [picture(each) for each in shown],
        "among": len(rows),
        "frames": len(dataset),
    }


def _frame(opened: Opened, bundle: int, frame: FrameRef) -> np.ndarray:
    """Return a frame in the size of an encoder, uint8 (1, H, W, 3)."""
    return opened.bundle(bundle).sized(opened.frames.read(frame)[None])


def _spoiled(opened: Opened, asked: Spoiled) -> tuple[np.ndarray, np.ndarray]:
    """Return a frame as it is and spoiled, uint8 (1, H, W, 3) each."""
    frame = _frame(opened, asked.bundle, asked.frame)
    if asked.shift is None:
        return frame, frame
    return frame, corrupt(frame, asked.shift, asked.strength, asked.seed)


def _root(made: np.ndarray, true: np.ndarray, mask: Any = None) -> float:
    """Return the root mean squared error in grey levels, within a mask where one is given."""
    masks = None if mask is None else mask[None]
    return float(255 * np.sqrt(squared_errors(made, true, masks)[0]))
