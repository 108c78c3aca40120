"""From the visibility buffer to pixels: shade what is seen, and average a pixel's samples.

Each row is done polygon by polygon: all neighbouring pixels that show a polygon, wholly or in some
of their samples, are shaded together and added with the share of the samples that they have.
"""

import numpy as np

from envs.compiled import inlined, kernel
from envs.render.scratch import BLUE, CHUNK, FLAT, GREEN, INVERSE, MOST_WIDTH, RED, SMOOTH, TEXTURE
from envs.render.shading import colors_of_row, shade_textured
from envs.render.visibility import polygon_bits, polygon_number

SEVERAL = np.int32(-1)
_LOW = np.uint32(0xFFFF)
_QUARTER = np.float32(0.25)
_HALF, _ONE, _FULL, _ZERO = (np.float32(value) for value in (0.5, 1.0, 255.0, 0.0))


@kernel
def resolve(scratch, textures, samples, pictures, index, width, height):
    """Turn keys into a picture.

    Args:
        scratch: the thread's memory, with all polygons drawn.
        textures: see ``envs.render.textures.TextureArrays``.
        samples: samples a pixel, 1 or 4.
        pictures: (n, H * W * 3) uint8.
        index: which of them receives the picture.
        width: in pixels.
        height: in pixels.
    """
    keys, numbers, sums, work = scratch.keys, scratch.numbers, scratch.sums, scratch.work
    planes, kinds, bits, texels = scratch.planes, scratch.kinds, scratch.work_bits, scratch.texels
    pool, first_level, levels = textures.texels, textures.first_level, textures.levels
    for y in range(height):
        row = samples * y
        find_numbers(keys, row, samples, numbers)
        _clear(sums, width)
        x = 0
        while x < width:
            here = numbers[np.uintp(x)]
            stop = x + 1
            if here != SEVERAL:
                while stop < width and numbers[np.uintp(stop)] == here:
                    stop += 1
            for k in range(samples if here == SEVERAL else 1):
                number = np.int32(polygon_number(keys[np.uintp(row + k), np.uintp(x)]))
                if kinds[np.uintp(number), TEXTURE] < 0:
                    if kinds[np.uintp(number), SMOOTH]:
                        share = _ONE if here != SEVERAL else _QUARTER
                        _add_smooth(sums, x, stop, share, planes, number, y)
                    elif here == SEVERAL:
                        _add_sample(sums, x, planes, number)
                    else:
                        _add_flat(sums, x, stop, planes, number)
                    continue
                begin, end = find_extent(keys, row, samples, numbers, x, stop, k, number)
                for start in range(begin, end, CHUNK):
                    count = min(CHUNK, end - start)
                    shade_textured(
                        planes,
                        kinds,
                        work,
                        bits,
                        texels,
                        pool,
                        first_level,
                        levels,
                        number,
                        count,
                        start,
                        y,
                    )
                    _add_shaded(keys, row, samples, number, start, count, sums, work)
            x = stop
        pack(sums, width, pictures, index, y * width * 3)


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
    second, third = min(row + 1, last), min(row + 2, last)
    for x in range(len(numbers)):
        lane = np.uintp(x)
        a, b, c, d = keys[row, lane], keys[second, lane], keys[third, lane], keys[last, lane]
        differ = np.uint32(np.uint32(np.uint32(a ^ b) | np.uint32(a ^ c)) | np.uint32(a ^ d))
        number = np.int32(_LOW) - np.int32(np.uint32(a & _LOW))
        numbers[lane] = number if np.uint32(differ & _LOW) == 0 else SEVERAL


@inlined
def find_extent(keys, row, samples, numbers, x, stop, k, number):
    """Find the pixels to read a texture for together with sample k of pixel x.

    A run of pixels that show one polygon takes those beside it along that show the polygon in some
    samples; what is left are polygons that no pixel shows alone.

    Args:
        keys: (rows, W') uint32.
        row: the first of the row's samples.
        samples: samples a pixel, 1 or 4.
        numbers: (W,) int32, see :func:`find_numbers`.
        x: the pixel, the first of its run.
        stop: one past the last pixel of its run.
        k: the sample.
        number: of the polygon that the sample shows.

    Returns:
        The first pixel and one past the last; the same number when they are shaded with others.
    """
    alone = numbers[np.uintp(x)] != SEVERAL
    taken = False
    if not alone:  # taken by an earlier sample, or by what is to the left
        for earlier in range(k):
            taken |= polygon_number(keys[row + earlier, x]) == number
        taken |= x > 0 and _shows(keys, row, samples, x - 1, number)
    begin, end = x, stop
    if not taken:
        while end < len(numbers) and _partly(keys, row, samples, numbers, end, number):
            end += 1
        if alone:
            while begin > 0 and _partly(keys, row, samples, numbers, begin - 1, number):
                begin -= 1
            if begin > 0 and numbers[np.uintp(begin - 1)] == number:
                begin = x  # the run to the left, of the same polygon, has taken them
        else:
            taken = end < len(numbers) and numbers[np.uintp(end)] == number
    return begin, (begin if taken else end)


