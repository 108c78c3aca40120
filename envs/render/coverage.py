"""Which samples a convex polygon covers: its edges become one span for each row of samples.

Screen space: x to the right and y down, both in pixels, (0, 0) at the picture's upper left corner.
A pixel's samples lie in rows of their own. Row ``j`` lies at ``y = (j + 0.5) / samples``, and the
sample of pixel ``x`` in it at ``x + offset``, with one offset for each of a pixel's rows.
"""

import math

import numpy as np

from envs.compiled import inlined, kernel

# The standard pattern of four samples, the rows from top to bottom, in pixels.
OFFSETS_4 = np.array([0.625, 0.125, 0.875, 0.375], dtype=np.float32)
OFFSETS_1 = np.array([0.5], dtype=np.float32)


@inlined
def first_row_below(y, samples):
    """Return the first row of samples that lies at or below ``y`` (pixels)."""
    return math.ceil(y * np.float32(samples) - np.float32(0.5))


@kernel
def trace_edges(points, count, samples, num_rows, left, right):
    """Note where the edges of a convex polygon cross the rows of samples.

    Args:
        points: (P, 2) float32 screen space, counter-clockwise to the eye; the first ``count`` are
            used.
        count: number of corners.
        samples: samples a pixel, which is rows a pixel.
        num_rows: rows of the whole picture.
        left: (num_rows,) float32; receives the x where the polygon begins, for the returned rows.
        right: (num_rows,) float32; receives the x where it ends.

    Returns:
        The first row that the polygon touches, and one past the last.
    """
    top, bottom = points[0, 1], points[0, 1]
    for k in range(1, count):
        top = min(top, points[k, 1])
        bottom = max(bottom, points[k, 1])
    first = max(0, first_row_below(top, samples))
    last = min(num_rows, first_row_below(bottom, samples))
    if first >= last:
        return 0, 0
    for k in range(count):
        following = k + 1 if k + 1 < count else 0
        x0, y0 = points[k, 0], points[k, 1]
        x1, y1 = points[following, 0], points[following, 1]
        # Counter-clockwise edges lead down along the left side and up along the right.
        if y0 < y1:
            _trace(x0, y0, x1, y1, samples, num_rows, left)
        elif y1 < y0:
            _trace(x1, y1, x0, y0, samples, num_rows, right)
    return first, last


@kernel
def _trace(x0, y0, x1, y1, samples, num_rows, crossing):
    """Note where one edge, from (x0, y0) down to (x1, y1), crosses each row."""
    first = max(0, first_row_below(y0, samples))
    last = min(num_rows, first_row_below(y1, samples))
    slope = (x1 - x0) / (y1 - y0)
    step = slope / np.float32(samples)
    start = x0 + (np.float32(0.5) / np.float32(samples) - y0) * slope
    for j in range(first, last):
        crossing[j] = start + np.float32(j) * step


@inlined
def first_pixel(x, offset, width):
    """Return the first pixel, from 0 to ``width``, whose sample lies at or right of ``x``."""
    inside = min(max(x - offset, np.float32(0.0)), np.float32(width))
    return math.ceil(inside)
