"""Procedural patterns of two colours, which continue at their edges."""

import numpy as np

_WAVES = 6
_FASTEST = 4  # waves across the picture
_CRISP = 2.5  # how sudden one colour becomes the other


def draw_pattern(rng: np.random.Generator, size: tuple[int, int]) -> np.ndarray:
    """Draw blobs of one colour on another, float32 (H, W, 3) from 0 to 255.

    They are where a sum of random waves is high, none of them finer than a quarter of the picture.
    Every wave fits a whole number of times, so that the pattern can scroll. The same generator
    draws the same pattern at every size.
    """
    turns = rng.integers(-_FASTEST, _FASTEST, size=(_WAVES, 2), endpoint=True)
    turns[(turns == 0).all(axis=1)] = 1
    phases = rng.uniform(0, 1, size=_WAVES)
    first = rng.uniform(0, 255, size=3)
    second = (first + rng.uniform(64, 192, size=3)) % 256
    down, across = (np.arange(side) / side for side in size)
    waves = np.cos(
        2 * np.pi * (turns[:, :1, None] * down[:, None] + turns[:, 1:, None] * across)
        + 2 * np.pi * phases[:, None, None]
    )
    share = 0.5 + 0.5 * np.tanh(_CRISP * waves.mean(axis=0) * _WAVES**0.5)
    pattern: np.ndarray = first + share[..., None] * (second - first)
    return pattern.astype(np.float32)
