"""What no factor names: the camera and the textures of an episode.

Where a domain offers several cameras or textures, a fixed hash of the episode's look, its colours
and light, says which an episode has. So the same setting gives the same picture wherever it is
drawn, frames of one look share their camera and textures, and nothing else that is drawn changes.
"""

from collections.abc import Mapping

import numpy as np

from darla_envs.description.domain import Domain
from darla_envs.description.tasks import Task
from darla_envs.description.texture_files import PLAIN, SURFACES, textures_of
from darla_envs.description.view import View, view_ranges
from darla_envs.kernels.compiled import kernel
from darla_envs.kernels.look_hash import (
    FIELD_OF_VIEW,
    HEIGHT,
    PITCH,
    TEXTURE,
    as_uniform,
    mixed,
)
from darla_envs.rooms.intervals import Intervals, draw_from, intervals_of
from darla_envs.rooms.setting_rows import (
    CEILING,
    COLOR,
    FLOOR,
    LIGHT,
    OBJECTS,
    PER_OBJECT,
    WALL,
)
from darla_envs.rooms.visible import Camera, camera_at


def cameras_of(domain: Domain, task: Task) -> Intervals:
    """Return where height in metres, pitch and field of view in degrees are drawn from.

    A ValueError where the domain's camera is none.
    """
    return intervals_of(view_ranges(task, domain.camera))


def view_in(row: np.ndarray, cameras: Intervals) -> View:
    """Return the camera of an episode that starts from a whole setting, (S,)."""
    height, pitch, field_of_view = _drawn_view(row, cameras)
    return View(height, pitch, field_of_view)


def textures_in(row: np.ndarray, domain: Domain) -> Mapping[str, str]:
    """Return each surface's texture in an episode that starts from a whole setting, (S,)."""
    offered = [textures_of(domain.textures.get(surface, PLAIN)) for surface in SURFACES]
    return {
        surface: names[texture_choice(row, index, len(names))]
        for index, (surface, names) in enumerate(zip(SURFACES, offered, strict=True))
    }


@kernel
def put_cameras(
    chosen: np.ndarray, settings: np.ndarray, ranges: Intervals, cameras: np.ndarray
) -> None:
    """Set the cameras, (N, 4), of chosen worlds, whose episodes start from settings, (N, S)."""
    for world in chosen:
        camera = camera_in(settings[world], ranges)
        cameras[world, 0], cameras[world, 1] = camera.height, camera.pitch
        cameras[world, 2], cameras[world, 3] = camera.tangent, camera.field_of_view


@kernel
def camera_in(row: np.ndarray, ranges: Intervals) -> Camera:
    """Return the camera of an episode that starts from a whole setting."""
    height, pitch, field_of_view = _drawn_view(row, ranges)
    return camera_at(height, pitch, field_of_view)


@kernel
def texture_choices(settings: np.ndarray, counts: np.ndarray, chosen: np.ndarray) -> None:
    """Say which texture each surface has, (n, 3), in episodes that start from settings, (n, S).

    There are ``counts``, (3,), to choose from.
    """
    for index in range(len(settings)):
        for surface in range(len(counts)):
            chosen[index, surface] = texture_choice(settings[index], surface, counts[surface])


@kernel
def texture_choice(row: np.ndarray, surface: int, count: int) -> int:
    """Return which of several textures a surface has in an episode."""
    return int(_uniform(row, TEXTURE + surface) * count) if count > 1 else 0


@kernel
def _drawn_view(row: np.ndarray, ranges: Intervals) -> tuple[float, float, float]:
    """Return height, pitch and field of view."""
    return (
        _drawn(row, ranges, HEIGHT),
        _drawn(row, ranges, PITCH),
        _drawn(row, ranges, FIELD_OF_VIEW),
    )


@kernel
def _drawn(row: np.ndarray, ranges: Intervals, purpose: int) -> float:
    """Return one number of a view; most domains have one to choose from."""
    if ranges.number[purpose] == 1 and ranges.total[purpose] == 0.0:
        return float(ranges.low[purpose, 0])
    return draw_from(_uniform(row, purpose), ranges, purpose)


@kernel
def _uniform(row: np.ndarray, purpose: int) -> float:
    """Return a number in [0, 1) that follows from the colours and the light of a setting alone."""
    state = mixed(np.uint64(purpose), row[FLOOR])
    state = mixed(mixed(mixed(state, row[WALL]), row[CEILING]), row[LIGHT])
    for column in range(OBJECTS + COLOR, len(row), PER_OBJECT):
        state = mixed(state, row[column])
    return as_uniform(state)
