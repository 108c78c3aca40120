"""Read textures as Mesa does: bilinear within a mip level, and between two levels where needed.

Up to ``CHUNK`` neighbouring pixels of one row are sampled at once. Their numbers stand in rows of
one array, ``work``, see ``envs.render.scratch``: with constants between rows a compiler knows that
they do not overlap, and does several pixels at a time. Most loops also run over the pixels that
fill the last block of them; what they leave there is never read.
"""

import math

import numpy as np

from envs.compiled import drawing, inlined
from envs.render.scratch import (
    BLEND,
    CHUNK,
    COARSE_RED,
    FOOTPRINT,
    INVERSE,
    LANES,
    LEVEL,
    PLANE_U,
    PLANE_V,
    SCALE,
    TEXEL_RED,
    WEIGHT_X,
    WEIGHT_Y,
    U,
    V,
)
from envs.render.textures import FOUR, FOUR_THIRDS, SPARE

_HALF, _ONE, _TWO, _ZERO = (np.float32(value) for value in (0.5, 1.0, 2.0, 0.0))
# The parts of a float32: 23 bits after the leading 1, and before them the exponent plus 127. Less
# the bits of 1, it is the number's logarithm, exactly so at powers of two, as Mesa takes it. Half
# of a square's is a length's, with 24 bits after the point.
_EXPONENT, _BIAS, _NONE = (np.int32(value) for value in (23, 127, 0))
_ONE_BITS, _POINT, _FRACTION = (np.int32(value) for value in (127 << 23, 24, 0xFFFFFF))
_FRACTION_SCALE = np.float32(2.0**-24)
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
    pool, starts, sizes, last_levels, texture, work, work_bits, places, texels, count, planes,
    number, x, y,
):  # fmt: skip
    """Sample a texture for neighbouring pixels of one row.

    Args:
        pool: (P,) uint32, all texels, see ``envs.render.textures.TextureArrays``.
        starts: (T,) int64.
        sizes: (T, 2) float32.
        last_levels: (T,) int32.
        texture: which texture.
        work: receives the rows TEXEL_RED, TEXEL_GREEN and TEXEL_BLUE, from 0 to 255.
        work_bits: the same memory as int32.
        places: (2 * CHUNK,) int32, memory.
        texels: (4 * CHUNK,) uint32, memory.
        count: number of pixels, at most ``CHUNK``.
        planes: (P, 7, 3) float32, see ``envs.render.scratch``.
        number: the polygon's.
        x: of the first pixel's centre.
        y: of the pixels' centres.
    """
    width, height = sizes[texture, 0], sizes[texture, 1]
    last_level = last_levels[texture]
    start = starts[texture]
    find_footprints(work, count, planes, number, x, y, width, height)
    choose_levels(work, work_bits, count, last_level)
    find_corners(work, places, 0, count, _ZERO, width, height)
    fetch(pool, start, places, texels, 0, count)
    weigh(work, texels, 0, count, TEXEL_RED)
    begin, end = blended(work, count)
    if begin < end:
        find_corners(work, places, begin, end, _ONE, width, height)
        fetch(pool, start, places, texels, begin, end)
        weigh(work, texels, begin, end, COARSE_RED)
        blend(work, begin, end)


