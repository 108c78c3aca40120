"""What the worlds report: all factors as they are now, as infos or as observations."""

import math
from typing import Any

import numpy as np
from gymnasium import spaces

from darla_envs.description.tasks import Task
from darla_envs.kernels.compiled import kernel
from darla_envs.rooms.room_state import RoomState
from darla_envs.rooms.setting_rows import AGENT_X, AGENT_YAW, OBJECTS, PER_OBJECT
from darla_envs.rooms.visible import Camera, visible_fraction

# The rows of a factor table follow the order of the task's factors: as in a setting, but every
# object's four settable factors are followed by its four derived ones.
_ROWS_PER_OBJECT = 8
_COLOR, _SHAPE, _BEARING, _DISTANCE, _VISIBLE, _PRESENT = 0, 1, 4, 5, 6, 7


class RoomFactors:
    """Computes the factors of a batch of rooms, and what agents that see true factors observe."""

    def __init__(self, task: Task, state: RoomState) -> None:
        self._task, self._state = task, state
        self._factors = task.describe_factors()
        self._categories = {
            name: np.array(factor.categories, dtype=object)
            for name, factor in self._factors.items()
            if factor.categories
        }
        self._shows_color = bool(task.good_colors)
        size = 4 + (4 + len(task.shapes) + self._shows_color) * len(task.objects)
        self.observation_space = spaces.Box(-1.0, 1.0, (size,), np.float32)

    def infos(self, chosen: np.ndarray) -> dict[str, Any]:
        """Return ``factors`` and ``is_success`` of the chosen worlds, in Gymnasium's vector form.

        All masks are one array, all true.
        """
        everyone = np.ones(len(chosen), dtype=np.bool_)
        factors: dict[str, Any] = {}
        for name, row in zip(self._factors, self._table(chosen, visible=True), strict=True):
            categories = self._categories.get(name)
            factors[name] = row if categories is None else categories[row.astype(np.int64)]
            factors[f"_{name}"] = everyone
        success = self._state.success[chosen]
        masks = {"_factors": everyone, "_is_success": everyone}
        return {"factors": factors, "is_success": success, **masks}

    def observations(self, chosen: np.ndarray) -> np.ndarray:
        """Return true states, (n, D) float32: what ``FactorObservation`` gives for one world."""
        seen = np.zeros((len(chosen), *self.observation_space.shape), dtype=np.float32)
        width, depth = self._task.room_size
        farthest = self._factors[f"{self._task.objects[0]}_distance"].high
        table = self._table(chosen, visible=False)
        num_shapes = len(self._task.shapes)
        _observe(table, width, depth, farthest, num_shapes, self._shows_color, seen)
        return seen

    def _table(self, chosen: np.ndarray, visible: bool) -> np.ndarray:
        """Return all factors, one row each, (F, n) float64; shapes as indices."""
        state = self._state
        offset = state.objects[chosen] - state.agents[chosen][:, None]
        # NumPy's arctan2 may differ from the C library's in the last digit, and it is NumPy's
        # that single environments report.
        angles = np.arctan2(-offset[..., 1], offset[..., 0])
        table = np.empty((len(self._factors), len(chosen)))
        _tabulate(chosen, state, angles, visible, table)
        return table


@kernel
def _wrapped(angle: float) -> float:
    """Return an angle in [-pi, pi)."""
    return (angle + math.pi) % (2 * math.pi) - math.pi


@kernel
def _tabulate(
    chosen: np.ndarray, state: RoomState, angles: np.ndarray, visible: bool, table: np.ndarray
) -> None:
    """Write all factors of the chosen worlds into ``table``, (F, n)."""
    settings, objects, present = state.settings, state.objects, state.present
    for index, world in enumerate(chosen):
        for column in range(AGENT_X):
            table[column, index] = settings[world, column]
        x, z = state.agents[world]
        yaw = _wrapped(state.yaws[world])
        view = state.cameras[world]
        camera = Camera(view[0], view[1], view[2], view[3])
        table[AGENT_X, index], table[AGENT_X + 1, index], table[AGENT_YAW, index] = x, z, yaw
        for number in range(objects.shape[1]):
            row = OBJECTS + _ROWS_PER_OBJECT * number
            first = OBJECTS + PER_OBJECT * number
            for column in range(PER_OBJECT):
                table[row + column, index] = settings[world, first + column]
            offset_x, offset_z = objects[world, number, 0] - x, objects[world, number, 1] - z
            table[row + _BEARING, index] = _wrapped(angles[index, number] - yaw)
            table[row + _DISTANCE, index] = math.hypot(offset_x, offset_z)
            there = present[world, number]
            table[row + _PRESENT, index] = there
            table[row + _VISIBLE, index] = 0.0
            if visible and there:
                table[row + _VISIBLE, index] = visible_fraction(
                    camera, x, z, yaw, objects[world], present[world], number
                )


@kernel
def _observe(
    table: np.ndarray, width: float, depth: float, farthest: float, num_shapes: int,
    shows_color: bool, seen: np.ndarray,
) -> None:  # fmt: skip
    """Write what agents see of factors (F, n) into ``seen``, (n, D), which holds zeros."""
    num_objects = (len(table) - OBJECTS) // _ROWS_PER_OBJECT
    for index in range(table.shape[1]):
        yaw = table[AGENT_YAW, index]
        seen[index, 0] = 2 * table[AGENT_X, index] / width - 1
        seen[index, 1] = 2 * table[AGENT_X + 1, index] / depth - 1
        seen[index, 2], seen[index, 3] = math.sin(yaw), math.cos(yaw)
        for number in range(num_objects):
            row = OBJECTS + _ROWS_PER_OBJECT * number
            if table[row + _PRESENT, index] == 0.0:
                continue  # the last places stay zero
            size = 4 + num_shapes + shows_color
            place = 4 + size * _num_nearer(table, index, number, num_objects)
            bearing = table[row + _BEARING, index]
            seen[index, place] = 1.0
            seen[index, place + 1], seen[index, place + 2] = math.sin(bearing), math.cos(bearing)
            seen[index, place + 3] = 2 * (table[row + _DISTANCE, index] / farthest) - 1
            seen[index, place + 4 + int(table[row + _SHAPE, index])] = 1.0
            if shows_color:
                seen[index, place + size - 1] = 2 * table[row + _COLOR, index] - 1


@kernel
def _num_nearer(table: np.ndarray, index: int, number: int, num_objects: int) -> int:
    """Return how many of the objects that are there are nearer; of equals, the first is."""
    own = table[OBJECTS + _ROWS_PER_OBJECT * number + _DISTANCE, index]
    nearer = 0
    for other in range(num_objects):
        row = OBJECTS + _ROWS_PER_OBJECT * other
        distance = table[row + _DISTANCE, index]
        if table[row + _PRESENT, index] != 0.0 and other != number:
            nearer += distance < own or (distance == own and other < number)
    return nearer
