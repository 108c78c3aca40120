"""Lower or raise the contrast of a picture."""

import numpy as np

from darla.environments.restyling.pixel_maps import LEVELS, through_table
from darla.environments.restyling.shift import Moments, Shift, draw_direction

_LOWEST, _HIGHEST = 0.25, 3.0  # of the original's, at strength 1


def change_contrast(
    pictures: np.ndarray, strength: float, direction: int, moments: Moments
) -> np.ndarray:
    """Scale the distance of all values from medium grey: raised (1) or lowered (-1).

    By medium grey and not by the picture's mean, so that a colour is changed in one way, whatever
    is in view.
    """
    scale = (_HIGHEST if direction > 0 else _LOWEST) ** strength
    return through_table(pictures, 0.5 + (LEVELS - 0.5) * scale)


CONTRAST = Shift("flatter or harsher", change_contrast, draw_direction)
