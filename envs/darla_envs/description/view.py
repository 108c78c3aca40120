"""What the agent's camera is like: the world's own, unless a domain shifts it."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from darla.running.names import nearest
from darla_envs.description.domain import Interval
from darla_envs.description.tasks import Task

# The camera is between floor and ceiling, and is neither turned over nor flattened to a line.
_RANGES = {
    "height": (0.1, 2.6, "m"),
    "pitch": (-80.0, 80.0, "degrees"),
    "field_of_view": (10.0, 150.0, "degrees"),
}


@dataclass(frozen=True)
class View:
    """A camera, apart from where the agent is.

    Attributes:
        height: metres above the floor.
        pitch: degrees; negative looks down.
        field_of_view: degrees from the picture's bottom to its top.
    """

    height: float
    pitch: float
    field_of_view: float

    @property
    def tangent(self) -> float:
        """Tangent of half the field of view."""
        return math.tan(math.radians(self.field_of_view) / 2)

    def direction(self, yaw: float) -> np.ndarray:
        """Return where an agent of this yaw (radians) looks, (3,) unit."""
        pitch = math.radians(self.pitch)
        ahead = math.cos(pitch)
        return np.array([ahead * math.cos(yaw), math.sin(pitch), -ahead * math.sin(yaw)])


def find_view(task: Task, shift: Mapping[str, float]) -> View:
    """Return the camera of a task under a domain's shift: some of the fields of :class:`View`.

    Raises:
        ValueError: a name is unknown (the nearest is suggested), or a value is no number in range.
    """
    own = View(task.camera_height, task.camera_pitch, task.field_of_view)
    return View(**{**asdict(own), **{name: _checked(name, shift[name]) for name in shift}})


def view_ranges(task: Task, shift: Mapping[str, Any]) -> list[tuple[Interval, ...]]:
    """Return where height, pitch and field of view of a domain's cameras are drawn from.

    A domain names some of them, and gives each a number or intervals.

    Raises:
        ValueError: a name is unknown (the nearest is suggested), or a value is no number in range.
    """
    return list(camera_ranges({**asdict(find_view(task, {})), **shift}).values())


def camera_ranges(shift: Mapping[str, Any]) -> dict[str, tuple[Interval, ...]]:
    """Return where those fields of :class:`View` that a domain's cameras name are drawn from.

    Raises:
        ValueError: as :func:`view_ranges`.
    """
    checked = {name: [_checked(name, end) for end in _ends(shift[name])] for name in shift}
    return {name: tuple(zip(ends[::2], ends[1::2], strict=True)) for name, ends in checked.items()}


def _ends(values: Any) -> list[Any]:
    """Return where intervals begin and end, by turns; a number is where one begins and ends."""
    if not isinstance(values, list | tuple):
        return [values, values]
    ends = [end for pair in values for end in (pair if isinstance(pair, list | tuple) else [pair])]
    whole = len(ends) == 2 * len(values) > 0
    return ends if whole and ends[::2] <= ends[1::2] else [values, values]


def _checked(name: str, value: Any) -> float:
    """Return a number of a camera after checking its name and its range."""
    if name not in _RANGES:
        raise ValueError(
            f"a camera has no {name!r}; {nearest(name, _RANGES)}known: {', '.join(_RANGES)}"
        )
    low, high, unit = _RANGES[name]
    if not isinstance(value, int | float | np.number) or not low <= value <= high:
        raise ValueError(
            f"the camera's {name} cannot be {value!r}; allowed: {low:g} to {high:g} {unit}"
        )
    return float(value)
