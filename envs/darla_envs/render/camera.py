"""The camera: from world space to screen space and back.

World space is MiniWorld's: metres, y up, yaw 0 looks along +x and grows to the left. Screen space
is in pixels, x to the right and y down. A point is projected to ``(x w, y w, w)``, where (x, y) is
its place on the screen and w its distance along the view in metres.
"""

import math
from typing import NamedTuple

import numpy as np

from darla_envs.kernels.compiled import drawing, inlined


class Cameras(NamedTuple):
    """One camera for each of N worlds.

    Attributes:
        position: (N, 3) float32, metres.
        yaw: (N,) float32, radians.
        pitch: (N,) float32, radians, upwards.
        fov_y: (N,) float32, vertical field of view in radians.
    """

    position: np.ndarray
    yaw: np.ndarray
    pitch: np.ndarray
    fov_y: np.ndarray

    @classmethod
    def empty(cls, num_worlds: int) -> "Cameras":
        """Return cameras at the origin that look along +x, 60 degrees wide."""
        angle = np.zeros(num_worlds, np.float32)
        wide = np.full(num_worlds, math.radians(60.0), np.float32)
        return cls(np.zeros((num_worlds, 3), np.float32), angle, angle.copy(), wide)


@drawing
def aim(
    yaw: np.float32, pitch: np.float32, fov_y: np.float32, width: int, height: int,
    projection: np.ndarray,
) -> None:  # fmt: skip
    """Set up the projection of a camera; angles are as in :class:`Cameras`.

    ``projection``, (3, 3) float32, receives the matrix that maps an offset from the camera in world
    space, metres, to ``(x w, y w, w)``.
    """
    cosine, sine = math.cos(np.float64(yaw)), math.sin(np.float64(yaw))
    level, climb = math.cos(np.float64(pitch)), math.sin(np.float64(pitch))
    ahead = (level * cosine, climb, -level * sine)
    right = (sine, 0.0, cosine)
    up = (-climb * cosine, level, climb * sine)
    tangent_y = math.tan(np.float64(fov_y) / 2.0)
    tangent_x = tangent_y * width / height
    for k in range(3):
        projection[0, k] = width / 2.0 * (right[k] / tangent_x + ahead[k])
        projection[1, k] = height / 2.0 * (ahead[k] - up[k] / tangent_y)
        projection[2, k] = ahead[k]


@inlined
def project(
    projection: np.ndarray, dx: np.float32, dy: np.float32, dz: np.float32
) -> tuple[np.float32, np.float32, np.float32]:
    """Project an offset from the camera (world space, metres) to ``(x w, y w, w)``."""
    return (
        projection[0, 0] * dx + projection[0, 1] * dy + projection[0, 2] * dz,
        projection[1, 0] * dx + projection[1, 1] * dy + projection[1, 2] * dz,
        projection[2, 0] * dx + projection[2, 1] * dy + projection[2, 2] * dz,
    )
