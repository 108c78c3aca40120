"""Batches of frames, or of pairs, squares or sequences, in an order that only the seed decides.

Frames come in an endless stream of rows, epoch after epoch (see :mod:`darla.frames.order`): a row
is a frame, or a frame and its partner, or both and their twins, or a sequence. Batch number k holds
rows k R to (k + 1) R of the stream, R being the batch size over the frames of a row, so that every
batch is full, one may span two epochs, and the number of steps done is all that a resumed run must
know. A batch of pairs holds R frames and then their R partners, in the same order; one of squares R
frames, their twins, their partners and the partners' twins; one of sequences the first frames of
all R, then the second ones, and so on.

A dataset that fits into memory is one window; a larger one is read window by window, the next while
the present one is used.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from darla.frames.dataset import FrameDataset
from darla.frames.order import (
    Episodes,
    FrameOrder,
    PairOrder,
    SequenceOrder,
    SquareOrder,
    Twins,
)
from darla.frames.read_rows import read_rows

_WINDOWS_IN_MEMORY = 2  # one in use, one being read


@dataclass(frozen=True)
class Batch:
    """Some frames and where they come from; of pairs, the partners are the second half."""

    frames: Tensor
    """uint8 (B, H, W, 3), on the training device."""
    indices: np.ndarray
    """int64 (B,), each frame's number in the dataset."""
    given: Tensor | None = None
    """float32 (B, m), what stands for a recorded factor of each, or what is told of the way to it,
    on the training device."""


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
        paired: bool = False,
        twins: Twins | None = None,
        given: np.ndarray | None = None,
        sequence_length: int = 1,
    ) -> None:
        """Describe batches of so many frames, in an order drawn from the seed; none is read yet.

        Frames may take ``max_memory_gb`` 10^9 bytes of memory, which decides the windows; if
        :func:`load_resident` could load all, uint8 (N, H, W, 3), they are resident, and windows an
        order alone. Paired rows are
        pairs of frames of one episode, and a ``sequence_length`` above 1 makes rows of so many
        frames that follow one another. What batches give beside frames is float32 (N, m), a row for
        each frame. A ValueError where there are no pairs or too few frames, or half a pair would be
        left over in a batch.
        """
        kind: type[FrameOrder] = SquareOrder if twins else PairOrder if paired else FrameOrder
        copies = per_row = kind.frames_per_row  # copies: when frames are read window by window
        what = "squares" if twins else "pairs"
        if sequence_length > 1:
            kind, per_row, copies = SequenceOrder, sequence_length, 1
            what = f"sequences of {sequence_length} frames"
        if batch_size % per_row:
            raise ValueError(
                f"batch_size is {batch_size}; batches of {what} need a multiple of {per_row}"
            )
        order: dict[str, Any] = {
            "num_frames": len(dataset),
            "chunk_size": dataset.chunk_size,
            "window_chunks": window_chunks(dataset, max_memory_gb, copies),
            "seed": seed,
        }
        if paired:
            order["episodes"] = Episodes.of(dataset)
        if twins:
            order["twins"] = twins
        if sequence_length > 1:
            order["length"] = sequence_length
        self.order: FrameOrder = kind(**order)
        self._dataset = dataset
        self._rows = batch_size // per_row
        self._device = device
        self._resident = resident
        self._given = None if given is None else torch.from_numpy(given).to(device)

    def indices(self, step: int) -> np.ndarray:
        """Return which frames batch number ``step`` holds, int64 (B,)."""
        return _end_to_end(self.order.indices(step * self._rows, (step + 1) * self._rows))

    def starting_at(self, step: int) -> Iterator[Batch]:
        """Yield batches without end, the first of them number ``step``."""
        if self._resident is None:
            yield from self._streamed(self.order.windows_from(step * self._rows))
        for indices in self.indices_from(step):
            yield self.gathered(indices)

    def indices_from(self, step: int) -> Iterator[np.ndarray]:
        """Yield which frames batches hold, int64 (B,), without end, from number ``step`` on."""
        windows = self.order.windows_from(step * self._rows)
        for rows, _ in _carve(((window, None) for window in windows), self._rows):
            yield _end_to_end(rows)

    def gathered(self, indices: np.ndarray) -> Batch:
        """Gather frames, int64 (B,), from memory."""
        return self._batch(self._pick(indices), indices)

    def _batch(self, frames: Tensor, indices: np.ndarray) -> Batch:
        """Put frames together with what is given beside them."""
        if self._given is None:
            return Batch(frames, indices)
        return Batch(frames, indices, self._given[self._sent(torch.from_numpy(indices))])

    def _pick(self, indices: np.ndarray) -> Tensor:
        """Take frames out of memory, the device's or the machine's, uint8 (B, H, W, 3)."""
        assert self._resident is not None
        rows = torch.from_numpy(indices)
        if self._resident.device.type == self._device.type:
            return self._resident.index_select(0, self._sent(rows))
        return self._sent(self._resident.index_select(0, rows))

    def _sent(self, tensor: Tensor) -> Tensor:
        """Bring a tensor from the machine's memory to the device.

        A copy of pageable memory to a GPU waits until all that it was told before is done; one of
        pinned memory waits for nothing.
        """
        if self._device.type == "cuda":
            tensor = tensor.pin_memory()
        return tensor.to(self._device, non_blocking=True)

    def _streamed(self, windows: Iterator[np.ndarray]) -> Iterator[Batch]:
        """Yield batches of frames that are read window by window."""
        for rows, frames in _carve(self._read_ahead(windows), self._rows):
            assert frames is not None
            tensor = torch.from_numpy(_end_to_end(frames, rows.ndim))
            yield self._batch(self._sent(tensor), _end_to_end(rows))

    def _read_ahead(self, windows: Iterator[np.ndarray]) -> Iterator["Piece"]:
        """Yield windows, reading the next one meanwhile."""
        with ThreadPoolExecutor(max_workers=1) as reader:
            ahead = reader.submit(self._read, next(windows))
            while True:
                piece = ahead.result()
                ahead = reader.submit(self._read, next(windows))
                yield piece

    def _read(self, rows: np.ndarray) -> "Piece":
        """Read the frames of a window, chunk by chunk, into their shuffled places."""
        height, width, _ = self._dataset.shape[1:]
        frames = read_rows(self._dataset, rows.ravel(), (height, width))
        return rows, frames.reshape(*rows.shape, height, width, 3)


