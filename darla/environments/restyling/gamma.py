"""Bend the response curve of a picture."""

import numpy as np

from darla.environments.restyling.pixel_maps import LEVELS, through_table
from darla.environments.restyling.shift import Moments, Shift, draw_direction

_LARGEST = 2.5  # exponent at strength 1


def bend(pictures: np.ndarray, strength: float, direction: int, moments: Moments) -> np.ndarray:
    """Raise values from 0 to 1 to a power: above 1, darker (1), or below, lighter (-1)."""
    return through_table(pictures, LEVELS ** (_LARGEST ** (direction * strength)))


GAMMA = Shift("middle tones darker or lighter, black and white as they are", bend, draw_direction)
