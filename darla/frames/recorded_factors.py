"""What frames were recorded with, as numbers that a network can be given.

A continuous factor is its distance from the mean over the dataset, in standard deviations; a
circular one sine and cosine of its angle, and a categorical one a 1 for its category and 0 for the
others, less their means over the dataset. So zeros say what all frames say together, and stand for
values that are not known, such as the bearing of an object that is not there.
"""

from typing import Any

import numpy as np

from darla.frames.dataset import FrameDataset
from darla.frames.joined import datasets_in

_SMALLEST_STD = 1e-6


def factor_widths(dataset: FrameDataset) -> dict[str, int]:
    """Return how many numbers stand for each factor, by name.

    They are those that all datasets that were joined describe alike.
    """
    first, *others = (part.attributes["factors"] for part in datasets_in(dataset))
    return {
        name: _width(factor)
        for name, factor in first.items()
        if all(other.get(name) == factor for other in others)
    }


def encoded_factor(dataset: FrameDataset, name: str) -> np.ndarray:
    """Return the numbers of one of :func:`factor_widths`, float32 (N, width).

    A KeyError where it is none of them.
    """
    width = factor_widths(dataset)[name]
    factor = dataset.attributes["factors"][name]
    values = dataset.factors[name].astype(np.float64)
    known = np.isfinite(values)
    numbers = np.zeros((len(values), width))
    if known.any():
        seen = _numbers(values[known], factor)
        numbers[known] = seen - seen.mean(axis=0)
    return numbers.astype(np.float32)


def _width(factor: dict[str, Any]) -> int:
    """Return how many numbers stand for a value."""
    if factor["kind"] == "categorical":
        return len(factor["categories"])
    return 2 if factor["kind"] == "circular" else 1


def _numbers(values: np.ndarray, factor: dict[str, Any]) -> np.ndarray:
    """Return what stands for known values (n,), float64 (n, width), before means are taken off."""
    if factor["kind"] == "categorical":
        return np.eye(len(factor["categories"]))[values.astype(np.int64)]
    if factor["kind"] == "circular":
        angles = 2 * np.pi * (values - factor["low"]) / (factor["high"] - factor["low"])
        return np.stack([np.sin(angles), np.cos(angles)], axis=1)
    return values[:, None] / max(float(values.std()), _SMALLEST_STD)
