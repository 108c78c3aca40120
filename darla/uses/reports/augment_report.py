"""Frames in looks that are drawn by lot: a row for each state."""

import time
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from darla.encoder.drawn_rows import draw_rows
from darla.encoder.frozen_encoder import FrozenEncoder
from darla.encoder.movement import joint_movement
from darla.running.ranges import PositiveInt
from darla.uses.augment import augment, look_bank, repaint
from darla.uses.encoded_frames import encode_pieces
from darla.uses.refusals import need_decoder, need_roles
from darla.uses.reports.report import Report, UseConfig, read_spread

_ENVIRONMENTS = 8  # pictures at a time, as agents have them


@dataclass(frozen=True)
class Augment(UseConfig):
    """Show states in looks of D_U, as training data for who learns from pixels."""

    states: PositiveInt = 6
    """States that are drawn, a row each."""
    copies: PositiveInt = 8
    """Looks that each is drawn in."""
    details: bool = True
    """Put back what the encoder loses of a frame in its own look."""

    name: ClassVar[str] = "augment"


def report_augment(config: Augment) -> Report:
    """Draw copies, and measure what the encoder itself sees in them, and how long they take."""
    encoder = config.load()
    need_decoder(encoder, config.name)
    need_roles(encoder, config.name)
    frames = read_spread(config.data, config.frames, encoder.image_shape[:2])
    shown = read_spread(config.data, config.states, encoder.image_shape[:2])
    copies = augment(encoder, shown, config.copies, details=config.details, seed=config.seed)
    rows = [np.concatenate([state[None], own]) for state, own in zip(shown, copies, strict=True)]
    picture = draw_rows(rows, ["state"] * len(rows), "frame | its state in looks of D_U")
    return Report(picture, _measured(config, encoder, frames))


def _measured(config: Augment, encoder: FrozenEncoder, frames: np.ndarray) -> dict[str, Any]:
    """Return how far state and look of repainted frames are from those that were asked for."""
    rng, bank = np.random.default_rng(config.seed), look_bank(encoder)
    looks = bank[rng.integers(len(bank), size=len(frames))]
    start, parts = time.perf_counter(), []
    for at in range(0, len(frames), _ENVIRONMENTS):
        some = slice(at, at + _ENVIRONMENTS)
        parts.append(repaint(encoder, frames[some], looks[some], config.details))
    seconds = time.perf_counter() - start
    before, after = encode_pieces(encoder, frames), encode_pieces(encoder, np.concatenate(parts))
    state, look = (encoder.latent_roles[name] for name in ("state", "look"))
    return {
        "frames": len(frames),
        "the state moves by": joint_movement(before[:, state], after[:, state]),
        "the look is off by": joint_movement(looks, after[:, look]),
        "two looks are apart by": joint_movement(looks, before[:, look]),
        "frames per second": len(frames) / seconds,
    }