Piece = tuple[np.ndarray, np.ndarray | None]
"""A part of the stream: rows (n,) or (n, k), and (n, H, W, 3) or (n, k, H, W, 3) if read."""


def _end_to_end(rows: np.ndarray, ndim: int | None = None) -> np.ndarray:
    """Put the second of all rows behind the first of all, and so on: (n, k, ...) to (k n, ...)."""
    if (rows.ndim if ndim is None else ndim) == 1:
        return rows
    return np.concatenate([*np.moveaxis(rows, 1, 0)])


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
    """Put pieces one behind the other."""
    indices = np.concatenate([part for part, _ in parts])
    frames = [part for _, part in parts if part is not None]
    return indices, np.concatenate(frames) if frames else None


def window_chunks(dataset: FrameDataset, max_memory_gb: float, copies: int = 1) -> int:
    """Return how many chunks are shuffled together: all of them when they fit into memory.

    Frames may take so many 10^9 bytes, and a window holds each of them ``copies`` times.
    """
    total = -(-len(dataset) // dataset.chunk_size)
    if frame_bytes(dataset) <= max_memory_gb * 1e9:
        return total
    chunk_bytes = dataset.chunk_size * frame_bytes(dataset) // len(dataset)
    return max(1, int(max_memory_gb * 1e9 / chunk_bytes / copies / _WINDOWS_IN_MEMORY))


def frame_bytes(dataset: FrameDataset) -> int:
    """Return how much memory all frames of the dataset take, in bytes."""
    return int(np.prod(dataset.shape, dtype=np.int64))


def fits_memory(dataset: FrameDataset, max_memory_gb: float, device: torch.device) -> bool:
    """Whether all frames are read into memory at once; see :func:`load_resident`."""
    return frame_bytes(dataset) <= max_memory_gb * 1e9 or _fits_gpu(dataset, device)


def _fits_gpu(dataset: FrameDataset, device: torch.device) -> bool:
    """Whether a device is a GPU that has room for all frames twice over."""
    free = torch.cuda.mem_get_info(device)[0] if device.type == "cuda" else 0
    return free >= 2 * frame_bytes(dataset)


def load_resident(
    dataset: FrameDataset, max_memory_gb: float, device: torch.device
) -> Tensor | None:
    """Read all frames, uint8 (N, H, W, 3), on the device when it has room for them twice over.

    Others are read into the machine's memory, None when they would take more than
    ``max_memory_gb`` of it.
    """
    if not fits_memory(dataset, max_memory_gb, device):
        return None
    on_gpu = _fits_gpu(dataset, device)
    home = torch.device("cpu") if device.type == "cuda" and not on_gpu else device
    frames = torch.empty(dataset.shape, dtype=torch.uint8, device=home)
    start = 0
    for chunk in dataset.chunks(range(-(-len(dataset) // dataset.chunk_size))):
        frames[start : start + len(chunk)] = torch.from_numpy(chunk)
        start += len(chunk)
    return frames
