"""Which samples a convex polygon covers: its edges become one span for each row of samples.

Screen space: x to the right and y down, both in pixels, (0, 0) at the picture's upper left corner.
A pixel's samples lie in rows of their own. Row ``j`` lies at ``y = (j + 0.5) / samples``, and the
sample of pixel ``x`` in it at ``x + offset``, with one offset for each of a pixel's rows.
"""

import math

import numpy as np

from darla_envs.kernels.compiled import drawing, inlined, long_vectors

# The standard pattern of four samples, the rows from top to bottom, in pixels.
_FOUR = np.array([0.625, 0.125, 0.875, 0.375], dtype=np.float32)
_ONE = np.array([0.5], dtype=np.float32)

BEGIN, END = 0, 1
_HALF, _ZERO, _ONE_F = np.float32(0.5), np.float32(0.0), np.float32(1.0)


def sample_offsets(samples: int, height: int) -> np.ndarray:
    """Return where samples lie within their pixels, (height * samples,) float32, row by row."""
    return np.tile(_FOUR if samples == 4 else _ONE, height)


@inlined
def first_row_below(y: np.float32, samples: int) -> int:
    """Return the first row of samples that lies at or below ``y`` (pixels)."""
    return math.ceil(y * np.float32(samples) - _HALF)


@drawing
def trace_edges(
    corners: np.ndarray, count: int, samples: int, offsets: np.ndarray, width: int,
    spans: np.ndarray,
) -> tuple[int, int]:  # fmt: skip
    """Find which pixels' samples a convex polygon covers in each row of samples.

    ``corners`` are all before the camera, and counter-clockwise to the eye. Return the first row
    that the polygon touches, and one past the last; for these ``spans`` receives the first pixel
    covered and one past the last.
    """
    rows = len(offsets)
    top, bottom = rows, 0
    inverse = _ONE_F / corners[count - 1, 2]
    x0, y0 = corners[count - 1, 0] * inverse, corners[count - 1, 1] * inverse
    for k in range(count):
        inverse = _ONE_F / corners[k, 2]
        x1, y1 = corners[k, 0] * inverse, corners[k, 1] * inverse
        # Counter-clockwise edges lead down along the left side and up along the right.
        if y0 < y1:
            first, last = trace_edge(x0, y0, x1, y1, samples, offsets, width, spans, BEGIN)
            top, bottom = min(top, first), max(bottom, last)
        elif y1 < y0:
            trace_edge(x1, y1, x0, y0, samples, offsets, width, spans, END)
        x0, y0 = x1, y1
    return top, bottom


@drawing
def trace_edge(
    x0: np.float32, y0: np.float32, x1: np.float32, y1: np.float32, samples: int,
    offsets: np.ndarray, width: int, spans: np.ndarray, side: int,
) -> tuple[int, int]:  # fmt: skip
    """Note for each row between (x0, y0) and (x1, y1), below it, the first pixel right of it.

    A pixel counts as right of the edge when its sample is; those beyond the picture count as its
    ends. Return the first row below the upper end, and the first below the lower end.
    """
    long_vectors()
    rows = len(offsets)
    first = min(rows, max(0, first_row_below(y0, samples)))
    last = min(rows, max(0, first_row_below(y1, samples)))
    slope = (x1 - x0) / (y1 - y0)
    step = slope / np.float32(samples)
    start = x0 + (_HALF / np.float32(samples) - y0) * slope
    most = np.float32(width)
    for j in range(first, last):
        row = np.uintp(j)
        pixel = np.ceil(start + np.float32(np.int32(j)) * step - offsets[row])
        spans[side, row] = np.int32(min(max(pixel, _ZERO), most))
    return first, last
