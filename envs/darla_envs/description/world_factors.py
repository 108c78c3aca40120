"""The factors of a room with objects: their ranges, units and roles."""

import math
from typing import Literal

from darla_envs.description.factors import Factor, category
from darla_envs.description.shapes import RADIUS

ColorRole = Literal["look", "state"]
AGENT_RADIUS = 0.4  # metres
_OBJECT_MARGIN = RADIUS + 0.1


def describe_factors(
    room_size: tuple[float, float],
    objects: tuple[str, ...],
    shapes: tuple[str, ...],
    color_role: ColorRole = "look",
) -> dict[str, Factor]:
    """Describe every factor of a room by name; see :class:`darla_envs.description.tasks.Task`.

    ``color_role`` is that of objects' colours.
    """
    found = [Factor(name, "continuous", "look", 0.0, 1.0) for name in ("floor", "wall", "ceiling")]
    found.append(Factor("light", "continuous", "look", 0.2, 1.0))
    found += _place("agent", room_size, AGENT_RADIUS)
    found.append(Factor("agent_yaw", "circular", "state", -math.pi, math.pi, "rad"))
    for name in objects:
        found.append(Factor(f"{name}_color", "continuous", color_role, 0.0, 1.0))
        found.append(category(f"{name}_shape", shapes, "look"))
        found += _place(name, room_size, _OBJECT_MARGIN)
        found += _derived(name, room_size)
    return {factor.name: factor for factor in found}


def _place(name: str, room_size: tuple[float, float], margin: float) -> list[Factor]:
    """Describe where something stands."""
    width, depth = room_size
    return [
        Factor(f"{name}_x", "continuous", "state", margin, width - margin, "m"),
        Factor(f"{name}_z", "continuous", "state", margin, depth - margin, "m"),
    ]


def _derived(name: str, room_size: tuple[float, float]) -> list[Factor]:
    """Describe what follows from where an object and the agent are."""
    return [
        Factor(f"{name}_bearing", "circular", "derived", -math.pi, math.pi, "rad"),
        Factor(f"{name}_distance", "continuous", "derived", 0.0, math.hypot(*room_size), "m"),
        Factor(f"{name}_visible", "continuous", "derived", 0.0, 1.0),
        Factor(f"{name}_present", "continuous", "derived", 0.0, 1.0),
    ]
