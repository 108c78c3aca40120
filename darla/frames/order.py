"""The order in which frames are learnt from, alone or in pairs; only the seed decides it.

Frames come in an endless stream of rows, epoch after epoch. Within an epoch the dataset's chunks
are shuffled and dealt into windows, and the frames of each window are shuffled.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from typing import ClassVar

import numpy as np

from darla.frames.dataset import FrameDataset


@dataclass(frozen=True)
class FrameOrder:
    """The order of frames: a pure function of these fields.

    The stream consists of rows; here each is one frame.
    """

    num_frames: int
    """Frames in the dataset."""
    chunk_size: int
    """Frames in a chunk of it."""
    window_chunks: int
    """Chunks that are shuffled together."""
    seed: tuple[int, ...]
    """What the order is drawn from; several numbers, such as a run's seed and a stage's."""

    frames_per_row: ClassVar[int] = 1

    def windows(self, epoch: int) -> Iterator[np.ndarray]:
        """Yield the windows of one epoch: each the shuffled indices of its frames, int64 (n,)."""
        random = np.random.default_rng((*self.seed, epoch))
        num_chunks = -(-self.num_frames // self.chunk_size)
        chunks = random.permutation(num_chunks)
        for start in range(0, num_chunks, self.window_chunks):
            starts = chunks[start : start + self.window_chunks] * self.chunk_size
            stops = np.minimum(starts + self.chunk_size, self.num_frames)
            yield random.permutation(np.concatenate([*map(np.arange, starts, stops)]))

    def windows_from(self, position: int) -> Iterator[np.ndarray]:
        """Yield windows without end, from a row of the stream on; the first may be cut."""
        first, skip = divmod(position, self.num_frames)
        for epoch in count(first):
            for window in self.windows(epoch):
                if skip >= len(window):
                    skip -= len(window)
                    continue
                yield window[skip:]
                skip = 0

    def indices(self, start: int, stop: int) -> np.ndarray:
        """Return the rows ``start`` to ``stop`` of the stream, int64."""
        found: list[np.ndarray] = []
        missing = stop - start
        for window in self.windows_from(start):
            found.append(window[:missing])
            missing -= len(found[-1])
            if not missing:
                break
        return np.concatenate(found)


@dataclass(frozen=True, eq=False)
class PairOrder(FrameOrder):
    """The order of pairs of frames: each row is a frame and its partner.

    A partner is another frame of the same episode and the same chunk, drawn anew every epoch. A
    frame that is alone there is its own partner.
    """

    episodes: "Episodes"
    """Which frames belong together."""

    frames_per_row: ClassVar[int] = 2

    def windows(self, epoch: int) -> Iterator[np.ndarray]:
        """Yield the windows of one epoch: shuffled frames and their partners, int64 (n, 2)."""
        draws = np.random.default_rng((*self.seed, epoch, 1)).random(self.num_frames)
        for frames in super().windows(epoch):
            yield np.stack([frames, self.episodes.partners(frames, draws[frames])], axis=1)


@dataclass(frozen=True, eq=False)
class Episodes:
    """The parts of episodes that lie within one chunk, seen from each of the N frames."""

    first: np.ndarray
    """int64 (N,), the first frame of the part that the frame belongs to."""
    length: np.ndarray
    """int64 (N,), frames in that part."""

    @classmethod
    def of(cls, dataset: FrameDataset) -> "Episodes":
        """Find a dataset's episodes; a ValueError where none has two frames in one chunk."""
        starts = dataset.episode_starts | (np.arange(len(dataset)) % dataset.chunk_size == 0)
        first = np.flatnonzero(starts)
        length = np.diff(first, append=len(dataset))
        if length.max() < 2:
            raise ValueError(
                f"every episode of {dataset.path} has one frame, so there are no pairs to learn "
                "from; collect with --frames-per-look 2 or more, or with --policy random"
            )
        part = np.cumsum(starts) - 1
        return cls(first[part], length[part])

    def partners(self, frames: np.ndarray, draws: np.ndarray) -> np.ndarray:
        """Return a partner for each of some frames, indices (n,), by draws (n,) from [0, 1)."""
        first, length = self.first[frames], self.length[frames]
        away = 1 + (draws * (length - 1)).astype(np.int64)
        partners: np.ndarray = first + (frames - first + away) % length
        return partners
