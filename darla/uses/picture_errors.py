"""How far pictures are from those that they ought to be."""

from dataclasses import dataclass

import numpy as np
import torch

from darla.encoder.networks import to_pictures
from darla.encoder.squared_errors import squared_errors
from darla.encoder.structural_similarity import structural_similarity

_TOGETHER = 256  # pictures at a time


@dataclass(frozen=True)
class PictureErrors:
    """Means over pictures."""

    squared_error: float
    """Mean squared error over pixels and colours, of values in [0, 1]."""
    similarity: float
    """Structural similarity (SSIM): 1 for the same picture, about 0 for unrelated ones."""


def picture_errors(pictures: np.ndarray, true: np.ndarray) -> PictureErrors:
    """Compare pictures with others, both uint8 (N, H, W, 3) with sides of at least 11 pixels.

    A ValueError where shapes differ, or there are none.
    """
    if pictures.shape != true.shape or pictures.ndim != 4 or not len(pictures):
        raise ValueError(
            f"pictures are {pictures.shape} and {true.shape}; expected one shape (N, H, W, 3) with "
            "N above 0"
        )
    likeness = []
    for start in range(0, len(true), _TOGETHER):
        part = slice(start, start + _TOGETHER)
        both = [
            to_pictures(torch.from_numpy(np.ascontiguousarray(each[part])))
            for each in (pictures, true)
        ]
        likeness.append(structural_similarity(*both).numpy())
    return PictureErrors(
        float(squared_errors(pictures, true).mean()), float(np.concatenate(likeness).mean())
    )
