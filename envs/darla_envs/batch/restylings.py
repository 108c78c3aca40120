"""What befalls the pictures of episodes after they are drawn, in one world or in many."""

import zlib

import numpy as np

from darla.environments.restyling.restyling import Restyling
from darla_envs.description.domain import Domain


def restyling_in(start: np.ndarray, domain: Domain) -> Restyling | None:
    """Return what befalls the pictures of an episode; None where its domain leaves them alone.

    It follows from all that the episode starts from, (S,) float64: from the state as from the look.
    """
    return Restyling(domain.restyle, zlib.crc32(start.tobytes())) if domain.restyle else None


class Restylings:
    """The restylings of those worlds that have one; false where none has."""

    def __init__(self) -> None:
        self._of: dict[int, Restyling] = {}

    def __bool__(self) -> bool:
        return bool(self._of)

    def begin(self, world: int, restyling: Restyling | None) -> None:
        """Let a world have the restyling of another episode, or none."""
        if restyling is None:
            self._of.pop(world, None)
        else:
            self._of[world] = restyling

    def apply(self, chosen: np.ndarray, steps: np.ndarray, pictures: np.ndarray) -> None:
        """Restyle pictures of chosen worlds in place, each as its own episode asks for.

        Args:
            chosen: the worlds' numbers, (n,) int64.
            steps: of their episodes until now, (n,) int64.
            pictures: uint8 (n, H, W, 3).
        """
        for row, world in enumerate(chosen.tolist()):
            restyling = self._of.get(world)
            if restyling is not None:
                pictures[row] = restyling(pictures[row : row + 1], steps[row : row + 1])[0]
