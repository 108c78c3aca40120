"""Read textures as Mesa does: bilinear within a mip level, and between two levels where needed.

Up to ``CHUNK`` neighbouring pixels of one row are sampled at once. Their numbers stand in rows of
one array, ``work``, see ``envs.render.scratch``: with constants between rows a compiler knows that
they do not overlap, and does several pixels at a time. Most loops also run over the pixels that
fill the last block of them; what they leave there is never read.
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
    FIRST,
    FOOTPRINT,
    HIGH,
    INVERSE,
    LANES,
    LEVEL,
    PLANE_U,
    PLANE_V,
    TEXEL_RED,
    WEIGHT_X,
    WEIGHT_Y,
    WIDE,
    U,
    V,
)
from envs.render.textures import HEIGHT, START, WIDTH

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


@inlined
def _blocks(count):
    """Return how many pixels whole blocks have that hold ``count`` pixels."""
    return (count + LANES - 1) // LANES * LANES


@inlined
def sample(
    pool, first_level, levels, texture, work, work_bits, texels, count, planes, number, x, y
):
    """Sample a texture for neighbouring pixels of one row.

    Args:
        pool: (P,) uint32, all texels, see ``envs.render.textures.TextureArrays``.
        first_level: (T + 1,) int32.
        levels: (L, 3) int64.
        texture: which texture.
        work: receives the rows TEXEL_RED, TEXEL_GREEN and TEXEL_BLUE, from 0 to 255.
        work_bits: the same memory as int32.
        texels: (4 * CHUNK,) uint32, memory.
        count: number of pixels, at most ``CHUNK``.
        planes: (P, 7, 3) float32, see ``envs.render.scratch``.
        number: the polygon's.
        x: of the first pixel's centre.
        y: of the pixels' centres.
    """
    first = np.int64(first_level[texture])
    last_level = first_level[texture + 1] - first - 1
    width, height = np.float32(levels[first, WIDTH]), np.float32(levels[first, HEIGHT])
    find_footprints(work, count, planes, number, x, y, width, height)
    blends = choose_levels(work, work_bits, count, last_level)
    look_up_levels(levels, first, work, work_bits, count)
    find_corners(work, count)
    fetch(pool, work, work_bits, texels, count)
    weigh(work, texels, count, TEXEL_RED)
    if blends:
        look_up_levels(levels, min(first + 1, first + last_level), work, work_bits, count)
        find_corners(work, count)
        fetch(pool, work, work_bits, texels, count)
        weigh(work, texels, count, COARSE_RED)
        blend(work, count)


@kernel
def find_footprints(work, count, planes, number, x, y, width, height):
    """Find where pixels lie in a texture, and how many of its texels they cover.

    Args:
        work: receives the rows U and V, texture coordinates from 0 to 1 (textures repeat), and
            FOOTPRINT, texels from pixel to pixel along the larger of the two axes.
        count: number of pixels.
        planes: (P, 7, 3) float32, see ``envs.render.scratch``.
        number: the polygon's.
        x: of the first pixel's centre.
        y: of the pixels' centres.
        width: of the texture in texels, float32.
        height: of the texture in texels, float32.
    """
    inverse_x, inverse_y = planes[number, INVERSE, 0], planes[number, INVERSE, 1]
    u_x, u_y = planes[number, PLANE_U, 0], planes[number, PLANE_U, 1]
    v_x, v_y = planes[number, PLANE_V, 0], planes[number, PLANE_V, 1]
    inverse_row = inverse_y * y + planes[number, INVERSE, 2]
    u_row = u_y * y + planes[number, PLANE_U, 2]
    v_row = v_y * y + planes[number, PLANE_V, 2]
    for pixel in range(_blocks(count)):
        place = x + np.float32(np.int32(pixel))
        distance = _ONE / (inverse_x * place + inverse_row)
        u, v = (u_x * place + u_row) * distance, (v_x * place + v_row) * distance
        across = max(abs(u_x - u * inverse_x) * width, abs(v_x - v * inverse_x) * height)
        down = max(abs(u_y - u * inverse_y) * width, abs(v_y - v * inverse_y) * height)
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

    Returns:
        Whether any pixel blends.
    """
    most = np.float32(last_level)
    for pixel in range(_blocks(count)):
        bits = work_bits[_at(FOOTPRINT, pixel)]
        level = np.float32(np.int32(np.int32(bits >> np.int32(23)) - np.int32(127)))
        mantissa = np.float32(np.int32(bits & _MANTISSA)) * _MANTISSA_SCALE
        share = max(_TWO * mantissa - _ONE, _ZERO)
        share = share if (level >= _ZERO) & (level < most) else _ZERO
        work[_at(LEVEL, pixel)] = min(max(level, _ZERO), most)
        work[_at(BLEND, pixel)] = share
    for pixel in range(count):
        if work[_at(BLEND, pixel)] > _ZERO:
            return True
    return False


@kernel
def look_up_levels(levels, first, work, work_bits, count):
    """Note the sizes of pixels' mip levels, and where they lie among all texels.

    Args:
        levels: (L, 3) int64, see ``envs.render.textures.TextureArrays``.
        first: the texture's level that ``LEVEL`` 0 stands for.
        work: has the row LEVEL; receives WIDE and HIGH, in texels.
        work_bits: the same memory as int32; receives FIRST, the level's first texel.
        count: number of pixels.
    """
    known = np.float32(-1.0)
    wide, high, start = _ZERO, _ZERO, np.int32(0)
    for pixel in range(count):
        level = work[_at(LEVEL, pixel)]
        if level != known:
            known = level
            at = np.uintp(min(first + np.int64(level), len(levels) - 1))
            wide, high = np.float32(levels[at, WIDTH]), np.float32(levels[at, HEIGHT])
            start = np.int32(levels[at, START])
        work[_at(WIDE, pixel)] = wide
        work[_at(HIGH, pixel)] = high
        work_bits[_at(FIRST, pixel)] = start


@kernel
def find_corners(work, count):
    """Find the four texels around each pixel, and how near it is to the right and upper two.

    Args:
        work: has the rows U, V, WIDE and HIGH; receives WEIGHT_X and WEIGHT_Y, from 0 to 1, and
            the texels' places in their level, CORNER_00 to CORNER_11.
        count: number of pixels.
    """
    for pixel in range(_blocks(count)):
        wide, high = work[_at(WIDE, pixel)], work[_at(HIGH, pixel)]
        across, up = work[_at(U, pixel)] * wide - _HALF, work[_at(V, pixel)] * high - _HALF
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
def fetch(pool, work, work_bits, texels, count):
    """Fetch the four texels around each pixel, row after row into ``texels``."""
    for pixel in range(count):
        start = work_bits[_at(FIRST, pixel)]
        for corner in range(4):
            place = start + np.int32(work[_at(CORNER_00 + corner, pixel)])
            texels[_at(corner, pixel)] = pool[np.uintp(place)]


@kernel
def weigh(work, texels, count, row):
    """Write the bilinear mean of four texels into three rows from ``row``, from 0 to 255."""
    for pixel in range(_blocks(count)):
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
def blend(work, count):
    """Blend what was read from a level with what was read from the next smaller one."""
    for channel in range(3):
        for pixel in range(_blocks(count)):
            share = work[_at(BLEND, pixel)]
            fine = work[_at(TEXEL_RED + channel, pixel)]
            coarse = work[_at(COARSE_RED + channel, pixel)]
            work[_at(TEXEL_RED + channel, pixel)] = fine + (coarse - fine) * share