@drawing
def find_footprints(work, count, planes, number, x, y, width, height):
    """Find where pixels lie in a texture, and how many of its texels they cover.

    Args:
        work: receives the rows U and V, texture coordinates from 0 to 1 (textures repeat), and
            FOOTPRINT, squared texels from pixel to pixel, to the right or down, whichever is more.
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
        u_across, v_across = (u_x - u * inverse_x) * width, (v_x - v * inverse_x) * height
        u_down, v_down = (u_y - u * inverse_y) * width, (v_y - v * inverse_y) * height
        across = u_across * u_across + v_across * v_across
        down = u_down * u_down + v_down * v_down
        u, v = u - np.float32(math.floor(u)), v - np.float32(math.floor(v))
        # Beside the polygon its plane may pass behind the camera, where these are no numbers.
        work[_at(U, pixel)] = u if (u >= _ZERO) & (u <= _ONE) else _ZERO
        work[_at(V, pixel)] = v if (v >= _ZERO) & (v <= _ONE) else _ZERO
        work[_at(FOOTPRINT, pixel)] = max(across, down) * distance * distance


@drawing
def choose_levels(work, work_bits, count, last_level):
    """Choose mip levels: half of the footprint's logarithm, and how far to blend into the next.

    Args:
        work: has the row FOOTPRINT; receives LEVEL, BLEND, from 0 to 1, and SCALE, by which the
            level is smaller than the texture along each side.
        work_bits: the same memory as int32.
        count: number of pixels.
        last_level: the texture's smallest level, int32.
    """
    for pixel in range(_blocks(count)):
        detail = np.int32(work_bits[_at(FOOTPRINT, pixel)] - _ONE_BITS)
        level = np.int32(detail >> _POINT)
        share = np.float32(np.int32(detail & _FRACTION)) * _FRACTION_SCALE
        share = share if (level >= _NONE) & (level < last_level) else _ZERO
        work[_at(LEVEL, pixel)] = np.float32(min(max(level, _NONE), last_level))
        work[_at(BLEND, pixel)] = share
    for pixel in range(_blocks(count)):  # apart, because it writes the memory in another form
        detail = np.int32(work_bits[_at(FOOTPRINT, pixel)] - _ONE_BITS)
        level = min(max(np.int32(detail >> _POINT), _NONE), last_level)
        work_bits[_at(SCALE, pixel)] = np.int32(np.int32(_BIAS - level) << _EXPONENT)


@inlined
def blended(work, count):
    """Return the first pixel that blends two levels, and one past the last."""
    begin, end = 0, count
    while begin < count and work[_at(BLEND, begin)] == _ZERO:
        begin += 1
    while end > begin and work[_at(BLEND, end - 1)] == _ZERO:
        end -= 1
    return begin, end


@drawing
def find_corners(work, places, begin, end, coarser, width, height):
    """Find the four texels around each pixel, and how near it is to the right and upper two.

    Args:
        work: has the rows U, V, LEVEL and SCALE; receives WEIGHT_X and WEIGHT_Y, from 0 to 1.
        places: (2 * CHUNK,) int32; receives two rows: the place of the lower left texel, counted
            from the texture's first texel, and how many texels further the one above it lies.
        begin: first pixel.
        end: one past the last pixel.
        coarser: how many levels to go beyond LEVEL, 0 or 1, float32.
        width: of the texture in texels, float32.
        height: of the texture in texels, float32.
    """
    area, edge = width * height * FOUR_THIRDS, (width + height) * FOUR
    smaller = _HALF if coarser > _ZERO else _ONE
    for pixel in range(begin // LANES * LANES, _blocks(end)):
        scale = work[_at(SCALE, pixel)] * smaller
        wide = max(np.float32(math.floor(width * scale)), _ONE)
        high = max(np.float32(math.floor(height * scale)), _ONE)
        across, up = work[_at(U, pixel)] * wide - _HALF, work[_at(V, pixel)] * high - _HALF
        left, low = np.float32(math.floor(across)), np.float32(math.floor(up))
        work[_at(WEIGHT_X, pixel)] = across - left
        work[_at(WEIGHT_Y, pixel)] = up - low
        # As level_starts has it; levels have one texel more on each side.
        inner = np.float32(math.ceil((_ONE - scale * scale) * area))
        border = np.float32(math.ceil((_ONE - scale) * edge))
        start = inner + border + (work[_at(LEVEL, pixel)] + coarser) * SPARE
        stride = wide + _TWO
        places[_at(0, pixel)] = np.int32(start + (low + _ONE) * stride + left + _ONE)
        places[_at(1, pixel)] = np.int32(stride)


@drawing
def fetch(pool, start, places, texels, begin, end):
    """Fetch the four texels around each pixel.

    Args:
        pool: (P,) uint32, see ``envs.render.textures.TextureArrays``.
        start: of the texture in it.
        places: see :func:`find_corners`.
        texels: (4 * CHUNK,) uint32; receives rows of lower left, lower right, upper left and upper
            right texels.
        begin: first pixel.
        end: one past the last pixel.
    """
    for pixel in range(begin, end):
        lower = start + places[_at(0, pixel)]
        upper = lower + places[_at(1, pixel)]
        texels[_at(0, pixel)] = pool[np.uintp(lower)]
        texels[_at(1, pixel)] = pool[np.uintp(lower + 1)]
        texels[_at(2, pixel)] = pool[np.uintp(upper)]
        texels[_at(3, pixel)] = pool[np.uintp(upper + 1)]


@drawing
def weigh(work, texels, begin, end, row):
    """Write the bilinear mean of four texels into three rows from ``row``, from 0 to 255.

    Args:
        work: has the rows WEIGHT_X and WEIGHT_Y; receives three rows.
        texels: see :func:`fetch`.
        begin: first pixel.
        end: one past the last pixel.
        row: the first of the three rows.
    """
    for pixel in range(begin // LANES * LANES, _blocks(end)):
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


@drawing
def blend(work, begin, end):
    """Blend what was read from a level with what was read from the next smaller one."""
    for channel in range(3):
        for pixel in range(begin // LANES * LANES, _blocks(end)):
            share = work[_at(BLEND, pixel)]
            fine = work[_at(TEXEL_RED + channel, pixel)]
            coarse = work[_at(COARSE_RED + channel, pixel)]
            work[_at(TEXEL_RED + channel, pixel)] = fine + (coarse - fine) * share
