"""Where objects are in the agent's view: bearing, distance, visible fraction. NumPy only."""

import numpy as np

ACROSS = np.linspace(-0.9, 0.9, 7)  # sample points over an object's silhouette, in radii
UP = np.linspace(0.1, 0.9, 5)  # and in heights


def bearing_and_distance(
    agent: np.ndarray, yaw: float, objects: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return where objects lie, seen from above.

    Args:
        agent: (2,) x and z in metres.
        yaw: the agent's direction in radians; 0 looks along +x, and it grows to the left.
        objects: (K, 2) x and z in metres.

    Returns:
        Bearing (K,) in radians in [-pi, pi), positive to the left of the agent's direction, and
        distance (K,) in metres between centres.
    """
    offset = objects - agent
    angle = np.arctan2(-offset[:, 1], offset[:, 0]) - yaw
    return (angle + np.pi) % (2 * np.pi) - np.pi, np.hypot(offset[:, 0], offset[:, 1])


def visible_fractions(
    camera: np.ndarray,
    direction: np.ndarray,
    tangent: float,
    objects: np.ndarray,
    radius: float,
    height: float,
) -> np.ndarray:
    """Return the share of each object's silhouette that is in the picture and not hidden.

    The silhouette is taken as the rectangle, 2 radii wide and one height high, that faces the
    camera; 35 points on it are tested against the sides of a square picture and against the
    bounding cylinders of the other objects.

    Args:
        camera: (3,) position in metres.
        direction: (3,) unit vector of the view.
        tangent: tangent of half the field of view, the same across and up.
        objects: (K, 2) x and z in metres; those not there are NaN and get 0.
        radius: of every object, in metres.
        height: of every object, in metres.

    Returns:
        (K,) float64 in [0, 1].
    """
    points = _silhouettes(camera, objects, radius, height)
    ahead = np.hypot(direction[0], direction[2])  # np.cross would take most of this function's time
    right = np.array([-direction[2], 0.0, direction[0]]) / ahead
    climb = direction[1] / ahead
    up = np.array([-direction[0] * climb, ahead, -direction[2] * climb])
    ray = points - camera
    depth = ray @ direction
    inside = (depth > 0) & (np.abs(ray @ right) < tangent * depth)
    inside &= np.abs(ray @ up) < tangent * depth
    if len(objects) > 1:
        inside &= ~_hidden(camera, ray, objects, radius, height)
    return inside.mean(axis=(1, 2))


def _silhouettes(camera, objects, radius, height) -> np.ndarray:
    """Return the sample points, (K, 5, 7, 3) in metres."""
    offset = objects - camera[[0, 2]]
    distance = np.maximum(np.hypot(offset[:, 0], offset[:, 1]), 1e-9)[:, None]
    across = np.stack([-offset[:, 1], offset[:, 0]], axis=1) / distance * radius
    points = np.empty((len(objects), len(UP), len(ACROSS), 3))
    points[..., 1] = UP[:, None] * height
    points[..., 0] = objects[:, 0, None, None] + across[:, 0, None, None] * ACROSS
    points[..., 2] = objects[:, 1, None, None] + across[:, 1, None, None] * ACROSS
    return points


def _hidden(camera, ray, objects, radius, height) -> np.ndarray:
    """Return which rays meet another object's cylinder first, (K, 5, 7) bool."""
    flat = ray[..., [0, 2]][:, :, :, None]
    to_other = (objects - camera[[0, 2]])[None, None, None]
    length = np.maximum((flat**2).sum(-1), 1e-12)
    along = (flat * to_other).sum(-1) / length  # 1 is the sample point itself
    miss = ((to_other - along[..., None] * flat) ** 2).sum(-1)
    crossing_height = camera[1] + along * ray[..., 1][..., None]
    blocks = (miss < radius**2) & (along > 0) & (along < 1) & (crossing_height < height)
    own = np.eye(len(objects), dtype=bool)[:, None, None]
    return (blocks & ~own).any(-1)
