"""From the visibility buffer to pixels: shade what is seen, and average a pixel's samples.

Each row is done polygon by polygon: all neighbouring pixels that show a polygon, wholly or in some
of their samples, are shaded together and added with the share of the samples that they have.
"""

import numpy as np

from envs.compiled import inlined, kernel
from envs.render.scratch import CHUNK, RED, SHARE
from envs.render.shading import shade
from envs.render.visibility import polygon_bits, polygon_number

SEVERAL = np.int32(-1)
_LOW = np.uint32(0xFFFF)
_QUARTER = np.float32(0.25)
_HALF, _ONE, _FULL, _ZERO = (np.float32(value) for value in (0.5, 1.0, 255.0, 0.0))


@kernel
def resolve(keys, numbers, sums, surfaces, work, work_bits, texels, textures, samples, picture):
    """Turn keys into a picture.

    Args:
        keys: (rows, W') uint32, the visibility buffer with all polygons drawn.
        numbers: (W,) int32, memory.
        sums: (3 W,) float32, memory.
        surfaces: see ``envs.render.scratch.Surfaces``.
        work: (22 * 64,) float32, memory; see ``envs.render.scratch``.
        work_bits: the same memory as int32.
        texels: (4 * 64,) uint32, memory.
        textures: see ``envs.render.textures.TextureArrays``.
        samples: samples a pixel, 1 or 4.
        picture: (H, W, 3) uint8; receives the picture.
    """
    height, width, _ = picture.shape
    for y in range(height):
        row = samples * y
        find_numbers(keys, row, samples, numbers)
        sums[:] = _ZERO
        x = 0
        while x < width:
            for k in range(samples if numbers[x] == SEVERAL else 1):
                number = np.int32(polygon_number(keys[row + k, x]))
                if _is_new(keys, row, samples, k, x, number):
                    end = _last_pixel(keys, row, samples, numbers, x, number) + 1
                    _add(
                        keys, row, samples, sums, surfaces, work, work_bits, texels, textures,
                        number, x, end, y, width,
                    )  # fmt: skip
            number = numbers[x]
            x += 1
            while x < width and number != SEVERAL and numbers[x] == number:
                x += 1
        _pack(sums, picture[y])


@kernel
def find_numbers(keys, row, samples, numbers):
    """Note the polygon of each pixel of a row, or ``SEVERAL`` where samples differ.

    Args:
        keys: (rows, W') uint32.
        row: the first of the row's samples.
        samples: samples a pixel, 1 or 4.
        numbers: (W,) int32; receives the numbers.
    """
    last = row + samples - 1
    middle = samples // 2
    first, second = keys[row], keys[min(row + 1, last)]
    third, fourth = keys[row + middle], keys[last]
    for x in range(len(numbers)):
        lane = np.uintp(x)
        a, b, c, d = first[lane], second[lane], third[lane], fourth[lane]
        differ = np.uint32(np.uint32(np.uint32(a ^ b) | np.uint32(a ^ c)) | np.uint32(a ^ d))
        number = np.int32(_LOW) - np.int32(np.uint32(a & _LOW))
        numbers[lane] = number if np.uint32(differ & _LOW) == 0 else SEVERAL


@kernel
def _is_new(keys, row, samples, k, x, number):
    """Return whether sample k of pixel x is the first, from the left, of this polygon."""
    for earlier in range(k):
        if polygon_number(keys[row + earlier, x]) == number:
            return False
    return x == 0 or not _shows(keys, row, samples, x - 1, number)


@inlined
def _shows(keys, row, samples, x, number):
    """Return whether any sample of pixel x shows the polygon."""
    for k in range(samples):
        if polygon_number(keys[row + k, x]) == number:
            return True
    return False


@kernel
def _last_pixel(keys, row, samples, numbers, x, number):
    """Return the last of the pixels from x on that all show the polygon."""
    following = x + 1
    while following < len(numbers):
        there = numbers[following]
        if there != number and (
            there != SEVERAL or not _shows(keys, row, samples, following, number)
        ):
            break
        following += 1
    return following - 1


@kernel
def _add(
    keys, row, samples, sums, surfaces, work, work_bits, texels, textures, number, begin, end, y,
    width,
):  # fmt: skip
    """Add a polygon's colour to the sums of pixels of a row, with its share of their samples."""
    plain = surfaces.plain[number]
    for start in range(begin, end, CHUNK):
        count = min(CHUNK, end - start)
        if samples == 1:
            _whole_shares(work, count)
        else:
            _find_shares(keys, row, number, start, count, work)
        if plain:
            for channel in range(3):
                color = surfaces.flats[number, channel] * _FULL
                _add_constant(sums, channel * width + start, work, count, color)
        else:
            shade(surfaces, work, work_bits, texels, textures, number, count, start, y)
            for channel in range(3):
                _add_colors(sums, channel * width + start, work, count, RED + channel)


@kernel
def _whole_shares(work, count):
    for pixel in range(count):
        work[np.uintp(SHARE * CHUNK + pixel)] = _ONE


@kernel
def _find_shares(keys, row, number, begin, count, work):
    """Note which share of each pixel's four samples shows the polygon."""
    first, second, third, fourth = keys[row], keys[row + 1], keys[row + 2], keys[row + 3]
    bits = polygon_bits(number)
    for pixel in range(count):
        lane = np.uintp(begin + pixel)
        share = _QUARTER if np.uint32(first[lane] & _LOW) == bits else _ZERO
        share += _QUARTER if np.uint32(second[lane] & _LOW) == bits else _ZERO
        share += _QUARTER if np.uint32(third[lane] & _LOW) == bits else _ZERO
        share += _QUARTER if np.uint32(fourth[lane] & _LOW) == bits else _ZERO
        work[np.uintp(SHARE * CHUNK + pixel)] = share


@kernel
def _add_constant(sums, start, work, count, color):
    for pixel in range(count):
        sums[np.uintp(start + pixel)] += color * work[np.uintp(SHARE * CHUNK + pixel)]


@kernel
def _add_colors(sums, start, work, count, row):
    for pixel in range(count):
        color = work[np.uintp(row * CHUNK + pixel)]
        sums[np.uintp(start + pixel)] += color * work[np.uintp(SHARE * CHUNK + pixel)]


@kernel
def _pack(sums, pixels):
    """Round sums, (3 W,) from 0 to 255, to the bytes of a row of pixels, (W, 3) uint8."""
    width = len(pixels)
    for x in range(width):
        for channel in range(3):
            value = min(max(sums[np.uintp(channel * width + x)], _ZERO), _FULL)
            pixels[np.uintp(x), channel] = np.uint8(np.int32(value + _HALF))
