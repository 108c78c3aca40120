"""The visibility buffer: which polygon is nearest at every sample, as one number.

A key is a uint32. Its upper half is the nearness, MiniWorld's 16-bit depth counted from the far
plane, and its lower half tells polygons apart: the one drawn first has the largest number, so that
of two polygons at the same depth the first stays, as OpenGL has it (GL_LESS). Drawing is then
``key = max(key, new)``, which a CPU does for many samples at once. The sky is polygon 0, as far
away as can be: whatever is beyond the far plane is hidden by it.
"""

import numpy as np

from darla_envs.kernels.compiled import drawing, inlined, long_vectors
from darla_envs.render.coverage import BEGIN, END
from darla_envs.render.scratch import LANES

NEAR, FAR = 0.04, 100.0  # metres, MiniWorld's planes
SKY = np.uint32(0xFFFF)  # the key of a sample that no polygon covers

_STEPS = 65_535.0  # of a 16-bit depth buffer
# Depth in the buffer is FAR / (FAR - NEAR) * (1 - NEAR / distance), in steps.
NEARNESS_SCALE = np.float32(_STEPS * FAR * NEAR / (FAR - NEAR))
NEARNESS_BIAS = np.float32(-_STEPS * NEAR / (FAR - NEAR))
_HALF, _NOTHING = np.float32(0.5), np.float32(0.0)
_UPPER = np.uint32(16)


@inlined
def polygon_bits(number: int | np.int32) -> np.uint32:
    """Return the lower half of the keys of polygon ``number``, from 1; 0 is the sky."""
    return np.uint32(0xFFFF - number)


@inlined
def polygon_number(key: np.uint32) -> np.int64:
    """Return the number of the polygon that a key belongs to."""
    return 0xFFFF - np.int64(key & np.uint32(0xFFFF))


@drawing
def fill_spans(
    keys: np.ndarray, spans: np.ndarray, first: int, last: int, offsets: np.ndarray, samples: int,
    x_step: np.float32, y_step: np.float32, at_origin: np.float32, bits: np.uint32,
) -> bool:  # fmt: skip
    """Draw a polygon's spans into the keys, from row ``first`` to before ``last``.

    1 / distance (1 / metres) is ``at_origin`` at the picture's upper left corner, and changes by
    ``x_step`` and ``y_step`` a pixel. Return whether any sample was covered, hidden or not.
    """
    long_vectors()
    covered = False
    slope = x_step * NEARNESS_SCALE
    row_slope = y_step * NEARNESS_SCALE / np.float32(samples)
    origin = at_origin * NEARNESS_SCALE + (NEARNESS_BIAS + _HALF) + row_slope * _HALF
    for j in range(first, last):
        begin, end = spans[BEGIN, np.uintp(j)], spans[END, np.uintp(j)]
        if begin < end:
            covered = True
            start = origin + np.float32(np.int32(j)) * row_slope + offsets[np.uintp(j)] * slope
            fill_span(keys, j, begin, end, start, slope, bits)
    return covered


@inlined
def fill_span(
    keys: np.ndarray, row: int, begin: int, end: int, start: np.float32, slope: np.float32,
    bits: np.uint32,
) -> None:  # fmt: skip
    """Draw one span of a polygon into a row of keys.

    The nearness is ``start`` at pixel 0, in steps and rounded down from there, and changes by
    ``slope`` a pixel.
    """
    low, high = np.float32(begin), np.float32(end)
    # Whole blocks: a CPU does the samples outside the span in passing, and they lose to the sky.
    for x in range(begin // LANES * LANES, (end + LANES - 1) // LANES * LANES):
        place = np.float32(np.int32(x))
        steps = max(start + place * slope, _NOTHING)
        steps = steps if (place >= low) & (place < high) else _NOTHING
        key = np.uint32(np.uint32(np.uint32(np.int32(steps)) << _UPPER) | bits)
        old = keys[np.uintp(row), np.uintp(x)]
        keys[np.uintp(row), np.uintp(x)] = key if key > old else old
