"""Compress a picture, with loss."""

import io

import numpy as np
from PIL import Image

from darla.environments.restyling.shift import Moments, Shift

_BEST, _WORST = 95, 8  # quality, at strengths 0 and 1
_BEND = 0.6  # quality is lost early: above 30 the loss is hardly seen
_FULL_COLOR = 0  # no subsampling: at 64 pixels it would be the larger change


def compress(pictures: np.ndarray, strength: float, drawn: None, moments: Moments) -> np.ndarray:
    """Write and read each picture as JPEG, of a quality that falls with the strength."""
    quality = round(_BEST * (_WORST / _BEST) ** strength**_BEND)
    return np.stack([_written_and_read(picture, quality) for picture in pictures])


def _written_and_read(picture: np.ndarray, quality: int) -> np.ndarray:
    """Return what JPEG leaves of one picture."""
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "JPEG", quality=quality, subsampling=_FULL_COLOR)
    with Image.open(file) as read:
        return np.asarray(read)


JPEG = Shift("compressed as JPEG", compress)
