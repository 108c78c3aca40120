"""The look of other frames, as an encoder of look and state sees it (``darla.uses.augment``)."""

from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from darla_agents.agent.augmentations.base import (
    Augmentation,
    EncoderAugmentation,
    check_pictures,
)

if TYPE_CHECKING:
    from darla.encoder.frozen_encoder import FrozenEncoder

CLEAN_SHARE = 0.1
"""The share of draws that leave pictures as they are, as that of random convolutions."""
_HELP = "shown in the look of a frame of D_U by --encoder, one that tells look from state"


def make_repaint(encoder: "FrozenEncoder") -> Augmentation:
    """Return the augmentation that an encoder makes.

    A ValueError where it does not tell look from state, or has no decoder.
    """
    from darla.uses.augment import look_bank  # late: help pages name all augmentations

    bank = look_bank(encoder)
    return Augmentation(_HELP, partial(draw_looks, bank), partial(paint, encoder))


def draw_looks(bank: np.ndarray, rng: np.random.Generator, count: int) -> np.ndarray:
    """Draw looks out of a bank of latents, (M, L): float32 (count, 1 + L).

    The first number is 0 where the picture is to stay as it is, else 1.
    """
    looks = bank[rng.integers(len(bank), size=count)]
    painted = rng.random((count, 1)) >= CLEAN_SHARE
    return np.concatenate([painted, looks], axis=1).astype(np.float32)


def paint(encoder: "FrozenEncoder", frames: np.ndarray, looks: np.ndarray) -> np.ndarray:
    """Show pictures, uint8 (n, H, W, 3), each in a look, float32 (n, 1 + L), of the encoder's."""
    from darla.uses.augment import repaint

    check_pictures(frames, looks, (1 + len(encoder.latent_roles["look"]),))
    made = frames.copy()
    painted = np.flatnonzero(looks[:, 0])
    if len(painted):
        made[painted] = repaint(encoder, frames[painted], looks[painted, 1:])
    return made


REPAINT = EncoderAugmentation(_HELP, make_repaint)
