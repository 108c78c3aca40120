"""Repaint a picture by a random map of colours."""

import numpy as np

from darla.environments.restyling.pixel_maps import mixed
from darla.environments.restyling.shift import Moments, Shift
from darla.frames.color_maps import ColorMap, draw_color_map


def draw_colors(rng: np.random.Generator, size: tuple[int, int]) -> ColorMap:
    """Draw the map of an episode; see :mod:`darla.frames.color_maps`."""
    return draw_color_map(rng)


def recolor(
    pictures: np.ndarray, strength: float, color_map: ColorMap, moments: Moments
) -> np.ndarray:
    """Mix each colour with the one that the map paints it with, which is left at strength 1."""
    return mixed(pictures, 255 * color_map(pictures.astype(np.float32) / 255), strength)


RECOLOR = Shift("every colour mapped to another, shading kept", recolor, draw_colors)
