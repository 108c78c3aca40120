"""Read textures as Mesa does: bilinear within each of two mip levels, and blended between them.

Up to ``CHUNK`` neighbouring pixels of one row are sampled at once. Their numbers stand in rows of
one array, ``work``, see ``darla_envs.render.scratch``: with constants between rows a compiler knows
that they do not overlap, and does several pixels at a time. Most loops also run over the pixels
that fill the last block of them; what they leave there is never read.
"""

import numpy as np

from darla_envs.kernels.compiled import drawing, inlined, long_vectors
from darla_envs.render.scratch import (
    BLEND,
    CHUNK,
    COARSE_X,
    COARSE_Y,
    FINE_X,
    FINE_Y,
    FOOTPRINT,
    INVERSE,
    LANES,
    LEVEL,
    PLANE_U,
    PLANE_V,
    RED,
    SCALE,
    U,
    V,
)
from darla_envs.render.textures import BLUE_BITS, BORDER, GREEN_BITS, RED_BITS, SPARE_ROWS

_HALF, _ONE, _BORDER, _ZERO = (np.float32(value) for value in (0.5, 1.0, BORDER, 0.0))
# The parts of a float32: 23 bits after the leading 1, and before them the exponent plus 127. Less
# the bits of 1, it is the number's logarithm, exactly so at powers of two, as Mesa takes it. Half
# of a square's is a length's, with 24 bits after the point.
_EXPONENT, _BIAS, _NONE = (np.int32(value) for value in (23, 127, 0))
_ONE_BITS, _POINT, _FRACTION = (np.int32(value) for value in (127 << 23, 24, 0xFFFFFF))
_FRACTION_SCALE = np.float32(2.0**-24)
# Before a channel's bits, the exponent of 1 makes 1 + channel / 256 of them.
_CHANNEL, _ONE_BEFORE = np.uint32(0xFF << RED_BITS), np.uint32(127 << 23)
_GREEN_LEFT, _BLUE_RIGHT = np.uint32(RED_BITS - GREEN_BITS), np.uint32(BLUE_BITS - RED_BITS)
_FULL = np.float32(256.0 / 255.0)
_UPPER, _FINE, _COARSE = np.uint64(32), 0, 1


@inlined
def _at(row: int, pixel: int) -> np.uintp:
    """Return where the number of a pixel stands that is in this row of ``work``."""
    return np.uintp(row * CHUNK + pixel)


@inlined
def _corner(coarser: int, pixel: int, corner: int) -> np.uintp:
    """Return where one of the four texels around a pixel stands, of the finer or coarser level."""
    return np.uintp(4 * (coarser * CHUNK + pixel) + corner)


@inlined
def _blocks(count: int) -> int:
    """Return how many pixels whole blocks have that hold ``count`` pixels."""
    return (count + LANES - 1) // LANES * LANES


@inlined
def sample(
    pool: np.ndarray, starts: np.ndarray, sizes: np.ndarray, last_levels: np.ndarray, texture: int,
    work: np.ndarray, places: np.ndarray, texels: np.ndarray, pairs: np.ndarray, count: int,
    planes: np.ndarray, number: np.int32, x: np.float32, y: np.float32,
) -> None:  # fmt: skip
    """Multiply the colours of neighbouring pixels of one row by those of a texture.

    The rows RED, GREEN and BLUE are multiplied by 0 to 1; x and y are of the first pixel's centre.
    """
    width, height = sizes[texture, 0], sizes[texture, 1]
    find_footprints(work, count, planes, number, x, y, width, height)
    choose_levels(work, count, last_levels[texture])
    find_corners(work, places, count, width, height, _FINE, _ONE, FINE_X, FINE_Y)
    find_corners(work, places, count, width, height, _COARSE, _HALF, COARSE_X, COARSE_Y)
    fetch(pool, starts[texture], np.int64(width) + BORDER, places, pairs, count)
    modulate(work, texels, count)


