"""Settings drawn from a domain with an object in view or not: what frames are collected from."""

import math

import numpy as np

from darla_envs.description.tasks import IN_VIEW, SAMPLE_TRIES
from darla_envs.kernels.compiled import kernel
from darla_envs.rooms.intervals import Intervals
from darla_envs.rooms.look_table import LookTable
from darla_envs.rooms.placing import PlaceTable, complete_setting, overlaps
from darla_envs.rooms.setting_rows import AGENT_X, AGENT_YAW, AGENT_Z, OBJECTS, PER_OBJECT, X, Z
from darla_envs.rooms.surroundings import camera_in
from darla_envs.rooms.visible import Camera, visible_fraction

FOUND, OVERLAPPING, NOT_FOUND = range(3)


@kernel
def sample_rows(
    rng: np.random.Generator, share: float, fixed: np.ndarray, num_draws: int, looks: LookTable,
    places: PlaceTable, cameras: Intervals, per_look: int, block: int, kept: np.ndarray,
    rows: np.ndarray,
) -> tuple[int, int, bool]:  # fmt: skip
    """Draw settings, block by block; the first ``per_look`` of each block have one look.

    An object is in view in a share of them; NaN leaves it to chance. Each takes ``num_draws``
    uniform numbers. Those of one look have the columns ``kept``, (S,) bool, in common; where what
    they keep makes an object in view impossible, or no object, it is left to chance too.

    Returns:
        ``FOUND``, or why a row could not be drawn; which row it is; whether an object was to be
        in view there.
    """
    u = np.empty(num_draws)
    objects = np.empty((places.low.shape[0] - 1, 2))
    given = fixed.copy()
    for index in range(len(rows)):
        first = index - index % block
        for column in range(len(given)):
            is_kept = kept[column] and first < index < first + per_look
            given[column] = rows[first, column] if is_kept else fixed[column]
        wanted = rng.random() < share if not np.isnan(share) else False
        result = sample_row(
            rng, share, wanted, given, u, looks, places, cameras, objects, rows[index]
        )
        if result == NOT_FOUND and index > first:
            result = sample_row(
                rng, np.nan, False, given, u, looks, places, cameras, objects, rows[index]
            )
        if result != FOUND:
            return result, index, wanted
    return FOUND, 0, False


@kernel
def sample_row(
    rng: np.random.Generator, share: float, wanted: bool, fixed: np.ndarray, u: np.ndarray,
    looks: LookTable, places: PlaceTable, cameras: Intervals, objects: np.ndarray, row: np.ndarray,
) -> int:  # fmt: skip
    """Draw one setting; return ``FOUND``, or why it could not be drawn.

    An object is in view as ``wanted``, unless the share is NaN. ``u`` and ``objects`` are room for
    what is drawn on the way.
    """
    for _ in range(SAMPLE_TRIES):
        for index in range(len(u)):
            u[index] = rng.random()
        complete_setting(u, fixed, looks, places, row)
        if overlaps(row):
            return OVERLAPPING
        for index in range(len(objects)):
            column = OBJECTS + PER_OBJECT * index
            objects[index, 0], objects[index, 1] = row[column + X], row[column + Z]
        camera = camera_in(row, cameras)
        if wanted and np.isnan(fixed[AGENT_YAW]):
            row[AGENT_YAW] = _towards_object(rng, row, objects, camera)
        if np.isnan(share) or _sees_object(row, objects, camera) == wanted:
            return FOUND
    return NOT_FOUND


@kernel
def _towards_object(
    rng: np.random.Generator, row: np.ndarray, objects: np.ndarray, camera: Camera
) -> float:
    """Return a direction in which one of the objects is within the field of view."""
    index = rng.integers(0, len(objects))
    offset_x, offset_z = objects[index, 0] - row[AGENT_X], objects[index, 1] - row[AGENT_Z]
    angle = math.atan2(-offset_z, offset_x)
    turned = angle + (rng.random() - 0.5) * camera.field_of_view
    return (turned + math.pi) % (2 * math.pi) - math.pi


@kernel
def _sees_object(row: np.ndarray, objects: np.ndarray, camera: Camera) -> bool:
    """Return whether any object is visible enough to count as in view."""
    present = np.ones(len(objects), dtype=np.bool_)
    x, z, yaw = row[AGENT_X], row[AGENT_Z], row[AGENT_YAW]
    for index in range(len(objects)):
        if visible_fraction(camera, x, z, yaw, objects, present, index) >= IN_VIEW:
            return True
    return False
