"""Read textures as Mesa does: bilinear within a mip level, and between two levels where needed.

Up to ``CHUNK`` neighbouring pixels of one row are sampled at once. Their numbers stand in rows of
one array, ``work``, see ``envs.render.scratch``: with constants between rows a compiler knows that
they do not overlap, and does several pixels at a time.
"""

import math

import numpy as np

from envs.compiled import inlined, kernel
from envs.render.scratch import (
    BLEND,
    CHUNK,
    COARSE_RED,
    CORNER_00,
    CORNER_01,
    CORNER_10,
    CORNER_11,
    DISTANCE,
    FOOTPRINT,
    LEVEL,
    TEXEL_RED,
    WEIGHT_X,
    WEIGHT_Y,
    U,
    V,
)

_HALF, _ONE, _TWO, _ZERO = (np.float32(value) for value in (0.5, 1.0, 2.0, 0.0))
# Mesa blends two levels over half of the way between them only; this makes the other half lie
# around each level.
_BRILINEAR = np.float32(3.5 / (2.0 * math.sqrt(2.0)))
_MANTISSA = np.int32(0x7FFFFF)
_MANTISSA_SCALE = np.float32(2.0**-23)
_BYTE, _RED, _GREEN, _BLUE = np.uint32(255), np.uint32(0), np.uint32(8), np.uint32(16)


@inlined
def _at(row, pixel):
    return np.uintp(row * CHUNK + pixel)


@kernel
def find_footprints(work, count, u_plane, v_plane, inverse, x, y, width, height):
    """Find where pixels lie in a texture, and how many of its texels they cover.

    Args:
        work: receives the rows U and V, texture coordinates from 0 to 1 (textures repeat), and
            FOOTPRINT, texels from pixel to pixel along the larger of the two axes.
        count: number of pixels.
        u_plane: three float32, the first texture coordinate over distance.
        v_plane: three float32, the second one.
        inverse: three float32, 1 / distance.
        x: of the first pixel's centre.
        y: of the pixels' centres.
        width: of the texture in texels, float32.
        height: of the texture in texels, float32.
    """
    for pixel in range(count):
        place = x + np.float32(np.int32(pixel))
        distance = _ONE / (inverse[0] * place + inverse[1] * y + inverse[2])
        u = (u_plane[0] * place + u_plane[1] * y + u_plane[2]) * distance
        v = (v_plane[0] * place + v_plane[1] * y + v_plane[2]) * distance
        across = max(
            abs(u_plane[0] - u * inverse[0]) * width, abs(v_plane[0] - v * inverse[0]) * height
        )
        down = max(
            abs(u_plane[1] - u * inverse[1]) * width, abs(v_plane[1] - v * inverse[1]) * height
        )
        work[_at(DISTANCE, pixel)] = distance
        work[_at(U, pixel)] = u - np.float32(math.floor(u))
        work[_at(V, pixel)] = v - np.float32(math.floor(v))
        work[_at(FOOTPRINT, pixel)] = max(across, down) * distance * _BRILINEAR


@kernel
def choose_levels(work, work_bits, count, last_level):
    """Choose mip levels: the exponent of the footprint, and how far to blend into the next.

    Args:
        work: has the row FOOTPRINT; receives LEVEL and BLEND, from 0 to 1.
        work_bits: the same memory as int32.
        count: number of pixels.
        last_level: the texture's smallest level.
    """
    most = np.float32(last_level)
    for pixel in range(count):
        bits = work_bits[_at(FOOTPRINT, pixel)]
        level = np.float32(np.int32(np.int32(bits >> np.int32(23)) - np.int32(127)))
        mantissa = np.float32(np.int32(bits & _MANTISSA)) * _MANTISSA_SCALE
        blend = max(_TWO * mantissa - _ONE, _ZERO)
        blend = blend if (level >= _ZERO) & (level < most) else _ZERO
        work[_at(LEVEL, pixel)] = min(max(level, _ZERO), most)
        work[_at(BLEND, pixel)] = blend


