"""The colours of pixels of one polygon: its own colour, its light, its texture."""

import numpy as np

from envs.compiled import drawing, inlined
from envs.render.sampling import sample
from envs.render.scratch import CHUNK, FLAT, INVERSE, PLANE_RED, RED, SMOOTH, TEXEL_RED, TEXTURE

_FULL, _ONE, _HALF = np.float32(255.0), np.float32(1.0), np.float32(0.5)
_BYTE = np.float32(1.0 / 255.0)


@inlined
def shade_textured(
    planes, kinds, work, work_bits, places, texels, pool, starts, sizes, last_levels,
    number, count, x, y,
):  # fmt: skip
    """Shade neighbouring pixels of one row that show one textured polygon.

    Args:
        planes: (P, 7, 3) float32, see ``envs.render.scratch``.
        kinds: (P, 3) int32.
        work: its rows RED, GREEN and BLUE receive the colours, 255 for full brightness and, where
            a colour is extrapolated beyond its polygon, unbounded.
        work_bits: the same memory as int32.
        places: (2 * 64,) int32, memory.
        texels: (4 * 64,) uint32, memory.
        pool: (P,) uint32, all texels, see ``envs.render.textures.TextureArrays``.
        starts: (T,) int64.
        sizes: (T, 2) float32.
        last_levels: (T,) int32.
        number: the polygon's.
        count: number of pixels, at most ``CHUNK``.
        x: the first pixel.
        y: the row.
    """
    place, row = np.float32(x) + _HALF, np.float32(y) + _HALF
    if kinds[number, SMOOTH]:
        _shade_smooth(work, planes, number, count, place, row)
    else:
        _shade_flat(work, planes, number, count)
    texture = kinds[number, TEXTURE]
    sample(
        pool, starts, sizes, last_levels, texture, work, work_bits, places, texels, count,
        planes, number, place, row,
    )  # fmt: skip
    _modulate(work, count)


@inlined
def colors_of_row(planes, number, channel, y):
    """Return how a polygon's colour over distance varies along a row: its change, its start.

    255 is full brightness; the start is at x = 0.
    """
    row = PLANE_RED + channel
    start = planes[number, row, 1] * y + planes[number, row, 2]
    return planes[number, row, 0] * _FULL, start * _FULL


@drawing
def _shade_flat(work, planes, number, count):
    for channel in range(3):
        color = planes[number, FLAT, channel] * _FULL
        for pixel in range(count):
            work[np.uintp((RED + channel) * CHUNK + pixel)] = color


@drawing
def _shade_smooth(work, planes, number, count, x, y):
    slope = planes[number, INVERSE, 0]
    start = planes[number, INVERSE, 1] * y + planes[number, INVERSE, 2]
    for channel in range(3):
        change, base = colors_of_row(planes, number, channel, y)
        for pixel in range(count):
            place = x + np.float32(np.int32(pixel))
            color = (base + place * change) / (start + place * slope)
            work[np.uintp((RED + channel) * CHUNK + pixel)] = color


@drawing
def _modulate(work, count):
    for channel in range(3):
        for pixel in range(count):
            texel = work[np.uintp((TEXEL_RED + channel) * CHUNK + pixel)] * _BYTE
            work[np.uintp((RED + channel) * CHUNK + pixel)] *= texel
