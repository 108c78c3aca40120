"""Lay a texture over a picture, which stays still in it."""

import numpy as np

from darla.environments.restyling.patterns import draw_pattern
from darla.environments.restyling.pixel_maps import mixed
from darla.environments.restyling.shift import Moments, Shift

OPAQUE = 0.5
"""How much of the picture a texture hides at strength 1."""


def overlay(
    pictures: np.ndarray, strength: float, pattern: np.ndarray, moments: Moments
) -> np.ndarray:
    """Mix all pictures with one pattern, as dirt on the lens does."""
    return mixed(pictures, pattern, OPAQUE * strength)


TEXTURE = Shift("under a texture that stays still in the picture", overlay, draw_pattern)
