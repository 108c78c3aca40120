"""Read frames of a dataset at any rows, or all of them chunk by chunk, in a size of one's own."""

from collections.abc import Iterator

import numpy as np

from darla.frames.dataset import FrameDataset
from darla.frames.pictures import resize_frames


def read_rows(dataset: FrameDataset, rows: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Read the frames at some rows, int64 (n,) in any order, resized; uint8 (n, H, W, 3).

    A chunk at a time is in memory besides what is returned.
    """
    chunk_of = rows // dataset.chunk_size
    found = np.empty((len(rows), *size, 3), np.uint8)
    chunks = np.unique(chunk_of).tolist()
    for chunk, frames in zip(chunks, dataset.chunks(chunks), strict=True):
        here = np.flatnonzero(chunk_of == chunk)
        found[here] = resize_frames(frames[rows[here] - chunk * dataset.chunk_size], size)
    return found


def read_chunks(dataset: FrameDataset, size: tuple[int, int]) -> Iterator[np.ndarray]:
    """Read all frames chunk by chunk, resized; each uint8 (n, H, W, 3)."""
    for frames in dataset.chunks(range(-(-len(dataset) // dataset.chunk_size))):
        yield resize_frames(frames, size)
