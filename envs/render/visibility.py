"""The visibility buffer: which polygon is nearest at every sample, as one number.

A key is a uint32. Its upper half is the nearness, MiniWorld's 16-bit depth counted from the far
plane, and its lower half tells polygons apart: the one drawn first has the largest number, so that
of two polygons at the same depth the first stays, as OpenGL has it (GL_LESS). Drawing is then
``key = max(key, new)``, which a CPU does for many samples at once. The sky is polygon 0, as far
away as can be: whatever is beyond the far plane is hidden by it.
"""

import numpy as np

from envs.compiled import inlined, kernel
from envs.render.coverage import first_pixel

NEAR, FAR = 0.04, 100.0  # metres, MiniWorld's planes
MOST_POLYGONS = 65_535  # in one picture, besides the sky
SKY = np.uint32(0xFFFF)  # the key of a sample that no polygon covers
LANES = 16  # samples that are filled at once; rows of keys are a multiple of it long

_STEPS = 65_535.0  # of a 16-bit depth buffer
# Depth in the buffer is FAR / (FAR - NEAR) * (1 - NEAR / distance), in steps.
NEARNESS_SCALE = np.float32(_STEPS * FAR * NEAR / (FAR - NEAR))
NEARNESS_BIAS = np.float32(-_STEPS * NEAR / (FAR - NEAR))
_HALF, _NOTHING = np.float32(0.5), np.float32(0.0)
_UPPER = np.uint32(16)


@inlined
def polygon_bits(number):
    """Return the lower half of the keys of polygon ``number``, from 1; 0 is the sky."""
    return np.uint32(0xFFFF - number)


@inlined
def polygon_number(key):
    """Return the number of the polygon that a key belongs to."""
    return 0xFFFF - np.int64(key & np.uint32(0xFFFF))


@kernel
def fill_spans(keys, left, right, first, last, offsets, width, plane, bits):
    """Draw a polygon's spans into the keys.

    Args:
        keys: (rows, W') uint32, W' the width rounded up to a multiple of ``LANES``.
        left: (rows,) float32, where spans begin, in pixels.
        right: (rows,) float32, where they end.
        first: first row.
        last: one past the last row.
        offsets: (samples,) float32, the samples' x within a pixel, row by row.
        width: of the picture in pixels.
        plane: three float32: 1 / distance = plane[0] x + plane[1] y + plane[2] in screen space.
        bits: the lower half of the polygon's keys.

    Returns:
        Whether any sample was covered, hidden or not.
    """
    samples = len(offsets)
    covered = False
    for j in range(first, last):
        offset = offsets[j % samples]
        begin = first_pixel(left[j], offset, width)
        end = first_pixel(right[j], offset, width)
        if begin < end:
            covered = True
            y = (np.float32(j) + _HALF) / np.float32(samples)
            inverse = plane[0] * offset + plane[1] * y + plane[2]
            fill_span(keys[j], begin, end, inverse, plane[0], bits)
    return covered


@kernel
def fill_span(row, begin, end, inverse, step, bits):
    """Draw one span of a polygon into a row of keys.

    Args:
        row: (W',) uint32 keys.
        begin: first pixel.
        end: one past the last pixel.
        inverse: 1 / distance at pixel 0, in 1 / metres.
        step: its change from pixel to pixel.
        bits: the lower half of the polygon's keys.
    """
    low, high = np.float32(begin), np.float32(end)
    start = inverse * NEARNESS_SCALE + (NEARNESS_BIAS + _HALF)
    slope = step * NEARNESS_SCALE
    # Whole blocks: a CPU does the samples outside the span in passing, and they lose to the sky.
    for x in range(begin // LANES * LANES, (end + LANES - 1) // LANES * LANES):
        place = np.float32(np.int32(x))
        steps = max(start + place * slope, _NOTHING)
        steps = steps if (place >= low) & (place < high) else _NOTHING
        key = np.uint32(np.uint32(np.uint32(np.int32(steps)) << _UPPER) | bits)
        lane = np.uintp(x)
        old = row[lane]
        row[lane] = key if key > old else old
