"""From uniform random numbers to whole settings, for many episodes at once.

Objects are placed one after the other, and then the agent. Each takes the first of its candidates
that is far enough from what stands there already or is to stand in a given place, or, where none
is, the one that comes nearest to it.
"""

import math
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from darla_envs.description.factors import Factor
from darla_envs.description.layout import CANDIDATES, Spacing
from darla_envs.description.shapes import RADIUS
from darla_envs.description.tasks import Task
from darla_envs.description.world_factors import AGENT_RADIUS
from darla_envs.kernels.compiled import kernel
from darla_envs.rooms.look_table import LookTable, draw_look
from darla_envs.rooms.setting_rows import AGENT_X, AGENT_YAW, AGENT_Z, OBJECTS, PER_OBJECT, X, Z


class PlaceTable(NamedTuple):
    """Where the K objects and then the agent may stand, and how near to each other.

    Attributes:
        low: (K + 1, 2) float64, smallest x and z in metres.
        high: (K + 1, 2) float64, largest x and z in metres.
        between_objects: smallest distance between two objects' centres, in metres.
        to_agent: smallest distance between an object's centre and the agent's, in metres.
    """

    low: np.ndarray
    high: np.ndarray
    between_objects: float
    to_agent: float


def place_table(task: Task, factors: Mapping[str, Factor], spacing: Spacing) -> PlaceTable:
    """Return a task's places as arrays."""
    names = [(f"{name}_x", f"{name}_z") for name in (*task.objects, "agent")]
    low = np.array([[factors[name].low for name in pair] for pair in names])
    high = np.array([[factors[name].high for name in pair] for pair in names])
    return PlaceTable(low, high, spacing.objects, spacing.agent)


@kernel
def complete_settings(
    u: np.ndarray, fixed: np.ndarray, looks: LookTable, places: PlaceTable, rows: np.ndarray
) -> int:
    """Complete the settings of many episodes; those that leave something open take a row of ``u``.

    Return the first row in which things overlap; -1 when there is none.
    """
    drawn = 0
    for index in range(len(fixed)):
        if np.isnan(fixed[index]).any():
            complete_setting(u[drawn], fixed[index], looks, places, rows[index])
            drawn += 1
        else:
            rows[index] = fixed[index]
        if overlaps(rows[index]):
            return index
    return -1


@kernel
def complete_setting(
    u: np.ndarray, fixed: np.ndarray, looks: LookTable, places: PlaceTable, row: np.ndarray
) -> None:
    """Draw what one setting leaves open."""
    draw_look(u, looks, row)
    num_objects = places.low.shape[0] - 1
    first = 5 + 2 * num_objects
    for thing in range(num_objects + 1):
        _place(u[first:], thing, places, fixed, row)
        first += 2 * CANDIDATES
    row[AGENT_YAW] = (2.0 * u[len(u) - 1] - 1.0) * np.pi
    for column in range(len(fixed)):
        if not np.isnan(fixed[column]):
            row[column] = fixed[column]


@kernel
def overlaps(row: np.ndarray) -> bool:
    """Return whether anything stands inside anything else in a setting."""
    num_objects = (len(row) - OBJECTS) // PER_OBJECT
    for second in range(1, num_objects + 1):
        apart = RADIUS + (AGENT_RADIUS if second == num_objects else RADIUS)
        x, z = _columns_of(second, num_objects)
        for first in range(second):
            other_x, other_z = _columns_of(first, num_objects)
            if math.hypot(row[other_x] - row[x], row[other_z] - row[z]) < apart - 1e-9:
                return True
    return False


@kernel
def _columns_of(thing: int, num_objects: int) -> tuple[int, int]:
    """Return the columns of x and z of an object, or of the agent, which is the last thing."""
    if thing == num_objects:
        return AGENT_X, AGENT_Z
    return OBJECTS + PER_OBJECT * thing + X, OBJECTS + PER_OBJECT * thing + Z


@kernel
def _place(
    u: np.ndarray, thing: int, places: PlaceTable, fixed: np.ndarray, row: np.ndarray
) -> None:
    """Put a thing on its first clear candidate, or on the one that is clear by most."""
    low, high = places.low[thing], places.high[thing]
    x_column, z_column = _columns_of(thing, len(places.low) - 1)
    widest = -np.inf
    for index in range(CANDIDATES):
        x, z = fixed[x_column], fixed[z_column]
        if np.isnan(x):
            x = low[0] + u[2 * index] * (high[0] - low[0])
        if np.isnan(z):
            z = low[1] + u[2 * index + 1] * (high[1] - low[1])
        clear = _clearance(x, z, thing, places, fixed, row)
        if clear > widest:
            row[x_column], row[z_column] = x, z
            widest = clear
        if clear >= 0.0:
            return


@kernel
def _clearance(
    x: float, z: float, thing: int, places: PlaceTable, fixed: np.ndarray, row: np.ndarray
) -> float:
    """Return by how much a thing at x and z is far enough from all whose place is known.

    These are the things before it, and of those after it the fixed ones; infinity for none.
    """
    num_objects = len(places.low) - 1
    clear = np.inf
    for other in range(num_objects + 1):
        if other == thing:
            continue
        x_column, z_column = _columns_of(other, num_objects)
        known = row if other < thing else fixed
        along, across = x - known[x_column], z - known[z_column]
        distance = math.sqrt(along * along + across * across)
        with_agent = thing == num_objects or other == num_objects
        apart = places.to_agent if with_agent else places.between_objects
        if not np.isnan(distance):
            clear = min(clear, distance - apart)
    return clear
