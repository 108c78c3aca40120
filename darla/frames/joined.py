"""Several frame datasets read as one, such as those of two tasks in the same rooms."""

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

import numpy as np

from darla.frames.dataset import FrameDataset


class JoinedFrames(FrameDataset):
    """Frame datasets end to end; the first one's path and attributes stand for all.

    Attributes:
        parts: the datasets, in order.
    """

    def __init__(self, parts: Sequence[FrameDataset]) -> None:
        """Join datasets.

        A ValueError where frames or chunks differ in size, or one that is not the last ends within
        a chunk.
        """
        self.parts = tuple(parts)
        self._ends = np.cumsum([len(part) for part in self.parts])
        first = self.parts[0]
        for part in self.parts[1:]:
            if part.shape[1:] != first.shape[1:]:
                raise ValueError(
                    f"frames of {part.path} are {part.shape[1:]}, those of {first.path} "
                    f"{first.shape[1:]}; collect both with the same --size"
                )
            if part.chunk_size != first.chunk_size:
                raise ValueError(
                    f"chunks of {part.path} hold {part.chunk_size} frames, those of {first.path} "
                    f"{first.chunk_size}; collect both with the same --chunk-size"
                )
        for part in self.parts[:-1]:
            if len(part) % part.chunk_size:
                raise ValueError(
                    f"{part.path} has {len(part)} frames, which is no multiple of its chunks' "
                    f"{part.chunk_size}; give it last, or collect a multiple"
                )
        self.path, self.attributes = first.path, first.attributes
        self.shape = int(self._ends[-1]), *first.shape[1:]
        self.chunk_size = first.chunk_size
        self.chunks_ahead = max(part.chunks_ahead for part in self.parts)

    @cached_property
    def factors(self) -> dict[str, np.ndarray]:
        """The true factors that all datasets have, (N,) float32."""
        every = [part.factors for part in self.parts]
        common = [name for name in every[0] if all(name in factors for factors in every)]
        return {name: np.concatenate([factors[name] for factors in every]) for name in common}

    @cached_property
    def action_vectors(self) -> np.ndarray:
        """(N, d) float32; a ValueError where actions differ in how many numbers they have."""
        every = [part.action_vectors for part in self.parts]
        if len({vectors.shape[1] for vectors in every}) > 1:
            names = ", ".join(str(part.path) for part in self.parts)
            raise ValueError(f"actions have not as many numbers in all of {names}; read them apart")
        return np.concatenate(every)

    def _read(self, name: str, part: slice = slice(None)) -> np.ndarray:
        """Read an array, or a part of it, across the datasets."""
        start, stop, _ = part.indices(len(self))
        pieces = []
        for dataset, end in zip(self.parts, self._ends.tolist(), strict=True):
            begin = end - len(dataset)
            low, high = max(start, begin), min(stop, end)
            if low < high:
                pieces.append(dataset._read(name, slice(low - begin, high - begin)))
        if len(pieces) == 1:
            return pieces[0]
        return np.concatenate(pieces) if pieces else self.parts[0]._read(name, slice(0))


def open_frames(paths: Sequence[Path]) -> FrameDataset:
    """Open one dataset, or several as one.

    Raises:
        FileNotFoundError: one of them is missing.
        ValueError: one of them cannot be used, or they do not go together.
    """
    parts = [FrameDataset.open(path) for path in paths]
    return parts[0] if len(parts) == 1 else JoinedFrames(parts)


def datasets_in(frames: FrameDataset) -> tuple[FrameDataset, ...]:
    """Return the datasets that were joined, or the only one."""
    return frames.parts if isinstance(frames, JoinedFrames) else (frames,)
