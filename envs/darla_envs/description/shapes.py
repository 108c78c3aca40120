"""The shapes of objects as triangles, without colours, so that any renderer can tint them.

Sizes are metres; y points up and y = 0 is the floor. All shapes have about the same silhouette
area, so that no shape is easier to see than another.
"""

from functools import cache

import numpy as np

HEIGHT = 0.95
RADIUS = 0.48  # of the round shapes, and of every object's bounding cylinder
_BOX_HALF = 0.40

SHAPES = ("box", "ball", "cone", "cylinder")


@cache
def triangles(shape: str) -> tuple[np.ndarray, np.ndarray]:
    """Return the triangles of one of ``SHAPES``.

    Returns:
        Vertices (T, 3, 3) float64 in metres, counter-clockwise seen from outside, and a unit
        normal for each vertex, (T, 3, 3) float64.
    """
    return {"box": _box, "ball": _ball, "cone": _cone, "cylinder": _cylinder}[shape]()


def _fan(quads: np.ndarray, normals: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Cut quads with their normals into two triangles each."""
    order = [0, 1, 2, 0, 2, 3]
    return quads[:, order].reshape(-1, 3, 3), normals[:, order].reshape(-1, 3, 3)


def _box() -> tuple[np.ndarray, np.ndarray]:
    """Return the triangles of a box, and their normals."""
    faces, normals = [], []
    corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]], dtype=float)
    scale = np.array([_BOX_HALF, HEIGHT / 2, _BOX_HALF])
    for axis in range(3):
        for sign in (-1.0, 1.0):
            face = np.empty((4, 3))
            face[:, axis] = sign
            face[:, (axis + 1) % 3] = corners[:, 0]
            face[:, (axis + 2) % 3] = corners[:, 1]
            normal = np.zeros(3)
            normal[axis] = sign
            faces.append((face if sign > 0 else face[::-1]) * scale + [0, HEIGHT / 2, 0])
            normals.append(np.tile(normal, (4, 1)))
    return _fan(np.array(faces), np.array(normals))


def _ring(count: int) -> np.ndarray:
    """Return points around the unit circle, the first one twice."""
    angles = np.linspace(0.0, 2.0 * np.pi, count + 1)
    return np.stack([np.cos(angles), np.zeros_like(angles), -np.sin(angles)], axis=1)


def _ball(segments: int = 16, rows: int = 8) -> tuple[np.ndarray, np.ndarray]:
    """Return the triangles of a ball, and their normals."""
    latitude = np.linspace(-np.pi / 2, np.pi / 2, rows + 1)
    unit = np.cos(latitude)[:, None, None] * _ring(segments)[None]
    unit[..., 1] = np.sin(latitude)[:, None]
    low, high = unit[:-1], unit[1:]
    quads = np.stack([low[:, :-1], low[:, 1:], high[:, 1:], high[:, :-1]], axis=2)
    quads = quads.reshape(-1, 4, 3)
    return _fan(quads * RADIUS + [0, RADIUS, 0], quads)


def _side(top_radius: float, segments: int = 20) -> tuple[np.ndarray, np.ndarray]:
    """Return the side of a cone or its stump as triangles, and their normals."""
    ring = _ring(segments)
    bottom, top = ring * RADIUS, ring * top_radius + [0, HEIGHT, 0]
    slope = ring * HEIGHT + [0, RADIUS - top_radius, 0]
    slope /= np.linalg.norm(slope, axis=1, keepdims=True)
    quads = np.stack([bottom[:-1], bottom[1:], top[1:], top[:-1]], axis=1)
    normals = np.stack([slope[:-1], slope[1:], slope[1:], slope[:-1]], axis=1)
    return _fan(quads, normals)


def _cone() -> tuple[np.ndarray, np.ndarray]:
    """Return the triangles of a cone, and their normals."""
    return _side(top_radius=0.02)


def _cylinder() -> tuple[np.ndarray, np.ndarray]:
    """Return the triangles of a cylinder, and their normals."""
    sides, side_normals = _side(top_radius=0.8 * RADIUS)
    ring = _ring(20) * 0.8 * RADIUS + [0, HEIGHT, 0]
    centre = np.broadcast_to(np.array([0.0, HEIGHT, 0.0]), ring[:-1].shape)
    lid = np.stack([centre, ring[:-1], ring[1:]], axis=1)
    up = np.broadcast_to(np.array([0.0, 1.0, 0.0]), lid.shape)
    return np.concatenate([sides, lid]), np.concatenate([side_normals, up])
