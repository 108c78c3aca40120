"""Put something else behind what a picture shows, where a mask tells what is background."""

import numpy as np

from darla.environments.restyling.patterns import draw_pattern
from darla.environments.restyling.pixel_maps import mixed
from darla.environments.restyling.shift import Moments, Shift


def replace_background(
    pictures: np.ndarray, strength: float, pattern: np.ndarray, moments: Moments
) -> np.ndarray:
    """Mix the background with a pattern, which is all that is left of it at strength 1."""
    if moments.mask is None:  # who calls has seen to it: see Shift.needs_mask
        raise ValueError("the shift 'background' needs a mask of the background")
    return mixed(pictures, pattern, strength * moments.mask[..., None])


BACKGROUND = Shift(
    "before a pattern, where a mask tells what is background",
    replace_background,
    draw_pattern,
    needs_mask=True,
)