@drawing
def find_footprints(
    work: np.ndarray, count: int, planes: np.ndarray, number: np.int32, x: np.float32,
    y: np.float32, width: np.float32, height: np.float32,
) -> None:  # fmt: skip
    """Find where pixels lie in a texture of this size in texels, and how many of them they cover.

    ``work`` receives the rows U and V, texture coordinates from 0 to 1 (textures repeat), and
    FOOTPRINT, squared texels from pixel to pixel, to the right or down, whichever is more.
    """
    long_vectors()
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
        u, v = u - np.floor(u), v - np.floor(v)
        # Beside the polygon its plane may pass behind the camera, where these are no numbers.
        work[_at(U, pixel)] = u if (u >= _ZERO) & (u <= _ONE) else _ZERO
        work[_at(V, pixel)] = v if (v >= _ZERO) & (v <= _ONE) else _ZERO
        work[_at(FOOTPRINT, pixel)] = max(across, down) * distance * distance


@drawing
def choose_levels(work: np.ndarray, count: int, last_level: np.int32) -> None:
    """Choose mip levels: half of the footprint's logarithm, and how far to blend into the next.

    From the row FOOTPRINT come LEVEL, BLEND, from 0 to 1, and SCALE, by which the level is smaller
    than the texture along each side.
    """
    long_vectors()
    for pixel in range(_blocks(count)):
        detail = np.int32(np.float32(work[_at(FOOTPRINT, pixel)]).view(np.int32) - _ONE_BITS)
        level = np.int32(detail >> _POINT)
        share = np.float32(np.int32(detail & _FRACTION)) * _FRACTION_SCALE
        work[_at(BLEND, pixel)] = share if (level >= _NONE) & (level < last_level) else _ZERO
        level = np.int32(min(max(level, _NONE), last_level))
        work[_at(LEVEL, pixel)] = np.float32(level)
        work[_at(SCALE, pixel)] = np.int32(np.int32(_BIAS - level) << _EXPONENT).view(np.float32)


@drawing
def find_corners(
    work: np.ndarray, places: np.ndarray, count: int, width: np.float32, height: np.float32,
    coarser: int, smaller: np.float32, weight_x: int, weight_y: int,
) -> None:  # fmt: skip
    """Find the lower left of the four texels around each pixel, and where it lies among them.

    They are ``coarser`` levels, 0 or 1, beyond LEVEL, which is ``smaller`` by that factor along
    each side. From U, V, LEVEL and SCALE come the rows ``weight_x`` and ``weight_y``: how near each
    pixel is to the right and to the upper two, from 0 to 1. Row ``coarser`` of ``places`` receives
    the texels' places, counted from the texture's first texel.
    """
    long_vectors()
    twice, stride = height + height, width + _BORDER
    spare = np.float32(coarser) * SPARE_ROWS
    for pixel in range(_blocks(count)):
        scale = work[_at(SCALE, pixel)] * smaller
        wide, high = max(np.floor(width * scale), _ONE), max(np.floor(height * scale), _ONE)
        # Half a texel to the left and down of the pixel, and one to the right and up: the border's.
        across, up = work[_at(U, pixel)] * wide + _HALF, work[_at(V, pixel)] * high + _HALF
        left, low = np.floor(across), np.floor(up)
        work[_at(weight_x, pixel)] = across - left
        work[_at(weight_y, pixel)] = up - low
        # The level's first row as level_rows has it.
        first = np.floor(twice - twice * scale) + work[_at(LEVEL, pixel)] * SPARE_ROWS + spare
        places[_at(coarser, pixel)] = np.int32((first + low) * stride + left)


