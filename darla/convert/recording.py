"""What formats have in common: frames in order, read block by block, and what belongs to them.

As in frame datasets (:mod:`darla.frames.dataset`), the action and the reward of a frame are those
that led to it: there is none at the first frame of an episode.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from darla.frames.attributes import FactorDescription
from darla.frames.writer import FrameChunk

BLOCK_BYTES = 16 << 20
"""About how many bytes of frames readers keep in memory at a time."""


@dataclass(frozen=True)
class ReadOptions:
    """How a format is to be read."""

    size: tuple[int, int] | None = None
    """Height and width that pictures are brought to; None for those that they have."""
    key: str | None = None
    """Which of several pictures, or cameras; None where there is one."""


@dataclass(frozen=True)
class WriteOptions:
    """How a format is to be written."""

    chunk_size: int | None = None
    """Frames in a chunk of a frame dataset; None for what the source had, or the usual."""
    fps: int = 10
    """Frames in a second, for formats that count in seconds."""
    name: str = "frames"
    """What the data are called, where they hold their own name."""


@dataclass(frozen=True)
class Recording:
    """Frames that can be read, in order, as often as one likes; nothing of them is in memory."""

    num_frames: int
    size: tuple[int, int]
    """Height and width of the frames that :attr:`blocks` gives."""
    blocks: Callable[[], Iterator[FrameChunk]]
    """Reads all frames, a few at a time; each block has one row or more."""
    factors: Mapping[str, FactorDescription] = field(default_factory=dict)
    """The factors in the order of the columns of blocks."""
    action_size: int = 0
    """Numbers in an action; 0 where it is one whole number, or there are none."""
    origin: Mapping[str, Any] = field(default_factory=dict)
    """The attributes of the frame dataset that this once was; nothing where it was none."""
    left_out: tuple[str, ...] = ()
    """What was found and is not read, in words."""


def plain_factor() -> FactorDescription:
    """Describe a factor of which nothing is known: a number, of the state."""
    return {
        "kind": "continuous",
        "low": None,
        "high": None,
        "unit": "",
        "categories": [],
        "role": "state",
    }


def block_rows(size: tuple[int, int]) -> int:
    """Return how many frames of a height and width a block has."""
    return max(1, min(1000, BLOCK_BYTES // (size[0] * size[1] * 3)))


def block_of(
    frames: np.ndarray,
    episode_starts: np.ndarray,
    actions: np.ndarray | None = None,
    rewards: np.ndarray | None = None,
    factors: np.ndarray | None = None,
    action_vectors: np.ndarray | None = None,
) -> FrameChunk:
    """Make a block of n frames uint8 (n, H, W, 3), with nothing where nothing is given."""
    count = len(frames)
    return FrameChunk(
        frames,
        np.empty((count, 0), np.float32) if factors is None else factors,
        np.full(count, -1, np.int64) if actions is None else actions,
        np.zeros(count, np.float32) if rewards is None else rewards,
        episode_starts,
        action_vectors,
    )


def cut(chunk: FrameChunk, start: int, stop: int) -> FrameChunk:
    """Return the rows from ``start`` to before ``stop``."""
    vectors = chunk.action_vectors
    return FrameChunk(
        chunk.frames[start:stop],
        chunk.factors[start:stop],
        chunk.actions[start:stop],
        chunk.rewards[start:stop],
        chunk.episode_starts[start:stop],
        None if vectors is None else vectors[start:stop],
    )


def joined(chunks: list[FrameChunk]) -> FrameChunk:
    """Return the rows of several blocks, one after the other."""
    if len(chunks) == 1:
        return chunks[0]
    vectors = [each.action_vectors for each in chunks if each.action_vectors is not None]
    return FrameChunk(
        np.concatenate([each.frames for each in chunks]),
        np.concatenate([each.factors for each in chunks]),
        np.concatenate([each.actions for each in chunks]),
        np.concatenate([each.rewards for each in chunks]),
        np.concatenate([each.episode_starts for each in chunks]),
        np.concatenate(vectors) if vectors else None,
    )


def in_chunks(blocks: Iterator[FrameChunk], rows: int) -> Iterator[FrameChunk]:
    """Yield the frames of blocks of any length in chunks of ``rows``; the last may be shorter."""
    waiting: list[FrameChunk] = []
    count = 0
    for block in blocks:
        start = 0
        while start < len(block):
            stop = min(len(block), start + rows - count)
            waiting.append(cut(block, start, stop))
            count += stop - start
            start = stop
            if count == rows:
                yield joined(waiting)
                waiting, count = [], 0
    if waiting:
        yield joined(waiting)


def in_episodes(blocks: Iterator[FrameChunk], most: int) -> Iterator[FrameChunk]:
    """Yield the frames episode by episode; a ValueError for one of more than ``most`` frames."""
    waiting: list[FrameChunk] = []
    for block in blocks:
        places = [place for place in np.flatnonzero(block.episode_starts).tolist() if place]
        for start, stop in zip([0, *places], [*places, len(block)], strict=True):
            part = cut(block, start, stop)
            if part.episode_starts[0] and waiting:
                yield joined(waiting)
                waiting = []
            waiting.append(part)
            if sum(map(len, waiting)) > most:
                raise ValueError(
                    f"an episode has more than {most:,} frames, which is more than this format "
                    "holds in one piece; choose another one"
                )
    if waiting:
        yield joined(waiting)
