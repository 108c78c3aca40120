"""Convex polygons: from projected corners to keys in the visibility buffer.

Corners are projected: rows of ``(x w, y w, w)``, see ``darla_envs.render.camera``. Whatever varies
linearly over a flat polygon varies, divided by the distance w, linearly over the screen.
"""

import numpy as np

from darla_envs.kernels.compiled import drawing, inlined
from darla_envs.render.coverage import trace_edges
from darla_envs.render.scratch import INVERSE
from darla_envs.render.visibility import FAR, NEAR, fill_spans, polygon_bits

_NEAR = np.float32(NEAR)


@drawing
def outside(corners: np.ndarray, count: int, width: int, height: int) -> bool:
    """Return whether all corners lie beyond one side of the picture, too near or too far."""
    left, right, above, below, near, far = 0, 0, 0, 0, 0, 0
    for k in range(count):
        x, y, w = corners[k, 0], corners[k, 1], corners[k, 2]
        left += x < 0
        right += x > width * w
        above += y < 0
        below += y > height * w
        near += w < NEAR
        far += w > FAR
    return count in (left, right, above, below, near, far)


@drawing
def clip_near(corners: np.ndarray, count: int, clipped: np.ndarray) -> int:
    """Write what is not nearer than the near plane into ``clipped``; return its corners' number."""
    kept = 0
    for k in range(count):
        following = k + 1 if k + 1 < count else 0
        w0, w1 = corners[k, 2], corners[following, 2]
        if w0 >= _NEAR:
            for axis in range(3):
                clipped[kept, axis] = corners[k, axis]
            kept += 1
        if (w0 >= _NEAR) != (w1 >= _NEAR):
            share = (_NEAR - w0) / (w1 - w0)
            for axis in range(3):
                step = corners[following, axis] - corners[k, axis]
                clipped[kept, axis] = corners[k, axis] + share * step
            kept += 1
    return kept


@drawing
def weights_over_distance(corners: np.ndarray, weights: np.ndarray) -> bool:
    """Return how each of the first three corners weighs, over distance, across the screen.

    Barycentric weights divided by the distance are affine: for corner k,
    ``weights[k, 0] x + weights[k, 1] y + weights[k, 2]``. The rows are cross products of two
    corners over the determinant of the three. Return whether the polygon shows its front,
    counter-clockwise on the screen; if not, what was written is of no use.
    """
    for k in range(3):
        i, j = (k + 1) % 3, (k + 2) % 3
        x0, y0, w0 = np.float64(corners[i, 0]), np.float64(corners[i, 1]), np.float64(corners[i, 2])
        x1, y1, w1 = np.float64(corners[j, 0]), np.float64(corners[j, 1]), np.float64(corners[j, 2])
        weights[k, 0] = y0 * w1 - w0 * y1
        weights[k, 1] = w0 * x1 - x0 * w1
        weights[k, 2] = x0 * y1 - y0 * x1
    determinant = 0.0
    for axis in range(3):
        determinant += corners[0, axis] * weights[0, axis]
    if determinant >= 0.0:  # y points down on the screen
        return False
    for k in range(3):
        for axis in range(3):
            weights[k, axis] /= determinant
    return True


@inlined
def set_plane(
    planes: np.ndarray, number: int, row: int, weights: np.ndarray, at_0: np.float32,
    at_1: np.float32, at_2: np.float32,
) -> None:  # fmt: skip
    """Note how a quantity over distance varies on the screen, given what it is at three corners.

    A row of ``planes`` receives the change with x, with y, and the value at (0, 0).
    """
    for axis in range(3):
        planes[number, row, axis] = (
            at_0 * weights[0, axis] + at_1 * weights[1, axis] + at_2 * weights[2, axis]
        )


@inlined
def draw_polygon(
    corners: np.ndarray, clipped: np.ndarray, count: int, weights: np.ndarray, spans: np.ndarray,
    keys: np.ndarray, planes: np.ndarray, number: int, offsets: np.ndarray, samples: int,
    width: int, height: int,
) -> bool:  # fmt: skip
    """Draw a polygon of 3 or 4 corners into the keys, if it shows its front.

    Its weights and the plane of 1 / distance are noted. Return whether any sample was covered.
    """
    covered = False
    if not outside(corners, count, width, height) and weights_over_distance(corners, weights):
        left = clip_near(corners, count, clipped)
        first, last = trace_edges(clipped, left, samples, offsets, width, spans)
        if first < last:
            x_step = np.float32(weights[0, 0] + weights[1, 0] + weights[2, 0])
            y_step = np.float32(weights[0, 1] + weights[1, 1] + weights[2, 1])
            at_origin = np.float32(weights[0, 2] + weights[1, 2] + weights[2, 2])
            planes[number, INVERSE, 0] = x_step
            planes[number, INVERSE, 1] = y_step
            planes[number, INVERSE, 2] = at_origin
            bits = polygon_bits(number)
            covered = fill_spans(
                keys, spans, first, last, offsets, samples, x_step, y_step, at_origin, bits
            )
    return covered
