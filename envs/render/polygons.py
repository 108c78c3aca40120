"""Convex polygons: from projected corners to keys in the visibility buffer.

Corners are projected: rows of ``(x w, y w, w)``, see ``envs.render.camera``. Whatever varies
linearly over a flat polygon varies, divided by the distance w, linearly over the screen.
"""

import numpy as np

from envs.compiled import inlined, kernel
from envs.render.coverage import trace_edges
from envs.render.visibility import FAR, NEAR, fill_spans, polygon_bits

_NEAR = np.float32(NEAR)


@kernel
def outside(corners, count, width, height):
    """Return whether all corners lie beyond one side of the picture, too near or too far.

    Args:
        corners: (8, 3) float32, projected; the first ``count`` are used.
        count: number of corners.
        width: of the picture in pixels.
        height: of the picture in pixels.
    """
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


@kernel
def clip_near(corners, count, clipped):
    """Cut off what is nearer than the near plane.

    Args:
        corners: (8, 3) float32, projected; the first ``count`` are used.
        count: number of corners.
        clipped: (8, 3) float32; receives the corners of what is left.

    Returns:
        The number of corners left.
    """
    kept = 0
    for k in range(count):
        following = k + 1 if k + 1 < count else 0
        w0, w1 = corners[k, 2], corners[following, 2]
        if w0 >= _NEAR:
            clipped[kept] = corners[k]
            kept += 1
        if (w0 >= _NEAR) != (w1 >= _NEAR):
            share = (_NEAR - w0) / (w1 - w0)
            for axis in range(3):
                step = corners[following, axis] - corners[k, axis]
                clipped[kept, axis] = corners[k, axis] + share * step
            kept += 1
    return kept


@kernel
def weights_over_distance(corners, weights):
    """Return how each of the first three corners weighs, over distance, across the screen.

    Barycentric weights divided by the distance are affine: for corner k,
    ``weights[k, 0] x + weights[k, 1] y + weights[k, 2]``. The rows are cross products of two
    corners over the determinant of the three.

    Args:
        corners: (8, 3) float32, projected.
        weights: (3, 3) float64; receives the weights.

    Returns:
        Whether the polygon shows its front, counter-clockwise on the screen; if not, nothing was
        written.
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
def set_plane(plane, weights, at_0, at_1, at_2):
    """Write how a quantity over distance varies on the screen.

    Args:
        plane: (3,) float32; receives its change with x, with y, and its value at (0, 0).
        weights: (3, 3) float64, see :func:`weights_over_distance`.
        at_0: the quantity at the first corner.
        at_1: at the second.
        at_2: at the third.
    """
    for axis in range(3):
        plane[axis] = at_0 * weights[0, axis] + at_1 * weights[1, axis] + at_2 * weights[2, axis]


@kernel
def draw_polygon(scratch, count, weights, number, width, height, offsets):
    """Draw the polygon in ``scratch.corners`` into the keys, if it shows its front.

    Args:
        scratch: the thread's memory.
        count: corners, 3 or 4.
        weights: (3, 3) float64; receives the polygon's weights over distance.
        number: the polygon's, from 1.
        width: of the picture in pixels.
        height: of the picture in pixels.
        offsets: (samples,) float32.

    Returns:
        Whether any sample was covered; if so, the plane of 1 / distance is noted.
    """
    corners = scratch.corners
    if outside(corners, count, width, height) or not weights_over_distance(corners, weights):
        return False
    left = clip_near(corners, count, scratch.clipped)
    for k in range(left):
        w = scratch.clipped[k, 2]
        scratch.screen[k, 0] = scratch.clipped[k, 0] / w
        scratch.screen[k, 1] = scratch.clipped[k, 1] / w
    samples = len(offsets)
    rows = height * samples
    first, last = trace_edges(scratch.screen, left, samples, rows, scratch.left, scratch.right)
    if first >= last:
        return False
    inverse = scratch.surfaces.planes[number, 0]
    set_plane(inverse, weights, 1.0, 1.0, 1.0)
    plane = (inverse[0], inverse[1], inverse[2])
    bits = polygon_bits(number)
    return fill_spans(
        scratch.keys, scratch.left, scratch.right, first, last, offsets, width, plane, bits
    )
