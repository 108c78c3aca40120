"""Lay a texture over a picture, which scrolls through it."""

from dataclasses import dataclass

import numpy as np

from darla.environments.restyling.patterns import draw_pattern
from darla.environments.restyling.pixel_maps import mixed
from darla.environments.restyling.shift import Moments, Shift
from darla.environments.restyling.texture import OPAQUE

_SPEED = 1 / 64  # of the picture, in a step


@dataclass(frozen=True)
class Scrolling:
    """A pattern, and where it goes."""

    pattern: np.ndarray
    """float32 (H, W, 3) from 0 to 255."""
    velocity: np.ndarray
    """How far it moves in a step, down and across, in shares of the picture: float64 (2,)."""


def draw_scrolling(rng: np.random.Generator, size: tuple[int, int]) -> Scrolling:
    """Draw a pattern, and a direction that it keeps."""
    angle = rng.uniform(0, 2 * np.pi)
    velocity = _SPEED * np.array([np.sin(angle), np.cos(angle)])
    return Scrolling(draw_pattern(rng, size), velocity)


def overlay_moving(
    pictures: np.ndarray, strength: float, scrolling: Scrolling, moments: Moments
) -> np.ndarray:
    """Mix each picture with the pattern, moved by as many steps as the episode has had."""
    sides = np.array(pictures.shape[1:3])
    moved = np.rint(moments.steps[:, None] * scrolling.velocity * sides).astype(int)
    patterns = [np.roll(scrolling.pattern, tuple(each), axis=(0, 1)) for each in moved]
    return mixed(pictures, np.stack(patterns), OPAQUE * strength)


MOVING_TEXTURE = Shift("under a texture that scrolls", overlay_moving, draw_scrolling)
