"""Make a picture darker or lighter."""

import numpy as np

from darla.environments.restyling.pixel_maps import LEVELS, through_table
from darla.environments.restyling.shift import Moments, Shift, draw_direction

_MOST = 0.65  # the share of the distance to black or white that is gone at strength 1


def brighten(pictures: np.ndarray, strength: float, direction: int, moments: Moments) -> np.ndarray:
    """Move all values towards white (1) or black (-1), so that none is clipped."""
    kept = 1 - _MOST * strength
    levels = 1 - (1 - LEVELS) * kept if direction > 0 else LEVELS * kept
    return through_table(pictures, levels)


BRIGHTNESS = Shift("darker or lighter", brighten, draw_direction)
