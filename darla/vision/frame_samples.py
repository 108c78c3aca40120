"""Samples of a dataset's frames to measure with, from chunks that are spread evenly over it."""

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

from darla.frames.dataset import FrameDataset
from darla.frames.order import Episodes


def sample_chunks(
    dataset: FrameDataset, largest: int, device: torch.device, resident: Tensor | None = None
) -> Iterator[Tensor]:
    """Yield about ``largest`` frames, uint8 (n, H, W, 3), from chunks spread evenly."""
    if resident is not None:
        for start, stop in _spread_chunks(dataset, largest):
            yield resident[start:stop].to(device)
        return
    starts = (start for start, _ in _spread_chunks(dataset, largest))
    for frames in dataset.chunks(start // dataset.chunk_size for start in starts):
        yield torch.from_numpy(frames).to(device)


def sample_sequences(
    dataset: FrameDataset,
    told: np.ndarray,
    largest: int,
    device: torch.device,
    resident: Tensor | None = None,
) -> Iterator[tuple[Tensor, Tensor]]:
    """Yield about ``largest`` frames, each chunk's in their order, with what is told of each.

    They are uint8 (n, H, W, 3) and float32 (n, m), a row of ``told`` (N, m) for each frame.
    """
    chunks = sample_chunks(dataset, largest, device, resident)
    for (start, stop), frames in zip(_spread_chunks(dataset, largest), chunks, strict=True):
        yield frames, torch.from_numpy(told[start:stop]).to(device)


def sample_pairs(
    dataset: FrameDataset,
    largest: int,
    device: torch.device,
    seed: int,
    resident: Tensor | None = None,
) -> Iterator[Tensor]:
    """Yield about ``largest`` frames with a partner each, from chunks spread over the dataset.

    They are uint8 (2 n, H, W, 3), partners in the second half; a ValueError where there are no
    pairs.
    """
    episodes = Episodes.of(dataset)
    random = np.random.default_rng(seed)
    chunks = sample_chunks(dataset, largest, device, resident)
    for (start, stop), frames in zip(_spread_chunks(dataset, largest), chunks, strict=True):
        partners = episodes.partners(np.arange(start, stop), random.random(stop - start)) - start
        yield torch.cat([frames, frames[torch.from_numpy(partners).to(device)]])


def _spread_chunks(dataset: FrameDataset, largest: int) -> Iterator[tuple[int, int]]:
    """Yield where chunks that hold ``largest`` frames or so begin and end."""
    num_chunks = -(-len(dataset) // dataset.chunk_size)
    wanted = min(num_chunks, max(1, largest // dataset.chunk_size))
    for chunk in np.unique(np.linspace(0, num_chunks - 1, wanted).round().astype(int)):
        start = int(chunk) * dataset.chunk_size
        yield start, min(start + dataset.chunk_size, len(dataset))
