"""The colours of pixels of one polygon: its own colour, its light, its texture."""

import numpy as np

from envs.compiled import kernel
from envs.render.sampling import sample
from envs.render.scratch import (
    CHUNK,
    INVERSE,
    PLANE_RED,
    RED,
    TEXEL_RED,
)

_FULL, _ONE, _HALF = np.float32(255.0), np.float32(1.0), np.float32(0.5)
_BYTE = np.float32(1.0 / 255.0)


@kernel
def shade(surfaces, work, work_bits, texels, textures, number, count, x, y):
    """Shade neighbouring pixels of one row that show one polygon.

    Args:
        surfaces: see ``envs.render.scratch.Surfaces``.
        work: its rows RED, GREEN and BLUE receive the colours, 255 for full brightness and, where
            a colour is extrapolated beyond its polygon, unbounded.
        work_bits: the same memory as int32.
        texels: (4 * 64,) uint32, memory.
        textures: see ``envs.render.textures.TextureArrays``.
        number: the polygon's.
        count: number of pixels, at most ``CHUNK``.
        x: the first pixel.
        y: the row.
    """
    planes = surfaces.planes[number]
    place, row = np.float32(x) + _HALF, np.float32(y) + _HALF
    if surfaces.smooth[number]:
        _shade_smooth(work, planes, count, place, row)
    else:
        flat = surfaces.flats[number]
        _shade_flat(work, count, flat[0] * _FULL, flat[1] * _FULL, flat[2] * _FULL)
    texture = surfaces.textures[number]
    if texture >= 0:
        sample(textures, texture, work, work_bits, texels, count, planes, place, row)
        _modulate(work, count)


@kernel
def _shade_flat(work, count, red, green, blue):
    for pixel in range(count):
        work[np.uintp(RED * CHUNK + pixel)] = red
        work[np.uintp((RED + 1) * CHUNK + pixel)] = green
        work[np.uintp((RED + 2) * CHUNK + pixel)] = blue


@kernel
def _shade_smooth(work, planes, count, x, y):
    i, slope = planes[INVERSE], planes[INVERSE, 0]
    start = i[1] * y + i[2]
    for channel in range(3):
        plane = planes[PLANE_RED + channel]
        change, base = plane[0], plane[1] * y + plane[2]
        for pixel in range(count):
            place = x + np.float32(np.int32(pixel))
            distance = _ONE / (start + place * slope)
            color = (base + place * change) * distance
            work[np.uintp((RED + channel) * CHUNK + pixel)] = color * _FULL


@kernel
def _modulate(work, count):
    for channel in range(3):
        for pixel in range(count):
            texel = work[np.uintp((TEXEL_RED + channel) * CHUNK + pixel)] * _BYTE
            work[np.uintp((RED + channel) * CHUNK + pixel)] *= texel