@drawing
def fetch(
    pool: np.ndarray, start: int, stride: np.int64, places: np.ndarray, pairs: np.ndarray,
    count: int,
) -> None:  # fmt: skip
    """Fetch the eight texels around each pixel; ``stride`` is from a texel to the one above it.

    ``pairs``, (4 * CHUNK,) uint64, receives for each pixel the lower two texels of the finer level,
    the left one in the lower half, and the upper two; after 2 * CHUNK those of the coarser.
    """
    for pixel in range(count):
        fine, coarse = start + places[_at(_FINE, pixel)], start + places[_at(_COARSE, pixel)]
        pairs[np.uintp(2 * pixel)] = _pair(pool, np.uintp(fine))
        pairs[np.uintp(2 * pixel + 1)] = _pair(pool, np.uintp(fine + stride))
        pairs[np.uintp(2 * (CHUNK + pixel))] = _pair(pool, np.uintp(coarse))
        pairs[np.uintp(2 * (CHUNK + pixel) + 1)] = _pair(pool, np.uintp(coarse + stride))


@inlined
def _pair(pool: np.ndarray, place: np.uintp) -> np.uint64:
    """Return a texel and the one to its right as one number, which takes one load and one store."""
    right = np.uint64(pool[np.uintp(place + np.uintp(1))])
    return np.uint64(pool[place]) | np.uint64(right << _UPPER)


@drawing
def modulate(work: np.ndarray, texels: np.ndarray, count: int) -> None:
    """Multiply colours by the weighted mean of the eight texels around each pixel.

    ``work`` has the rows BLEND, FINE_X, FINE_Y, COARSE_X and COARSE_Y, and RED, GREEN and BLUE,
    which are multiplied.
    """
    long_vectors()
    for pixel in range(_blocks(count)):
        # The eight weights add up to _FULL: what is mixed is 1 + channel / 256.
        coarse = work[_at(BLEND, pixel)] * _FULL
        fine = _FULL - coarse
        x, y = work[_at(FINE_X, pixel)], work[_at(FINE_Y, pixel)] * fine
        w11 = x * y
        w10 = x * fine - w11
        w01 = y - w11
        w00 = fine - y - w10
        x, y = work[_at(COARSE_X, pixel)], work[_at(COARSE_Y, pixel)] * coarse
        v11 = x * y
        v10 = x * coarse - v11
        v01 = y - v11
        v00 = coarse - y - v10
        s00, s10 = texels[_corner(_FINE, pixel, 0)], texels[_corner(_FINE, pixel, 1)]
        s01, s11 = texels[_corner(_FINE, pixel, 2)], texels[_corner(_FINE, pixel, 3)]
        t00, t10 = texels[_corner(_COARSE, pixel, 0)], texels[_corner(_COARSE, pixel, 1)]
        t01, t11 = texels[_corner(_COARSE, pixel, 2)], texels[_corner(_COARSE, pixel, 3)]
        red = _red(s00) * w00 + _red(s10) * w10 + _red(s01) * w01 + _red(s11) * w11
        red += _red(t00) * v00 + _red(t10) * v10 + _red(t01) * v01 + _red(t11) * v11
        green = _green(s00) * w00 + _green(s10) * w10 + _green(s01) * w01 + _green(s11) * w11
        green += _green(t00) * v00 + _green(t10) * v10 + _green(t01) * v01 + _green(t11) * v11
        blue = _blue(s00) * w00 + _blue(s10) * w10 + _blue(s01) * w01 + _blue(s11) * w11
        blue += _blue(t00) * v00 + _blue(t10) * v10 + _blue(t01) * v01 + _blue(t11) * v11
        work[_at(RED, pixel)] *= red - _FULL
        work[_at(RED + 1, pixel)] *= green - _FULL
        work[_at(RED + 2, pixel)] *= blue - _FULL


@inlined
def _red(texel: np.uint32) -> np.float32:
    """Return 1 + red / 256."""
    return np.uint32(np.uint32(texel & _CHANNEL) | _ONE_BEFORE).view(np.float32)


@inlined
def _green(texel: np.uint32) -> np.float32:
    """Return 1 + green / 256."""
    return _red(np.uint32(texel << _GREEN_LEFT))


@inlined
def _blue(texel: np.uint32) -> np.float32:
    """Return 1 + blue / 256."""
    return _red(np.uint32(texel >> _BLUE_RIGHT))
