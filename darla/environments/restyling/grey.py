"""Take the colours out of a picture."""

import numpy as np

from darla.environments.restyling.pixel_maps import through_matrix
from darla.environments.restyling.shift import Moments, Shift
from darla.frames.color_maps import LUMA


def desaturate(pictures: np.ndarray, strength: float, drawn: None, moments: Moments) -> np.ndarray:
    """Move every colour towards the grey of the same luma, which it is at strength 1."""
    grey = np.tile(LUMA, (3, 1))
    return through_matrix(pictures, np.eye(3) + strength * (grey - np.eye(3)))


GREY = Shift("colours faded to grey", desaturate)
