"""What is done to the pictures of one episode: shifts, how strong they are, and what they drew."""

import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np

from darla.environments.restyling.masks import MASK_EXPECTED
from darla.environments.restyling.registry import SHIFTS
from darla.environments.restyling.shift import Moments
from darla.environments.restyling.strengths import Strength, checked_strengths, strength_range


class Restyling:
    """The look that one episode is seen in.

    Everything follows from the shifts and the seed: the strengths of those that have a range, what
    each draws for the episode, and what it draws for a step of it. A shift draws the same whatever
    others there are. They are applied in the order of :data:`SHIFTS`, not in that of the mapping.

    Attributes:
        strengths: of each shift in this episode, by name, from 0 to 1.
    """

    def __init__(self, shifts: Mapping[str, Strength], seed: int) -> None:
        """Draw the look of an episode; a ValueError for shifts that cannot be."""
        checked = checked_strengths(shifts)
        self._seed = seed
        self._drawn: dict[tuple[str, tuple[int, int]], Any] = {}
        self.strengths = {
            name: float(self._rng(name, "strength").uniform(*strength_range(checked[name])))
            for name in SHIFTS
            if name in checked
        }

    @property
    def needs_mask(self) -> bool:
        """Whether a shift must be told in this episode where the background is."""
        return any(SHIFTS[name].needs_mask for name, value in self.strengths.items() if value)

    def __call__(
        self, pictures: np.ndarray, steps: np.ndarray | None = None, mask: np.ndarray | None = None
    ) -> np.ndarray:
        """Return pictures of the episode in its look.

        Args:
            pictures: uint8 (N, H, W, 3), of any size; they stay as they are.
            steps: when each was taken, int (N,); by default 0, 1, ...
            mask: true where the background is, bool (N, H, W), for shifts that need it.

        Returns:
            uint8 (N, H, W, 3); the same array where no shift has any strength.

        Raises:
            ValueError: a shift needs a mask and there is none, or it makes something else than
                pictures.
        """
        if self.needs_mask and mask is None:
            raise ValueError(f"the shift {self._in_need()!r} needs a mask: {MASK_EXPECTED}")
        steps = np.arange(len(pictures)) if steps is None else steps
        size: tuple[int, int] = pictures.shape[1:3]
        for name, strength in self.strengths.items():
            if strength:
                drawn = self._drawn_by(name, size)
                made = SHIFTS[name].apply(pictures, strength, drawn, Moments(steps, mask))
                pictures = _checked(name, made, pictures)
        return pictures

    def _in_need(self) -> str:
        """Return the name of a shift that needs a mask."""
        return next(name for name in self.strengths if SHIFTS[name].needs_mask)

    def _drawn_by(self, name: str, size: tuple[int, int]) -> Any:
        """Return what a shift has drawn for this episode, at one size of pictures."""
        if (name, size) not in self._drawn:
            self._drawn[name, size] = SHIFTS[name].draw(self._rng(name, "look"), size)
        return self._drawn[name, size]

    def _rng(self, name: str, purpose: str) -> np.random.Generator:
        """Return the random numbers of one shift for one purpose."""
        return np.random.default_rng([self._seed, zlib.crc32(f"{name} {purpose}".encode())])


def _checked(name: str, made: Any, pictures: np.ndarray) -> np.ndarray:
    """Return what a shift has made, once it is known to be pictures."""
    if not isinstance(made, np.ndarray) or (made.dtype, made.shape) != (np.uint8, pictures.shape):
        raise ValueError(
            f"the shift {name!r} made {getattr(made, 'dtype', type(made))} of {np.shape(made)} of "
            f"uint8 pictures of {pictures.shape}; mend its package"
        )
    return made