@kernel
def sample(textures, texture, work, work_bits, texels, count, planes, x, y):
    """Sample a texture for neighbouring pixels of one row.

    Args:
        textures: see ``envs.render.textures.TextureArrays``.
        texture: which texture.
        work: receives the rows TEXEL_RED, TEXEL_GREEN and TEXEL_BLUE, from 0 to 255, and DISTANCE.
        work_bits: the same memory as int32.
        texels: (4 * CHUNK,) uint32, memory.
        count: number of pixels, at most ``CHUNK``.
        planes: (6, 3) float32 of the polygon, see ``envs.render.scratch``.
        x: of the first pixel's centre.
        y: of the pixels' centres.
    """
    first = textures.first_level[texture]
    last_level = textures.first_level[texture + 1] - first - 1
    inverse = (planes[0, 0], planes[0, 1], planes[0, 2])
    u_plane = (planes[4, 0], planes[4, 1], planes[4, 2])
    v_plane = (planes[5, 0], planes[5, 1], planes[5, 2])
    width, height = np.float32(textures.width[first]), np.float32(textures.height[first])
    find_footprints(work, count, u_plane, v_plane, inverse, x, y, width, height)
    choose_levels(work, work_bits, count, last_level)
    begin = 0
    while begin < count:
        level = work[_at(LEVEL, begin)]
        end, blends = begin, False
        while end < count and work[_at(LEVEL, end)] == level:
            blends |= work[_at(BLEND, end)] > _ZERO
            end += 1
        number = first + np.int64(level)
        read_level(textures, number, work, texels, begin, end, TEXEL_RED)
        if blends:
            read_level(textures, number + 1, work, texels, begin, end, COARSE_RED)
            _blend(work, begin, end)
        begin = end


@kernel
def read_level(textures, level, work, texels, begin, end, row):
    """Read one mip level bilinearly for the pixels from ``begin`` to ``end``.

    Args:
        textures: see ``envs.render.textures.TextureArrays``.
        level: its number among all levels of all textures.
        work: has the rows U and V; receives three rows of colours from 0 to 255.
        texels: (4 * CHUNK,) uint32, memory.
        begin: first pixel.
        end: one past the last pixel.
        row: the first of the three rows.
    """
    _find_corners(work, begin, end, textures.width[level], textures.height[level])
    _fetch(textures.texels, textures.start[level], work, texels, begin, end)
    _weigh(work, texels, begin, end, row)


@kernel
def _find_corners(work, begin, end, width, height):
    """Find the four texels around each pixel, and how near it is to the upper two, right two."""
    wide, high = np.float32(width), np.float32(height)
    for pixel in range(begin, end):
        across = work[_at(U, pixel)] * wide - _HALF
        up = work[_at(V, pixel)] * high - _HALF
        left, low = np.float32(math.floor(across)), np.float32(math.floor(up))
        work[_at(WEIGHT_X, pixel)] = across - left
        work[_at(WEIGHT_Y, pixel)] = up - low
        right, top = left + _ONE, low + _ONE
        left = left + wide if left < _ZERO else left
        low = low + high if low < _ZERO else low
        right = _ZERO if right >= wide else right
        top = _ZERO if top >= high else top
        work[_at(CORNER_00, pixel)] = low * wide + left
        work[_at(CORNER_10, pixel)] = low * wide + right
        work[_at(CORNER_01, pixel)] = top * wide + left
        work[_at(CORNER_11, pixel)] = top * wide + right


@kernel
def _fetch(pool, start, work, texels, begin, end):
    for pixel in range(begin, end):
        for corner in range(4):
            place = np.int32(work[_at(CORNER_00 + corner, pixel)])
            texels[_at(corner, pixel)] = pool[np.uintp(start + place)]


@kernel
def _weigh(work, texels, begin, end, row):
    for pixel in range(begin, end):
        x, y = work[_at(WEIGHT_X, pixel)], work[_at(WEIGHT_Y, pixel)]
        t00, t10 = texels[_at(0, pixel)], texels[_at(1, pixel)]
        t01, t11 = texels[_at(2, pixel)], texels[_at(3, pixel)]
        work[_at(row, pixel)] = _mean(t00, t10, t01, t11, _RED, x, y)
        work[_at(row + 1, pixel)] = _mean(t00, t10, t01, t11, _GREEN, x, y)
        work[_at(row + 2, pixel)] = _mean(t00, t10, t01, t11, _BLUE, x, y)


@inlined
def _mean(t00, t10, t01, t11, shift, x, y):
    """Return the bilinear mean of one channel of four texels, from 0 to 255."""
    c00 = np.float32(np.int32(np.uint32(np.uint32(t00 >> shift) & _BYTE)))
    c10 = np.float32(np.int32(np.uint32(np.uint32(t10 >> shift) & _BYTE)))
    c01 = np.float32(np.int32(np.uint32(np.uint32(t01 >> shift) & _BYTE)))
    c11 = np.float32(np.int32(np.uint32(np.uint32(t11 >> shift) & _BYTE)))
    low = c00 + (c10 - c00) * x
    top = c01 + (c11 - c01) * x
    return low + (top - low) * y


@kernel
def _blend(work, begin, end):
    for channel in range(3):
        for pixel in range(begin, end):
            share = work[_at(BLEND, pixel)]
            fine = work[_at(TEXEL_RED + channel, pixel)]
            coarse = work[_at(COARSE_RED + channel, pixel)]
            work[_at(TEXEL_RED + channel, pixel)] = fine + (coarse - fine) * share
