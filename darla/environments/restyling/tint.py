"""Put a picture into coloured light."""

import colorsys

import numpy as np

from darla.environments.restyling.pixel_maps import LEVELS, through_table
from darla.environments.restyling.shift import Moments, Shift

_SATURATION = 0.7  # of the light at strength 1: no channel is lost altogether


def draw_light(rng: np.random.Generator, size: tuple[int, int]) -> np.ndarray:
    """Draw the colour of a light, float64 (3,), whose largest channel is 1."""
    return np.array(colorsys.hsv_to_rgb(rng.uniform(), _SATURATION, 1.0))


def tint(pictures: np.ndarray, strength: float, light: np.ndarray, moments: Moments) -> np.ndarray:
    """Multiply every colour by that of the light, which is white at strength 0."""
    return through_table(pictures, LEVELS[:, None] * (1 + strength * (light - 1)))


TINT = Shift("seen in coloured light", tint, draw_light)
