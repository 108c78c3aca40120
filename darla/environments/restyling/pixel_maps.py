"""Maps of single pixels: by a table of levels, by a matrix of colours, by mixing two pictures."""

import numpy as np

LEVELS = np.arange(256) / 255
"""The values that a byte stands for, from 0 to 1: float64 (256,)."""


def to_bytes(values: np.ndarray) -> np.ndarray:
    """Round numbers of the range of bytes, and clip them; new uint8 of the same shape."""
    rounded: np.ndarray = np.clip(np.rint(values), 0, 255).astype(np.uint8)
    return rounded


def through_table(pictures: np.ndarray, levels: np.ndarray) -> np.ndarray:
    """Replace every byte of pictures (..., 3) by a level from 0 to 1, clipped.

    Levels are (256,), for all channels, or (256, 3), for each its own.
    """
    table = to_bytes(levels * 255)
    if table.ndim == 1:
        return np.take(table, pictures)
    mapped = np.empty_like(pictures)
    for channel in range(3):
        mapped[..., channel] = np.take(table[:, channel], pictures[..., channel])
    return mapped


def through_matrix(pictures: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    """Multiply every colour of uint8 pictures (..., 3) by a matrix (3, 3), and clip it."""
    colors = pictures.reshape(-1, 3).astype(np.float32)
    return to_bytes(colors @ matrix.T.astype(np.float32)).reshape(pictures.shape)


def mixed(pictures: np.ndarray, others: np.ndarray, share: float | np.ndarray) -> np.ndarray:
    """Mix uint8 pictures with others, bytes or floats in their range, of which there is a share.

    The share is a number from 0 to 1, or an array of them; shapes are broadcast.
    """
    return to_bytes(pictures + np.float32(share) * (others - pictures.astype(np.float32)))
