"""Rotate colours around the axis of greys."""

import numpy as np

from darla.environments.restyling.pixel_maps import through_matrix
from darla.environments.restyling.shift import Moments, Shift, draw_direction


def rotate_hue(
    pictures: np.ndarray, strength: float, direction: int, moments: Moments
) -> np.ndarray:
    """Rotate by strength times half a turn, clockwise (1) or not (-1).

    Greys stay, and so does the mean of red, green and blue where nothing is clipped. A third of a
    turn, a strength of 2/3, turns red into green or blue.
    """
    return through_matrix(pictures, rotation(direction * strength * np.pi))


def rotation(angle: float) -> np.ndarray:
    """Return the rotation of colours around the greys by an angle in radians: float64 (3, 3)."""
    axis = np.full((3, 3), 1 / 3)
    cross = (np.roll(np.eye(3), 1, axis=0) - np.roll(np.eye(3), -1, axis=0)) / 3**0.5
    turned: np.ndarray = axis + np.cos(angle) * (np.eye(3) - axis) + np.sin(angle) * cross
    return turned


HUE = Shift("every hue rotated, by half a turn at most, either way", rotate_hue, draw_direction)
