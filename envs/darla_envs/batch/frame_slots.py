"""Arrays that pictures are drawn into and given away in, each used again when nobody holds it.

So whoever receives pictures may keep them for as long as they like, and nobody copies them.
"""

import sys
from collections.abc import Sequence

import numpy as np

MOST_HELD = 3  # a loop holds the last observation and the one before; one more is free then


class FrameSlots:
    """Some arrays of one shape, one of which has the current pictures.

    Views of an array, and what shares its memory, such as a tensor, hold it.

    Args:
        arrays: at least two, each an object of its own.
        replaceable: whether an array that is held may be given up and another made instead.
            Otherwise the last array is never given away: when all others are held, pictures are
            drawn into it and copied.
    """

    def __init__(self, arrays: Sequence[np.ndarray], *, replaceable: bool) -> None:
        self._arrays = list(arrays)
        self._replaceable = replaceable
        self.current = 0

    @property
    def frames(self) -> np.ndarray:
        """The current pictures; the receiver's to keep."""
        frames = self._arrays[self.current]
        is_spare = not self._replaceable and self.current == len(self._arrays) - 1
        return frames.copy() if is_spare else frames

    def turn(self) -> int:
        """Make an array the current one that nobody else holds, and return its number."""
        count = len(self._arrays)
        for number in range(count if self._replaceable else count - 1):
            if _COUNTS_HOLDERS and _holders(self._arrays, number) == _NOBODY:
                self.current = number
                return number
        if self._replaceable:  # not the current one: what it shows may still be copied
            self.current = (self.current + 1) % count
            self._arrays[self.current] = np.empty_like(self._arrays[self.current])
        else:
            self.current = count - 1
        return self.current

    def __getitem__(self, number: int) -> np.ndarray:
        """Return an array by its number, to draw into."""
        return self._arrays[number]


def _holders(arrays: list[np.ndarray], number: int) -> int:
    """Return how many references there are to an array."""
    return sys.getrefcount(arrays[number])


# What is counted besides other holders differs from one Python to the next.
_NOBODY = _holders([np.empty(0)], 0)
# Without the global lock, counts are no exact numbers; every array then counts as held.
_COUNTS_HOLDERS = getattr(sys, "_is_gil_enabled", lambda: True)()
