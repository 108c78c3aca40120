"""Put rectangles before a picture, which stay where they are."""

from dataclasses import dataclass

import numpy as np

from darla.environments.restyling.shift import Moments, Shift

_COUNT = 3
_AREA = 0.14  # of each at strength 1, of the picture's


@dataclass(frozen=True)
class Rectangles:
    """Where rectangles stand, how they are shaped, and their colours."""

    centers: np.ndarray
    """Down and across, float64 (K, 2) from 0 to 1."""
    shapes: np.ndarray
    """Height and width of a rectangle of area 1, float64 (K, 2)."""
    colors: np.ndarray
    """uint8 (K, 3)."""


def draw_rectangles(rng: np.random.Generator, size: tuple[int, int]) -> Rectangles:
    """Draw rectangles of any colour, anywhere, up to three times as long as wide."""
    centers = rng.uniform(size=(_COUNT, 2))
    elongation = 3 ** rng.uniform(-0.5, 0.5, size=_COUNT)
    colors = rng.integers(0, 256, size=(_COUNT, 3), dtype=np.uint8)
    return Rectangles(centers, np.stack([elongation, 1 / elongation], axis=1), colors)


def occlude(
    pictures: np.ndarray, strength: float, rectangles: Rectangles, moments: Moments
) -> np.ndarray:
    """Draw the rectangles over all pictures; their area grows with the strength."""
    sides = np.array(pictures.shape[1:3])
    half = 0.5 * (_AREA * strength) ** 0.5 * rectangles.shapes
    low = np.rint((rectangles.centers - half) * sides).astype(int).clip(0)
    high = np.rint((rectangles.centers + half) * sides).astype(int)
    occluded = pictures.copy()
    for (top, left), (bottom, right), color in zip(low, high, rectangles.colors, strict=True):
        occluded[:, top:bottom, left:right] = color
    return occluded


OCCLUSION = Shift("behind rectangles that stay in their places", occlude, draw_rectangles)
