"""The statistics that LeRobot keeps of each column, gathered while frames go by."""

from typing import Any

import numpy as np


class Statistics:
    """Least, largest, mean and standard deviation of each of d numbers over n rows.

    Numbers that are not known (NaN) are passed over; where none is, all are 0.
    """

    def __init__(self, numbers: int) -> None:
        self._rows = 0
        self._known = np.zeros(numbers)
        self._sum, self._squares = np.zeros(numbers), np.zeros(numbers)
        self._least, self._most = np.full(numbers, np.inf), np.full(numbers, -np.inf)

    def add_pictures(self, frames: np.ndarray) -> None:
        """Add the d channels of frames uint8 (n, H, W, d), by counting their 256 levels."""
        levels = np.arange(256.0)
        counts = np.stack(
            [
                np.bincount(channel, minlength=256)
                for channel in frames.reshape(-1, frames.shape[-1]).T
            ],
            axis=1,
        )
        self._rows += len(frames)
        self._known += counts.sum(axis=0)
        self._sum += levels @ counts
        self._squares += np.square(levels) @ counts
        self._least = np.minimum(self._least, (counts > 0).argmax(axis=0))
        self._most = np.maximum(self._most, 255 - (counts[::-1] > 0).argmax(axis=0))

    def add(self, values: np.ndarray) -> None:
        """Add the numbers of rows, (n, d)."""
        values = values.astype(np.float64)
        known = np.isfinite(values)
        self._rows += len(values)
        self._known += known.sum(axis=0)
        zeros = np.where(known, values, 0)
        self._sum += zeros.sum(axis=0)
        self._squares += np.square(zeros).sum(axis=0)
        self._least = np.minimum(self._least, np.where(known, values, np.inf).min(axis=0))
        self._most = np.maximum(self._most, np.where(known, values, -np.inf).max(axis=0))

    def merge(self, other: "Statistics") -> None:
        """Add what another has gathered."""
        self._rows += other._rows
        self._known += other._known
        self._sum += other._sum
        self._squares += other._squares
        self._least = np.minimum(self._least, other._least)
        self._most = np.maximum(self._most, other._most)

    def summary(self, is_picture: bool) -> dict[str, list[Any]]:
        """Return ``min``, ``max``, ``mean``, ``std`` and ``count``.

        Those of a picture's d channels are of shape (d, 1, 1) and go from 0 to 1, as LeRobot has
        them.
        """
        known = np.maximum(self._known, 1)
        mean = self._sum / known
        found = {
            "min": np.where(np.isfinite(self._least), self._least, 0),
            "max": np.where(np.isfinite(self._most), self._most, 0),
            "mean": mean,
            "std": np.sqrt(np.maximum(self._squares / known - np.square(mean), 0)),
        }
        if is_picture:
            found = {name: (each / 255)[:, None, None] for name, each in found.items()}
        return {**{name: each.tolist() for name, each in found.items()}, "count": [self._rows]}
