"""How far pictures are from those that they ought to be, pixel by pixel."""

import numpy as np


def squared_errors(
    pictures: np.ndarray, true: np.ndarray, masks: np.ndarray | None = None
) -> np.ndarray:
    """Return the mean squared error of each picture, of values in [0, 1], float64 (N,).

    Pictures are uint8 (N, H, W, 3). With masks, bool (N, H, W), over the pixels where these are
    true alone; 0 where they are nowhere.
    """
    difference = pictures.astype(np.float32) - true.astype(np.float32)
    squares = np.square(difference / 255).mean(axis=3, dtype=np.float64)
    if masks is None:
        return np.asarray(squares.mean(axis=(1, 2)))
    counts = masks.sum(axis=(1, 2))
    return np.asarray((squares * masks).sum(axis=(1, 2)) / np.maximum(counts, 1))
