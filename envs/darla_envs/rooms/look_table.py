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

    The second axis is the continuous factor: floor, wall, ceiling, light, and the colour of each of
    K objects; the last is the interval, or the shape, padded with zeros.

    Attributes:
        low: (C, 4 + K, M) float64, where each interval begins.
        high: (C, 4 + K, M) float64, where it ends.
        length: (C, 4 + K, M) float64.
        num_intervals: (C, 4 + K) int64.
        total: (C, 4 + K) float64, the lengths' sum.
        shapes: (C, K, S) int64, the shapes that each of the K objects may have.
        num_shapes: (C, K) int64.
    """

    low: np.ndarray
    high: np.ndarray
    length: np.ndarray
    num_intervals: np.ndarray
    total: np.ndarray
    shapes: np.ndarray
    num_shapes: np.ndarray


def look_table(domain: Domain, task: Task) -> LookTable:
    """Return a task's domain as arrays."""
    looks = [{**domain.look, **case} for case in domain.cases or ({},)]
    intervals = [
        [*(look[name] for name in _OF_THE_ROOM), *_colors(look["object_color"], task)]
        for look in looks
    ]
    num_intervals = np.array([[len(values) for values in case] for case in intervals])
    low, high, length = np.zeros((3, *num_intervals.shape, num_intervals.max()))
    total = np.zeros(num_intervals.shape)
    for (case, factor), count in np.ndenumerate(num_intervals):
        ends = np.array(intervals[case][factor], dtype=np.float64)
        low[case, factor, :count], high[case, factor, :count] = ends.T
        length[case, factor, :count] = lengths = ends[:, 1] - ends[:, 0]
        total[case, factor] = lengths.sum()
    shapes = [_shapes(look["object_shape"], task) for look in looks]
    num_shapes = np.array([[len(allowed) for allowed in case] for case in shapes])
    table = np.zeros((*num_shapes.shape, num_shapes.max()), dtype=np.int64)
    for (case, index), count in np.ndenumerate(num_shapes):
        table[case, index, :count] = shapes[case][index]
    return LookTable(low, high, length, num_intervals, total, table, num_shapes)


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
    case = int(u[0] * table.total.shape[0])
    for factor, column in enumerate((FLOOR, WALL, CEILING, LIGHT)):
        row[column] = _draw(u[1 + factor], table, case, factor)
    for index in range(table.shapes.shape[1]):
        column = OBJECTS + PER_OBJECT * index
        row[column + COLOR] = _draw(u[5 + 2 * index], table, case, 4 + index)
        chosen = int(u[6 + 2 * index] * table.num_shapes[case, index])
        row[column + SHAPE] = table.shapes[case, index, chosen]


@kernel
def _draw(u: float, table: LookTable, case: int, factor: int) -> float:
    """Return a value of a continuous factor; all that the case allows is equally likely."""
    count, total = table.num_intervals[case, factor], table.total[case, factor]
    if total == 0.0:  # single values, all alike
        return float(table.low[case, factor, int(u * count)])
    position = u * total
    for index in range(count):
        length = table.length[case, factor, index]
        if position < length:
            return float(table.low[case, factor, index] + position)
        position -= length
    return float(table.high[case, factor, count - 1])
