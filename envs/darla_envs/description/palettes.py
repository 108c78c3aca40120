"""Palettes: maps from a factor's value in [0, 1] to a colour.

A task's are the same in every domain but those that name others of :data:`PALETTES`.

A variational autoencoder gives a line between two colours one latent; a hue circle cannot be
one latent, and even an arc of it bends through colour space and tends to take two.
"""

import colorsys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from darla.running.names import unknown


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

PALETTES: Mapping[str, Palette] = {
    "moss": Line((0.10, 0.40, 0.10), (0.45, 0.75, 0.25)),
    "indigo": Line((0.10, 0.00, 0.40), (0.40, 0.05, 0.85)),
    "ochre": Line((0.55, 0.40, 0.05), (0.75, 0.60, 0.25)),
    "magenta": Arc(0.80, 0.90),
    "rose": Line((0.95, 0.42, 0.95), (0.95, 0.46, 0.75)),
    "amber": Line((1.00, 0.75, 0.50), (1.00, 0.84, 0.00)),
    "leaf": Line((0.05, 0.50, 0.23), (0.35, 0.38, 0.06)),
}
"""Palettes that a domain can give surfaces in place of their own. D_U shows none of them.

The first four are for floor, walls, ceiling and objects of rooms, the others for floor, walls and
objects of MiniWorld's environments, where each is as bright (luma) as the line that it replaces.
Each lies at least 0.36 in RGB from every colour that D_U can show of the same surface.
"""


def check_palettes(names: Mapping[str, str], surfaces: Iterable[str]) -> None:
    """Raise a ValueError where a surface or a palette is unknown; the nearest is suggested."""
    known = tuple(surfaces)
    for surface, name in names.items():
        if surface not in known:
            raise unknown("surface with a palette", surface, known)
        if not isinstance(name, str) or name not in PALETTES:
            raise unknown("palette", name, PALETTES)


def with_palettes(own: Mapping[str, Palette], names: Mapping[str, str]) -> dict[str, Palette]:
    """Return each surface's palette: its own, or the one that a checked domain names for it."""
    return {**own, **{surface: PALETTES[name] for surface, name in names.items()}}
