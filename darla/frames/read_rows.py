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
    for chunk in np.unique(chunk_of):
        start = chunk * dataset.chunk_size
        stop = min(start + dataset.chunk_size, len(dataset))
        here = np.flatnonzero(chunk_of == chunk)
        block = dataset.read(int(start), int(stop))[rows[here] - start]
        found[here] = resize_frames(block, size)
    return found


def read_chunks(dataset: FrameDataset, size: tuple[int, int]) -> Iterator[np.ndarray]:
    """Read all frames chunk by chunk, resized; each uint8 (n, H, W, 3)."""
    for start in range(0, len(dataset), dataset.chunk_size):
        yield resize_frames(
            dataset.read(start, min(start + dataset.chunk_size, len(dataset))), size
        )