@inlined
def _partly(keys, row, samples, numbers, x, number):
    """Return whether some samples of pixel x, not all, show the polygon."""
    return numbers[np.uintp(x)] == SEVERAL and _shows(keys, row, samples, x, number)


@inlined
def _shows(keys, row, samples, x, number):
    """Return whether any sample of pixel x shows the polygon."""
    found = False
    for k in range(samples):
        found |= polygon_number(keys[np.uintp(row + k), np.uintp(x)]) == number
    return found


@inlined
def share_of(keys, row, samples, x, bits):
    """Return which share of a pixel's samples shows a polygon, from 0 to 1.

    Args:
        keys: (rows, W') uint32.
        row: the first of the row's samples.
        samples: samples a pixel, 1 or 4.
        x: the pixel, np.uintp.
        bits: of the polygon, see ``envs.render.visibility``.
    """
    if samples == 1:
        return _ONE
    share = _QUARTER if np.uint32(keys[row, x] & _LOW) == bits else _ZERO
    share += _QUARTER if np.uint32(keys[row + 1, x] & _LOW) == bits else _ZERO
    share += _QUARTER if np.uint32(keys[row + 2, x] & _LOW) == bits else _ZERO
    share += _QUARTER if np.uint32(keys[row + 3, x] & _LOW) == bits else _ZERO
    return share


@kernel
def _clear(sums, width):
    for channel in range(3):
        for x in range(width):
            sums[np.uintp(channel * MOST_WIDTH + x)] = _ZERO


@inlined
def _add_sample(sums, x, planes, number):
    """Add a polygon's one colour to a pixel as one of four samples."""
    red, green, blue = _flat_color(planes, number)
    sums[np.uintp(x)] += red * _QUARTER
    sums[np.uintp(MOST_WIDTH + x)] += green * _QUARTER
    sums[np.uintp(2 * MOST_WIDTH + x)] += blue * _QUARTER


@inlined
def _add_flat(sums, begin, end, planes, number):
    """Add a polygon's one colour to neighbouring pixels."""
    red, green, blue = _flat_color(planes, number)
    for x in range(begin, end):
        sums[np.uintp(x)] += red
        sums[np.uintp(MOST_WIDTH + x)] += green
        sums[np.uintp(2 * MOST_WIDTH + x)] += blue


@inlined
def _flat_color(planes, number):
    at = np.uintp(number)
    return planes[at, FLAT, 0] * _FULL, planes[at, FLAT, 1] * _FULL, planes[at, FLAT, 2] * _FULL


@inlined
def _add_smooth(sums, begin, end, share, planes, number, y):
    """Add a polygon's varying colour, with a share of the samples, to neighbouring pixels."""
    line = np.float32(y) + _HALF
    slope = planes[number, INVERSE, 0]
    start = planes[number, INVERSE, 1] * line + planes[number, INVERSE, 2]
    red_slope, red_start = colors_of_row(planes, number, 0, line)
    green_slope, green_start = colors_of_row(planes, number, 1, line)
    blue_slope, blue_start = colors_of_row(planes, number, 2, line)
    for x in range(begin, end):
        place = np.float32(np.int32(x)) + _HALF
        weight = share / (start + place * slope)
        sums[np.uintp(x)] += (red_start + place * red_slope) * weight
        sums[np.uintp(MOST_WIDTH + x)] += (green_start + place * green_slope) * weight
        sums[np.uintp(2 * MOST_WIDTH + x)] += (blue_start + place * blue_slope) * weight


@kernel
def _add_shaded(keys, row, samples, number, begin, count, sums, work):
    """Add colours that were shaded to neighbouring pixels, with their shares."""
    bits = polygon_bits(number)
    for pixel in range(count):
        x = begin + pixel
        share = share_of(keys, row, samples, np.uintp(x), bits)
        sums[np.uintp(x)] += work[np.uintp(RED * CHUNK + pixel)] * share
        sums[np.uintp(MOST_WIDTH + x)] += work[np.uintp(GREEN * CHUNK + pixel)] * share
        sums[np.uintp(2 * MOST_WIDTH + x)] += work[np.uintp(BLUE * CHUNK + pixel)] * share


@kernel
def pack(sums, width, pictures, index, start):
    """Round the colours of a row of pixels to bytes, as OpenGL does when a picture is read.

    Args:
        sums: (3 * 4096,) float32, channel after channel, 255 for full brightness.
        width: pixels in the row.
        pictures: (n, H * W * 3) uint8; receives the row.
        index: into which picture.
        start: of the row in the picture.
    """
    for x in range(width):
        red = min(max(sums[np.uintp(x)], _ZERO), _FULL)
        green = min(max(sums[np.uintp(MOST_WIDTH + x)], _ZERO), _FULL)
        blue = min(max(sums[np.uintp(2 * MOST_WIDTH + x)], _ZERO), _FULL)
        pictures[index, np.uintp(start + 3 * x)] = np.uint8(np.int32(red + _HALF))
        pictures[index, np.uintp(start + 3 * x + 1)] = np.uint8(np.int32(green + _HALF))
        pictures[index, np.uintp(start + 3 * x + 2)] = np.uint8(np.int32(blue + _HALF))
