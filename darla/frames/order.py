"""The order in which frames are learnt from: alone, in pairs, squares or sequences.

The seed decides it.

Frames come in an endless stream of rows, epoch after epoch. Within an epoch the dataset's chunks
are shuffled and dealt into windows, and the frames of each window are shuffled.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from typing import ClassVar

import numpy as np

from darla.frames.dataset import FrameDataset
from darla.frames.joined import datasets_in


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

    @property
    def num_rows(self) -> int:
        """How many rows of the stream an epoch has."""
        return self.num_frames

    def windows_from(self, position: int) -> Iterator[np.ndarray]:
        """Yield windows without end, from a row of the stream on; the first may be cut."""
        first, skip = divmod(position, self.num_rows)
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
class SquareOrder(PairOrder):
    """The order of squares of frames: two states, each in two looks.

    Each row is a frame, its twin, its partner and the partner's twin. A frame without a twin is its
    own.
    """

    twins: "Twins"
    """Which frames show one state."""

    frames_per_row: ClassVar[int] = 4

    def windows(self, epoch: int) -> Iterator[np.ndarray]:
        """Yield the windows of one epoch, int64 (n, 4)."""
        draws = np.random.default_rng((*self.seed, epoch, 2)).random(self.num_frames)
        for pairs in super().windows(epoch):
            drawn = draws[pairs[:, 0]]  # one for a pair, whose twins have one look in common too
            twins = [self.twins.of_frames(frames, drawn) for frames in pairs.T]
            yield np.stack([pairs[:, 0], twins[0], pairs[:, 1], twins[1]], axis=1)


@dataclass(frozen=True)
class SequenceOrder(FrameOrder):
    """The order of sequences: each row is so many frames that follow one another in the dataset.

    Episodes may end and begin within a row. A chunk has as many rows as fit into it side by side,
    each beginning at random in a part of the chunk of its own, so that frames come about once an
    epoch. Of a chunk that is too short for one the row begins in the chunk before.

    Raises:
        ValueError: the dataset has fewer frames than a row.
    """

    length: int
    """Frames in a row."""

    def __post_init__(self) -> None:
        if not 1 <= self.length <= self.num_frames:
            raise ValueError(
                f"sequences have {self.length} frames, but the dataset has {self.num_frames} in "
                "all; give shorter ones, or collect more frames"
            )

    @property
    def num_rows(self) -> int:
        """How many rows of the stream an epoch has."""
        whole, rest = divmod(self.num_frames, self.chunk_size)
        each = max(1, self.chunk_size // self.length)
        return whole * each + (max(1, rest // self.length) if rest else 0)

    def windows(self, epoch: int) -> Iterator[np.ndarray]:
        """Yield the windows of one epoch: shuffled rows, int64 (n, length)."""
        random = np.random.default_rng((*self.seed, epoch))
        chunks = random.permutation(-(-self.num_frames // self.chunk_size))
        for start in range(0, len(chunks), self.window_chunks):
            together = chunks[start : start + self.window_chunks].tolist()
            firsts = np.concatenate([self._firsts(chunk, random) for chunk in together])
            yield random.permutation(firsts)[:, None] + np.arange(self.length)

    def _firsts(self, chunk: int, random: np.random.Generator) -> np.ndarray:
        """Draw the first frames of a chunk's rows."""
        start = chunk * self.chunk_size
        stop = min(start + self.chunk_size, self.num_frames)
        count = max(1, (stop - start) // self.length)
        places = max(1, stop - start - self.length + 1)
        drawn = (np.arange(count) + random.random(count)) * (places / count)
        # A last chunk reaches back into the one before; a first one, into the one behind.
        latest = self.num_frames - self.length
        return np.clip(min(start, max(0, stop - self.length)) + drawn.astype(np.int64), 0, latest)


@dataclass(frozen=True, eq=False)
class Twins:
    """The frames that show one state in several looks, seen from each of the N frames."""

    apart: np.ndarray
    """int64 (N,), how many frames lie between a frame and its next twin; 0 where there is none."""
    looks: np.ndarray
    """int64 (N,), in how many looks the frame's state is shown."""
    look: np.ndarray
    """int64 (N,), which of them the frame has."""

    @classmethod
    def of(cls, dataset: FrameDataset) -> "Twins | None":
        """Find a dataset's twins; None where it has none."""
        parts = [_laid_out(part) for part in datasets_in(dataset)]
        if all((looks == 1).all() for _, looks, _ in parts):
            return None
        return cls(*(np.concatenate(each) for each in zip(*parts, strict=True)))

    def of_frames(self, frames: np.ndarray, draws: np.ndarray) -> np.ndarray:
        """Return a twin for each of some frames, indices (n,), by draws (n,) from [0, 1)."""
        looks, look = self.looks[frames], self.look[frames]
        away = 1 + (draws * (looks - 1)).astype(np.int64)
        twins: np.ndarray = frames + ((look + away) % looks - look) * self.apart[frames]
        return twins


def _laid_out(dataset: FrameDataset) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return what :class:`Twins` holds of one dataset."""
    count = len(dataset)
    looks = dataset.attributes.get("looks_per_state") or 1
    states = dataset.attributes.get("frames_per_look") or 1
    frames = np.arange(count)
    within = frames % dataset.chunk_size % (looks * states)
    last = frames - within + looks * states > count  # a block that was cut
    whole = np.where(last, 1, looks)
    return np.where(whole > 1, states, 0), whole, np.where(whole > 1, within // states, 0)


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
