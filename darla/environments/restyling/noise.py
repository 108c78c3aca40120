"""Add the noise of a sensor, other noise in every frame."""

import numpy as np

from darla.environments.restyling.pixel_maps import to_bytes
from darla.environments.restyling.shift import Moments, Shift

_SPREAD = np.float32(40)  # standard deviation of each value at strength 1, of 255


def draw_seed(rng: np.random.Generator, size: tuple[int, int]) -> int:
    """Draw what the noise of an episode comes from, frame by frame."""
    return int(rng.integers(2**32))


def add_noise(pictures: np.ndarray, strength: float, seed: int, moments: Moments) -> np.ndarray:
    """Add independent normal noise to every value; that of a step is the same each time."""
    noisy = np.empty_like(pictures)
    for picture, step, made in zip(pictures, moments.steps, noisy, strict=True):
        rng = np.random.default_rng([seed, int(step)])
        noise = rng.standard_normal(picture.shape, dtype=np.float32)
        made[:] = to_bytes(picture + np.float32(strength) * _SPREAD * noise)
    return noisy


NOISE = Shift("with noise, other in every frame", add_noise, draw_seed)
