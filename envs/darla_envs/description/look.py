"""One look of a world: what it is repainted with, whoever simulates it and whoever draws it."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Look:
    """A shift of a world's look, in any world; what is None stays as it is.

    Attributes:
        floor: RGB in [0, 1] that multiplies the floor's texture.
        wall: the same for walls.
        ceiling: the same for ceilings.
        objects: RGB in [0, 1] of all objects; a mesh keeps its pattern of light and dark.
        sky: RGB in [0, 1].
        light: factor on the light and the ambient light, at least 0.
    """

    floor: tuple[float, float, float] | None = None
    wall: tuple[float, float, float] | None = None
    ceiling: tuple[float, float, float] | None = None
    objects: tuple[float, float, float] | None = None
    sky: tuple[float, float, float] | None = None
    light: float = 1.0

    def to_dict(self) -> dict[str, Any]:
        """Return the look as JSON can hold it."""
        return asdict(self)


def check_look(look: Look) -> None:
    """Raise a ValueError where a colour is not three numbers in [0, 1], or the light negative."""
    for name in ("floor", "wall", "ceiling", "objects", "sky"):
        check_color(name, getattr(look, name))
    if not look.light >= 0:  # it may be no number
        raise ValueError(f"light must be at least 0, not {look.light}")


def check_color(name: str, value: Sequence[float] | None) -> np.ndarray | None:
    """Return a colour as (3,) float64, or None for None.

    Raises:
        ValueError: it is not three numbers in [0, 1]; the message names it.
    """
    if value is None:
        return None
    color = np.asarray(value, dtype=float)
    if color.shape != (3,) or not ((color >= 0) & (color <= 1)).all():
        raise ValueError(f"{name} must be three numbers in [0, 1], not {value}")
    return color
