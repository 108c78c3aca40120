"""Palettes: maps from a factor's value in [0, 1] to a colour, the same in every domain.

A variational autoencoder gives a line between two colours one latent; a hue circle cannot be
one latent, and even an arc of it bends through colour space and tends to take two.
"""

import colorsys
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Line:
    """A straight line between two colours.

    Attributes:
        start: RGB in [0, 1] at value 0.
        end: RGB in [0, 1] at value 1.
    """

    start: tuple[float, float, float]
    end: tuple[float, float, float]

    def rgb(self, value: float) -> np.ndarray:
        """Return the colour, (3,) float64 in [0, 1], at ``value`` in [0, 1]."""
        return (1.0 - value) * np.array(self.start) + value * np.array(self.end)


@dataclass(frozen=True)
class Arc:
    """An arc of the hue circle at one saturation and brightness.

    Attributes:
        start: hue at value 0, in turns (0 red, 1/3 green, 2/3 blue).
        end: hue at value 1, in turns.
        saturation: in [0, 1].
        brightness: HSV value in [0, 1].
    """

    start: float
    end: float
    saturation: float = 0.9
    brightness: float = 0.95

    def rgb(self, value: float) -> np.ndarray:
        """Return the colour, (3,) float64 in [0, 1], at ``value`` in [0, 1]."""
        hue = (self.start + value * (self.end - self.start)) % 1.0
        return np.array(colorsys.hsv_to_rgb(hue, self.saturation, self.brightness))


Palette = Line | Arc
