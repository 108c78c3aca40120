"""The colours of pixels of one polygon: its own colour, its light, its texture."""

import numpy as np

from darla_envs.kernels.compiled import drawing, inlined, long_vectors
from darla_envs.render.sampling import sample
from darla_envs.render.scratch import CHUNK, FLAT, INVERSE, PLANE_RED, RED, SMOOTH, TEXTURE

_FULL, _HALF = np.float32(255.0), np.float32(0.5)


@inlined
def shade_textured(
    planes: np.ndarray, kinds: np.ndarray, work: np.ndarray, places: np.ndarray, texels: np.ndarray,
    pairs: np.ndarray, pool: np.ndarray, starts: np.ndarray, sizes: np.ndarray,
    last_levels: np.ndarray, number: np.int32, count: int, x: int, y: int,
) -> None:  # fmt: skip
    """Shade neighbouring pixels of one row that show one textured polygon.

    The rows RED, GREEN and BLUE of ``work`` receive the colours, 255 for full brightness and, where
    a colour is extrapolated beyond its polygon, unbounded. ``x`` is the first pixel, ``y`` the row.
    """
    place, row = np.float32(x) + _HALF, np.float32(y) + _HALF
    if kinds[number, SMOOTH]:
        _shade_smooth(work, planes, number, count, place, row)
    else:
        _shade_flat(work, planes, number, count)
    texture = kinds[number, TEXTURE]
    sample(
        pool, starts, sizes, last_levels, texture, work, places, texels, pairs, count, planes,
        number, place, row,
    )  # fmt: skip


@inlined
def colors_of_row(
    planes: np.ndarray, number: np.int32, channel: int, y: np.float32
) -> tuple[np.float32, np.float32]:
    """Return how a polygon's colour over distance varies along a row: its change, its start.

    255 is full brightness; the start is at x = 0.
    """
    row = PLANE_RED + channel
    start = planes[number, row, 1] * y + planes[number, row, 2]
    return planes[number, row, 0] * _FULL, start * _FULL


@drawing
def _shade_flat(work: np.ndarray, planes: np.ndarray, number: np.int32, count: int) -> None:
    """Give neighbouring pixels a polygon's one colour."""
    long_vectors()
    for channel in range(3):
        color = planes[number, FLAT, channel] * _FULL
        for pixel in range(count):
            work[np.uintp((RED + channel) * CHUNK + pixel)] = color


@drawing
def _shade_smooth(
    work: np.ndarray, planes: np.ndarray, number: np.int32, count: int, x: np.float32, y: np.float32
) -> None:
    """Give neighbouring pixels the colours that vary over a polygon."""
    long_vectors()
    slope = planes[number, INVERSE, 0]
    start = planes[number, INVERSE, 1] * y + planes[number, INVERSE, 2]
    for channel in range(3):
        change, base = colors_of_row(planes, number, channel, y)
        for pixel in range(count):
            place = x + np.float32(np.int32(pixel))
            color = (base + place * change) / (start + place * slope)
            work[np.uintp((RED + channel) * CHUNK + pixel)] = color
