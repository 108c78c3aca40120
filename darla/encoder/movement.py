"""How far latents move between two pictures, relative to how far apart any two pictures are.

0: they do not move. sqrt(2): two pictures of a pair are as far apart as any two pictures.
"""

import numpy as np

_SMALLEST_STD = 1e-6


def relative_movement(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Return the root mean squared difference of columns (N, k) relative to their spread, (k,).

    The spread is the standard deviation over both arrays; NaN where it is 0. A ValueError where the
    arrays have different shapes, or hold no pair.
    """
    moved, spread = _moved_and_spread(first, second)
    moving = spread > _SMALLEST_STD**2
    return np.sqrt(np.where(moving, moved / np.where(moving, spread, 1.0), np.nan))


def joint_movement(first: np.ndarray, second: np.ndarray) -> float | None:
    """Return the root mean squared distance of rows (N, k) relative to their spread together.

    That is the square root of the sum of the columns' variances; None where it is 0. A ValueError
    where the arrays have different shapes, or hold no pair.
    """
    moved, spread = _moved_and_spread(first, second)
    if spread.sum() <= _SMALLEST_STD**2:
        return None
    return float(np.sqrt(moved.sum() / spread.sum()))


def _moved_and_spread(first: np.ndarray, second: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the mean squared difference of each column, and its variance over both arrays."""
    if first.shape != second.shape or first.ndim != 2 or not len(first):
        raise ValueError(
            f"pairs are {first.shape} and {second.shape}; expected one shape (N, k) with N above 0"
        )
    first, second = first.astype(np.float64), second.astype(np.float64)
    return np.square(first - second).mean(axis=0), np.concatenate([first, second]).var(axis=0)
