"""A domain as arrays, so that the looks of many episodes are drawn without Python.

An episode takes one of the domain's cases, and draws each factor from the case's values or the
domain's. An object takes one of the shapes and colours that it prefers where the domain allows one,
and any that the domain allows otherwise.
"""

from typing import Any, NamedTuple

import numpy as np

from darla_envs.description.domain import Domain, Values, within
from darla_envs.description.tasks import Task
from darla_envs.kernels.compiled import kernel
from darla_envs.rooms.intervals import Intervals, draw_from, intervals_of
from darla_envs.rooms.setting_rows import (
    CEILING,
    COLOR,
    FLOOR,
    LIGHT,
    OBJECTS,
    PER_OBJECT,
    SHAPE,
    WALL,
)

_OF_THE_ROOM = ("floor", "wall", "ceiling", "light")


class LookTable(NamedTuple):
    """The values that a domain allows, for each of its C cases (one where it has none).

    Attributes:
        intervals: of C (4 + K) factors: in each case floor, wall, ceiling, light, and the colour of
            each of K objects.
        shapes: (C, K, S) int64, the shapes that each of the K objects may have, padded with zeros.
        num_shapes: (C, K) int64.
    """

    intervals: Intervals
    shapes: np.ndarray
    num_shapes: np.ndarray


def look_table(domain: Domain, task: Task) -> LookTable:
    """Return a task's domain as arrays."""
    looks = [{**domain.look, **case} for case in domain.cases or ({},)]
    values: list[list[Any]] = [
        [*(look[name] for name in _OF_THE_ROOM), *_colors(look["object_color"], task)]
        for look in looks
    ]
    shapes = [_shapes(look["object_shape"], task) for look in looks]
    num_shapes = np.array([[len(allowed) for allowed in case] for case in shapes])
    table = np.zeros((*num_shapes.shape, num_shapes.max()), dtype=np.int64)
    for (case, index), count in np.ndenumerate(num_shapes):
        table[case, index, :count] = shapes[case][index]
    return LookTable(intervals_of([each for case in values for each in case]), table, num_shapes)


def _colors(values: Any, task: Task) -> list[Values]:
    """Return the colours that each object may have."""
    if not task.preferred_colors:
        return [values] * len(task.objects)
    return [within(values, preferred) or values for preferred in task.preferred_colors]


def _shapes(names: Values, task: Task) -> list[list[int]]:
    """Return the indices of the shapes that each object may have."""
    found = []
    for preferred in task.preferred_shapes:
        allowed = [name for name in names if name in preferred] or names
        found.append([task.shapes.index(str(name)) for name in allowed])
    return found


@kernel
def draw_look(u: np.ndarray, table: LookTable, row: np.ndarray) -> None:
    """Draw the look of one episode, from 1 + 4 + 2 K numbers."""
    cases, num_objects = table.num_shapes.shape
    case = int(u[0] * cases)
    first = case * (4 + num_objects)
    for factor, column in enumerate((FLOOR, WALL, CEILING, LIGHT)):
        row[column] = draw_from(u[1 + factor], table.intervals, first + factor)
    for index in range(num_objects):
        column = OBJECTS + PER_OBJECT * index
        row[column + COLOR] = draw_from(u[5 + 2 * index], table.intervals, first + 4 + index)
        chosen = int(u[6 + 2 * index] * table.num_shapes[case, index])
        row[column + SHAPE] = table.shapes[case, index, chosen]
