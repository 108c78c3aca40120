"""Batches of frames in an order that only the seed decides.

Frames come in an endless stream, epoch after epoch, each frame once an epoch. Batch number k holds
positions k B to (k + 1) B of the stream, so that every batch is full, one may span two epochs, and
the number of steps done is all that a resumed run must know.

Within an epoch the dataset's chunks are shuffled and dealt into windows, and the frames of each
window are shuffled. A dataset that fits into memory is one window; a larger one is read window by
window, the next while the present one is used.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import count

import numpy as np
import torch
from torch import Tensor

from darla.frames import FrameDataset

_WINDOWS_IN_MEMORY = 2  # one in use, one being read


@dataclass(frozen=True)
class Batch:
    """Some frames and where they come from.

    Attributes:
        frames: uint8 (B, H, W, 3), on the training device.
        indices: int64 (B,), each frame's number in the dataset.
    """

    frames: Tensor
    indices: np.ndarray


@dataclass(frozen=True)
class FrameOrder:
    """The order of frames: a pure function of these fields.

    Attributes:
        num_frames: frames in the dataset.
        chunk_size: frames in a chunk of it.
        window_chunks: chunks that are shuffled together.
        seed: what the order is drawn from; several numbers, such as a run's seed and a stage's.
    """

    num_frames: int
    chunk_size: int
    window_chunks: int
    seed: tuple[int, ...]

    def windows(self, epoch: int) -> Iterator[np.ndarray]:
        """Yield the windows of one epoch: each the shuffled indices of its frames, int64."""
        random = np.random.default_rng((*self.seed, epoch))
        num_chunks = -(-self.num_frames // self.chunk_size)
        chunks = random.permutation(num_chunks)
        for start in range(0, num_chunks, self.window_chunks):
            ranges = [self._chunk(chunk) for chunk in chunks[start : start + self.window_chunks]]
            yield random.permutation(np.concatenate(ranges))

    def windows_from(self, position: int) -> Iterator[np.ndarray]:
        """Yield windows without end, from a position of the stream on; the first may be cut."""
        first, skip = divmod(position, self.num_frames)
        for epoch in count(first):
            for window in self.windows(epoch):
                if skip >= len(window):
                    skip -= len(window)
                    continue
                yield window[skip:]
                skip = 0

    def indices(self, start: int, stop: int) -> np.ndarray:
        """Return the frames at positions ``start`` to ``stop`` of the stream, int64."""
        found: list[np.ndarray] = []
        missing = stop - start
        for window in self.windows_from(start):
            found.append(window[:missing])
            missing -= len(found[-1])
            if not missing:
                break
        return np.concatenate(found)

    def _chunk(self, chunk: int) -> np.ndarray:
        start = int(chunk) * self.chunk_size
        return np.arange(start, min(start + self.chunk_size, self.num_frames))


class FrameBatches:
    """The batches of a dataset for one stage of a training."""

    def __init__(
        self,
        dataset: FrameDataset,
        batch_size: int,
        seed: tuple[int, ...],
        max_memory_gb: float,
        device: torch.device,
        resident: Tensor | None = None,
    ) -> None:
        """Describe the batches; nothing is read yet.

        Args:
            dataset: where frames come from.
            batch_size: frames in a batch, B.
            seed: what the order is drawn from.
            max_memory_gb: how much memory frames may take, in 10^9 bytes; decides the windows.
            device: where batches are put.
            resident: all frames, uint8 (N, H, W, 3), if :func:`load_resident` could load them.
        """
        self.order = FrameOrder(
            num_frames=len(dataset),
            chunk_size=dataset.chunk_size,
            window_chunks=window_chunks(dataset, max_memory_gb),
            seed=seed,
        )
        self._dataset = dataset
        self._batch_size = batch_size
        self._device = device
        self._resident = resident

    def indices(self, step: int) -> np.ndarray:
        """Return which frames batch number ``step`` holds, int64 (B,)."""
        return self.order.indices(step * self._batch_size, (step + 1) * self._batch_size)

    def starting_at(self, step: int) -> Iterator[Batch]:
        """Yield batches without end, the first of them number ``step``."""
        windows = self.order.windows_from(step * self._batch_size)
        if self._resident is None:
            yield from self._streamed(windows)
        for indices, _ in _carve(((window, None) for window in windows), self._batch_size):
            yield Batch(self._pick(indices), indices)

    def _pick(self, indices: np.ndarray) -> Tensor:
        assert self._resident is not None
        rows = torch.from_numpy(indices).to(self._resident.device)
        return self._resident.index_select(0, rows).to(self._device)

    def _streamed(self, windows: Iterator[np.ndarray]) -> Iterator[Batch]:
        for indices, frames in _carve(self._read_ahead(windows), self._batch_size):
            assert frames is not None
            tensor = torch.from_numpy(frames)
            if self._device.type == "cuda":
                tensor = tensor.pin_memory()
            yield Batch(tensor.to(self._device, non_blocking=True), indices)

    def _read_ahead(self, windows: Iterator[np.ndarray]) -> Iterator["Piece"]:
        with ThreadPoolExecutor(max_workers=1) as reader:
            ahead = reader.submit(self._read, next(windows))
            while True:
                piece = ahead.result()
                ahead = reader.submit(self._read, next(windows))
                yield piece

    def _read(self, indices: np.ndarray) -> "Piece":
        """Read the frames of a window, chunk by chunk, into their shuffled places."""
        frames = np.empty((len(indices), *self._dataset.shape[1:]), dtype=np.uint8)
        chunks = indices // self._dataset.chunk_size
        for chunk in np.unique(chunks):
            start = int(chunk) * self._dataset.chunk_size
            stop = min(start + self._dataset.chunk_size, len(self._dataset))
            places = np.flatnonzero(chunks == chunk)
            frames[places] = self._dataset.read(start, stop)[indices[places] - start]
        return indices, frames


Piece = tuple[np.ndarray, np.ndarray | None]
"""A part of the stream: indices (n,), and their frames (n, H, W, 3) if they were read."""


def _carve(pieces: Iterator[Piece], size: int) -> Iterator[Piece]:
    """Cut pieces of any length into pieces of ``size``, none left over in between."""
    parts: list[Piece] = []
    held = 0
    for indices, frames in pieces:
        start = 0
        while held + len(indices) - start >= size:
            stop = start + size - held
            parts.append((indices[start:stop], None if frames is None else frames[start:stop]))
            yield _join(parts)
            parts, held, start = [], 0, stop
        parts.append((indices[start:], None if frames is None else frames[start:].copy()))
        held += len(indices) - start


def _join(parts: list[Piece]) -> Piece:
    indices = np.concatenate([part for part, _ in parts])
    frames = [part for _, part in parts if part is not None]
    return indices, np.concatenate(frames) if frames else None


def window_chunks(dataset: FrameDataset, max_memory_gb: float) -> int:
    """Return how many chunks are shuffled together: all of them when they fit into memory."""
    total = -(-len(dataset) // dataset.chunk_size)
    if frame_bytes(dataset) <= max_memory_gb * 1e9:
        return total
    chunk_bytes = dataset.chunk_size * frame_bytes(dataset) // len(dataset)
    return max(1, int(max_memory_gb * 1e9 / chunk_bytes / _WINDOWS_IN_MEMORY))


def frame_bytes(dataset: FrameDataset) -> int:
    """Return how much memory all frames of the dataset take, in bytes."""
    return int(np.prod(dataset.shape, dtype=np.int64))


def load_resident(
    dataset: FrameDataset, max_memory_gb: float, device: torch.device
) -> Tensor | None:
    """Read all frames into memory, on the device when it has room for them twice over.

    Returns:
        uint8 (N, H, W, 3), or None when they would take more than ``max_memory_gb``.
    """
    size = frame_bytes(dataset)
    if size > max_memory_gb * 1e9:
        return None
    frames = torch.empty(dataset.shape, dtype=torch.uint8)
    for start in range(0, len(dataset), dataset.chunk_size):
        stop = min(start + dataset.chunk_size, len(dataset))
        frames[start:stop] = torch.from_numpy(dataset.read(start, stop))
    if device.type == "cuda" and torch.cuda.mem_get_info(device)[0] < 2 * size:
        return frames.pin_memory()
    return frames.to(device)


def sample_chunks(
    dataset: FrameDataset, largest: int, device: torch.device, resident: Tensor | None = None
) -> Iterator[Tensor]:
    """Yield about ``largest`` frames, from chunks spread evenly over the dataset.

    Yields:
        uint8 (n, H, W, 3) on ``device``.
    """
    num_chunks = -(-len(dataset) // dataset.chunk_size)
    wanted = min(num_chunks, max(1, largest // dataset.chunk_size))
    for chunk in np.unique(np.linspace(0, num_chunks - 1, wanted).round().astype(int)):
        start = int(chunk) * dataset.chunk_size
        stop = min(start + dataset.chunk_size, len(dataset))
        if resident is None:
            yield torch.from_numpy(dataset.read(start, stop)).to(device)
        else:
            yield resident[start:stop].to(device)
