"""Memory for pictures and outcomes that a parent and its workers share; it has no name to leak."""

import mmap
import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from gymnasium import spaces

from darla_envs.batch.frame_slots import MOST_HELD

_ALIGNMENT = 64  # bytes; a cache line


@dataclass(frozen=True)
class Buffers:
    """What steps of n worlds give, as arrays over shared memory.

    Attributes:
        frames: arrays (n, H, W, 3) uint8, as a rule, of which one is what all worlds show.
        finals: likewise, the last pictures of episodes that ended, the first rows used.
        rewards: (n,) float64.
        terminated: (n,) bool.
        truncated: (n,) bool.
    """

    frames: list[np.ndarray]
    finals: np.ndarray
    rewards: np.ndarray
    terminated: np.ndarray
    truncated: np.ndarray

    def part(self, first: int, last: int) -> "Buffers":
        """Return the rows from ``first`` to before ``last`` of every array, without a copy."""
        frames, *others = vars(self).values()
        rows = slice(first, last)
        return Buffers([each[rows] for each in frames], *(each[rows] for each in others))


def make_buffers(
    num_worlds: int, picture_space: spaces.Box, share: Callable[[int], Any]
) -> Buffers:
    """Allocate buffers in an open file without a name, which ends with its last user.

    ``share`` is called with the file's descriptor, for other processes to :func:`open_buffers`.
    """
    descriptor = _nameless_file()
    try:
        os.truncate(descriptor, _layout(num_worlds, picture_space)[1])
        share(descriptor)
        return open_buffers(descriptor, num_worlds, picture_space)
    finally:
        os.close(descriptor)


def open_buffers(descriptor: int, num_worlds: int, picture_space: spaces.Box) -> Buffers:
    """Return the buffers in a file; the descriptor may be closed after that."""
    layout, size = _layout(num_worlds, picture_space)
    memory = mmap.mmap(descriptor, size)  # the arrays keep it alive
    *frames, finals, rewards, terminated, truncated = (
        np.ndarray(shape, dtype, memory, offset) for shape, dtype, offset in layout
    )
    return Buffers(frames, finals, rewards, terminated, truncated)


def _layout(
    num_worlds: int, picture_space: spaces.Box
) -> tuple[list[tuple[tuple[int, ...], Any, int]], int]:
    """Return shape, dtype and offset of every array, and the size of all in bytes."""
    pictures = (num_worlds, *picture_space.shape)
    row = (num_worlds,)
    kinds: list[tuple[tuple[int, ...], Any]] = [
        *[(pictures, picture_space.dtype)] * (MOST_HELD + 2),  # one to copy from, and finals
        (row, np.float64),
        (row, np.bool_),
        (row, np.bool_),
    ]
    layout, offset = [], 0
    for shape, dtype in kinds:
        layout.append((shape, dtype, offset))
        size = int(np.prod(shape)) * np.dtype(dtype).itemsize
        offset += -(-size // _ALIGNMENT) * _ALIGNMENT
    return layout, offset


def _nameless_file() -> int:
    """Open a file in memory where the system offers it, otherwise one that is deleted already."""
    if hasattr(os, "memfd_create"):
        return os.memfd_create("worlds")
    memory = Path("/dev/shm")
    with tempfile.TemporaryFile(dir=memory if memory.is_dir() else None) as file:
        return os.dup(file.fileno())
