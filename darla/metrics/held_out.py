"""Samples to learn from, and others to be tested on."""

import numpy as np


def split(count: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Deal ``count`` rows at random: two thirds to train on, one to test on; int64 indices."""
    rows = rng.permutation(count)
    return rows[: 2 * count // 3], rows[2 * count // 3 :]
