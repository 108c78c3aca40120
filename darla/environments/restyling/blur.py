"""Put a picture out of focus."""

import numpy as np
from PIL import Image, ImageFilter

from darla.environments.restyling.shift import Moments, Shift

_RADIUS = 1 / 20  # standard deviation at strength 1, of the picture's longer side


def blur(pictures: np.ndarray, strength: float, drawn: None, moments: Moments) -> np.ndarray:
    """Blur with a Gaussian, as wide for a picture of any size."""
    lens = ImageFilter.GaussianBlur(strength * _RADIUS * max(pictures.shape[1:3]))
    return np.stack([np.asarray(Image.fromarray(picture).filter(lens)) for picture in pictures])


BLUR = Shift("out of focus", blur)
