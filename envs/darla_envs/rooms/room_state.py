"""Everything about a batch of rooms that changes: where things are and how they look."""

from typing import NamedTuple

import numpy as np

from darla_envs.description.tasks import Task
from darla_envs.description.view import find_view
from darla_envs.rooms.visible import camera_of


class RoomState(NamedTuple):
    """The rooms of N worlds with K objects each; every array has one row for each world.

    The arrays are changed in place, by kernels too.

    Attributes:
        agents: (N, 2) float64, x and z of the agent in metres.
        yaws: (N,) float64, the agent's direction in radians, not wrapped; 0 looks along +x, and
            it grows to the left.
        objects: (N, K, 2) float64, x and z in metres.
        object_colors: (N, K, 3) float64, RGB in [0, 1].
        object_shapes: (N, K) int64, indices into the task's shapes.
        present: (N, K) bool, whether the object is still there.
        floors: (N, 3) float64, RGB in [0, 1].
        walls: (N, 4, 3) float64, RGB in [0, 1] of the east, north, west and south wall, shades
            included.
        ceilings: (N, 3) float64, RGB in [0, 1].
        lights: (N,) float64, factor on the task's ambient and diffuse light.
        cameras: (N, 4) float64, the fields of each world's
            :class:`~darla_envs.rooms.visible.Camera`; it is its domain's in the episode.
        settings: (N, S) float64, what the episode started from, as in
            :mod:`darla_envs.rooms.setting_rows`.
        steps: (N,) int64, steps of the episode so far; -1 before the first reset.
        success: (N,) bool, whether the last step was a success.
    """

    agents: np.ndarray
    yaws: np.ndarray
    objects: np.ndarray
    object_colors: np.ndarray
    object_shapes: np.ndarray
    present: np.ndarray
    floors: np.ndarray
    walls: np.ndarray
    ceilings: np.ndarray
    lights: np.ndarray
    cameras: np.ndarray
    settings: np.ndarray
    steps: np.ndarray
    success: np.ndarray

    @classmethod
    def empty(cls, task: Task, num_worlds: int, num_settable: int) -> "RoomState":
        """Return the state of worlds that were not reset yet: zeros, and the task's camera."""
        num_objects = len(task.objects)
        return cls(
            agents=np.zeros((num_worlds, 2)),
            yaws=np.zeros(num_worlds),
            objects=np.zeros((num_worlds, num_objects, 2)),
            object_colors=np.zeros((num_worlds, num_objects, 3)),
            object_shapes=np.zeros((num_worlds, num_objects), dtype=np.int64),
            present=np.zeros((num_worlds, num_objects), dtype=np.bool_),
            floors=np.zeros((num_worlds, 3)),
            walls=np.zeros((num_worlds, 4, 3)),
            ceilings=np.zeros((num_worlds, 3)),
            lights=np.zeros(num_worlds),
            cameras=np.tile(camera_of(find_view(task, {})), (num_worlds, 1)),
            settings=np.zeros((num_worlds, num_settable)),
            steps=np.full(num_worlds, -1, dtype=np.int64),
            success=np.zeros(num_worlds, dtype=np.bool_),
        )
