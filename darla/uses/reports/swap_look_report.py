"""Frames in the looks of others: a row for each state, a column for each look."""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from darla.encoder.drawn_rows import draw_rows
from darla.encoder.frozen_encoder import FrozenEncoder
from darla.frames.dataset import FrameDataset
from darla.frames.read_rows import read_rows
from darla.running.ranges import PositiveInt
from darla.uses.denoise import denoise
from darla.uses.picture_errors import picture_errors
from darla.uses.refusals import need_decoder, need_roles
from darla.uses.reports.report import Report, UseConfig, read_spread, spread_rows
from darla.uses.swap_look import swap_look


@dataclass(frozen=True)
class SwapLook(UseConfig):
    """Show states in the looks of other frames; measured where data shows states in two looks."""

    states: PositiveInt = 5
    """States that are drawn, a row each."""
    looks: PositiveInt = 8
    """Looks that they are drawn in, a column each."""

    name: ClassVar[str] = "swap_look"


def report_swap_look(config: SwapLook) -> Report:
    """Draw states in looks, and compare with frames that show them so, where there are any."""
    encoder = config.load()
    need_decoder(encoder, config.name)
    need_roles(encoder, config.name)
    frames = read_spread(config.data, config.states + config.looks, encoder.image_shape[:2])
    states, looks = frames[: config.states], frames[config.states :]
    if not len(looks):
        raise ValueError(f"{config.data} has {len(frames)} frames; expected more than states")
    nothing = np.full_like(states[:1], 255)
    rows = [np.concatenate([nothing, looks])]
    for state in states:
        repeated = np.repeat(state[None], len(looks), axis=0)
        rows.append(np.concatenate([state[None], swap_look(encoder, repeated, looks)]))
    labels = ["looks", *(["state"] * len(states))]
    picture = draw_rows(rows, labels, "each state, decoded in each look")
    return Report(picture, _measured(config, encoder))


def _measured(config: SwapLook, encoder: FrozenEncoder) -> dict[str, Any]:
    """Compare states in looks with frames that show them so, in a dataset of twins."""
    dataset = FrameDataset.open(config.data)
    looks = dataset.attributes.get("looks_per_state") or 1
    per_look = dataset.attributes.get("frames_per_look") or 1
    if looks < 2 or per_look < 2:
        return {"errors": "not measured: data shows no two states in the same two looks"}
    block = per_look * looks
    starts = np.arange(len(dataset) // block) * block
    starts = starts[spread_rows(len(starts), config.frames)]
    size = encoder.image_shape[:2]
    # Of each block the first state in the first look, and in the second; the second state there.
    state, truth, look = (
        read_rows(dataset, starts + away, size) for away in (0, per_look, per_look + 1)
    )
    made = {
        "swapped": swap_look(encoder, state, look),
        "the truth, decoded": denoise(encoder, truth),
        "the state, decoded in its own look": denoise(encoder, state),
    }
    errors = {name: picture_errors(pictures, truth) for name, pictures in made.items()}
    return {"states": len(truth), **errors}
