"""What a shift of the look is: a change of pictures by a strength, and what an episode draws."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Moments:
    """When pictures of one episode were taken, and what in them is background."""

    steps: np.ndarray
    """The step of each within the episode, int (N,); 0 is its reset."""
    mask: np.ndarray | None = None
    """True where the background is, bool (N, H, W); None where nobody tells."""


def draw_nothing(rng: np.random.Generator, size: tuple[int, int]) -> None:
    """Draw nothing: the change is the same in every episode."""


@dataclass(frozen=True)
class Shift:
    """A change of the look of pictures, which leaves alone what they show."""

    help: str
    """What it does to a picture, in a few words."""
    apply: Callable[[np.ndarray, float, Any, Moments], np.ndarray]
    """From uint8 pictures (N, H, W, 3) of one episode, a strength above 0 and up to 1, what was
    drawn and the pictures' moments, new uint8 pictures of the same shape; what it is given stays as
    it is. The change grows with the strength, from nothing."""
    draw: Callable[[np.random.Generator, tuple[int, int]], Any] = draw_nothing
    """From a generator and a size (H, W), what stays while an episode lasts. As much is drawn for
    every size, so that a larger picture of the same episode looks the same."""
    needs_mask: bool = False
    """Whether it must be told where the background is."""


def check_shift(name: str, shift: Shift) -> None:
    """Raise a ValueError for what is no shift."""
    if not isinstance(shift, Shift):
        raise ValueError(
            f"the shift {name!r} is {shift!r}, but must be a Shift of darla.environments.restyling"
        )


def draw_direction(rng: np.random.Generator, size: tuple[int, int]) -> int:
    """Draw -1 or 1, of a change that can go either way."""
    return 1 if rng.random() < 0.5 else -1
