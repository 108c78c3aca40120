"""How much of each object is in the agent's view.

An object's silhouette is taken as the rectangle, two radii wide and one height high, that faces the
camera; 35 points on it are tested against the sides of a square picture and against the bounding
cylinders of the other objects.
"""

import math
from typing import NamedTuple

import numpy as np

from darla_envs.description.shapes import HEIGHT, RADIUS
from darla_envs.description.view import View
from darla_envs.kernels.compiled import kernel

ACROSS = np.linspace(-0.9, 0.9, 7)  # sample points over an object's silhouette, in radii
UP = np.linspace(0.1, 0.9, 5)  # and in heights


class Camera(NamedTuple):
    """A :class:`~darla_envs.description.view.View` for kernels: metres and radians.

    The tangent is that of half the field of view, the same across and up.
    """

    height: float
    pitch: float
    tangent: float
    field_of_view: float


def camera_of(view: View) -> Camera:
    """Return a view's camera."""
    return camera_at(view.height, view.pitch, view.field_of_view)


@kernel
def camera_at(height: float, pitch: float, field_of_view: float) -> Camera:
    """Return the camera of a view, in metres and degrees."""
    angle = math.radians(field_of_view)
    return Camera(height, math.radians(pitch), math.tan(angle / 2.0), angle)


@kernel
def visible_fraction(
    camera: Camera, agent_x: float, agent_z: float, yaw: float, objects: np.ndarray,
    present: np.ndarray, index: int,
) -> float:  # fmt: skip
    """Return the share in [0, 1] of one object's silhouette that is in the picture and not hidden.

    The agent's place is in metres, its yaw in radians. The object is there; those that are not hide
    nothing.
    """
    level = math.cos(camera.pitch)
    view_x, view_y, view_z = level * math.cos(yaw), math.sin(camera.pitch), -level * math.sin(yaw)
    ahead = math.hypot(view_x, view_z)
    climb = view_y / ahead
    right_x, right_z = -view_z / ahead, view_x / ahead
    up_x, up_z = -view_x * climb, -view_z * climb
    offset_x, offset_z = objects[index, 0] - agent_x, objects[index, 1] - agent_z
    distance = max(math.hypot(offset_x, offset_z), 1e-9)
    across_x, across_z = -offset_z / distance * RADIUS, offset_x / distance * RADIUS
    seen = 0
    for across in ACROSS:
        ray_x = objects[index, 0] + across_x * across - agent_x
        ray_z = objects[index, 1] + across_z * across - agent_z
        for height in UP:
            ray_y = height * HEIGHT - camera.height
            depth = ray_x * view_x + ray_y * view_y + ray_z * view_z
            half = camera.tangent * depth
            if depth <= 0.0 or abs(ray_x * right_x + ray_z * right_z) >= half:
                continue
            if abs(ray_x * up_x + ray_y * ahead + ray_z * up_z) >= half:
                continue
            if not _hidden(
                camera.height, agent_x, agent_z, ray_x, ray_y, ray_z, objects, present, index
            ):
                seen += 1
    return seen / (len(ACROSS) * len(UP))


@kernel
def _hidden(
    camera_height: float, agent_x: float, agent_z: float, ray_x: float, ray_y: float, ray_z: float,
    objects: np.ndarray, present: np.ndarray, own: int,
) -> bool:  # fmt: skip
    """Return whether a ray meets another object's cylinder first."""
    length = max(ray_x * ray_x + ray_z * ray_z, 1e-12)
    for other in range(len(objects)):
        if other == own or not present[other]:
            continue
        x, z = objects[other, 0] - agent_x, objects[other, 1] - agent_z
        along = (ray_x * x + ray_z * z) / length  # 1 is the sample point itself
        if along <= 0.0 or along >= 1.0:
            continue
        miss_x, miss_z = x - along * ray_x, z - along * ray_z
        if miss_x * miss_x + miss_z * miss_z >= RADIUS**2:
            continue
        if camera_height + along * ray_y < HEIGHT:
            return True
    return False
