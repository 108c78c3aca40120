"""From the visibility buffer to pixels: shade what is seen, and average a pixel's samples.

Each row is done polygon by polygon: all neighbouring pixels that show a polygon, wholly or in some
of their samples, are shaded together and added with the share of the samples that they have.
"""

import numpy as np

from darla_envs.kernels.compiled import drawing, inlined, long_vectors
from darla_envs.render.scratch import (
    BLUE,
    CHUNK,
    FLAT,
    GREEN,
    INVERSE,
    MOST_WIDTH,
    RED,
    SMOOTH,
    TEXTURE,
    Scratch,
)
from darla_envs.render.shading import colors_of_row, shade_textured
from darla_envs.render.textures import TextureArrays
from darla_envs.render.visibility import polygon_bits, polygon_number

SEVERAL = np.int32(-1)
_LOW = np.uint32(0xFFFF)
_QUARTER = np.float32(0.25)
_HALF, _ONE, _FULL, _ZERO = (np.float32(value) for value in (0.5, 1.0, 255.0, 0.0))


@drawing
def resolve(
    scratch: Scratch, textures: TextureArrays, samples: int, pictures: np.ndarray, index: int,
    width: int, height: int,
) -> None:  # fmt: skip
    """Turn keys, into which all polygons are drawn, into picture number ``index``."""
    _resolve_rows(
        scratch.keys, scratch.numbers, scratch.sums, scratch.work, scratch.planes, scratch.kinds,
        scratch.places_of_texels, scratch.texels, scratch.texel_pairs, textures.texels,
        textures.starts, textures.sizes, textures.last_levels, scratch.seen, samples, pictures,
        index, width, height,
    )  # fmt: skip


@drawing
def _resolve_rows(
    keys: np.ndarray, numbers: np.ndarray, sums: np.ndarray, work: np.ndarray, planes: np.ndarray,
    kinds: np.ndarray, places: np.ndarray, texels: np.ndarray, pairs: np.ndarray, pool: np.ndarray,
    starts: np.ndarray, sizes: np.ndarray, last_levels: np.ndarray, seen: np.ndarray, samples: int,
    pictures: np.ndarray, index: int, width: int, height: int,
) -> None:  # fmt: skip
    """Do :func:`resolve` with the arrays themselves, taken out of their tuples once."""
    for y in range(height):
        row = samples * y
        find_numbers(keys, row, samples, numbers)
        _clear(sums, width)
        before, begin = 0, 0  # of the mixed pixels before, and of the pixels now
        while begin < width:
            end = run_end(numbers, begin)
            if numbers[np.uintp(begin)] == SEVERAL:
                count = _add_mixed(keys, row, numbers, begin, end, sums, planes, kinds, y, seen)
                for k in range(count):
                    _add_textured(
                        keys, row, samples, seen[np.uintp(k)], begin, end, y, sums, planes,
                        kinds, work, places, texels, pairs, pool, starts, sizes, last_levels,
                    )  # fmt: skip
                before = begin
            else:
                number = numbers[np.uintp(begin)]
                if kinds[np.uintp(number), TEXTURE] >= 0:
                    first, last = _with_mixed(keys, row, samples, numbers, before, begin, end)
                    _add_textured(
                        keys, row, samples, number, first, last, y, sums, planes, kinds, work,
                        places, texels, pairs, pool, starts, sizes, last_levels,
                    )  # fmt: skip
                elif kinds[np.uintp(number), SMOOTH]:
                    _add_smooth(sums, begin, end, _ONE, planes, number, y)
                else:
                    _add_flat(sums, begin, end, planes, number)
                before = end
            begin = end
        pack(sums, width, pictures, index, y * width * 3)


@drawing
def find_numbers(keys: np.ndarray, row: int, samples: int, numbers: np.ndarray) -> None:
    """Note the polygon of each pixel of a row, or ``SEVERAL`` where samples differ."""
    long_vectors()
    last = row + samples - 1
    second, third = min(row + 1, last), min(row + 2, last)
    for x in range(len(numbers)):
        lane = np.uintp(x)
        a, b, c, d = keys[row, lane], keys[second, lane], keys[third, lane], keys[last, lane]
        differ = np.uint32(np.uint32(np.uint32(a ^ b) | np.uint32(a ^ c)) | np.uint32(a ^ d))
        number = np.int32(_LOW) - np.int32(np.uint32(a & _LOW))
        numbers[lane] = number if np.uint32(differ & _LOW) == 0 else SEVERAL


@drawing
def run_end(numbers: np.ndarray, begin: int) -> int:
    """Return one past the last of the pixels from ``begin`` on that show the same.

    Pixels that show several polygons count as the same, whichever they are.
    """
    end = begin + 1
    while end < len(numbers) and numbers[np.uintp(end)] == numbers[np.uintp(begin)]:
        end += 1
    return end


@drawing
def _with_mixed(
    keys: np.ndarray, row: int, samples: int, numbers: np.ndarray, before: int, begin: int, end: int
) -> tuple[int, int]:
    """Widen a run of pixels that show one polygon by mixed pixels beside it that show it too.

    Mixed pixels between two runs of the same polygon go with the one to the left.
    ``before`` is the first of the mixed pixels to the left, ``begin`` if there are none. Return
    the first pixel and one past the last.
    """
    number = numbers[np.uintp(begin)]
    first, last = begin, end
    if before < begin and not (before > 0 and numbers[np.uintp(before - 1)] == number):
        first = before if shows(keys, row, samples, before, begin, number) else begin
    if end < len(numbers) and numbers[np.uintp(end)] == SEVERAL:
        after = run_end(numbers, end)
        last = after if shows(keys, row, samples, end, after, number) else end
    return first, last


@drawing
def shows(keys: np.ndarray, row: int, samples: int, begin: int, end: int, number: np.int32) -> bool:
    """Return whether any sample of the pixels from ``begin`` to ``end`` shows a polygon."""
    long_vectors()
    bits = polygon_bits(number)
    found = 0
    for k in range(samples):
        for x in range(begin, end):
            found |= np.uint32(keys[np.uintp(row + k), np.uintp(x)] & _LOW) == bits
    return found != 0


@drawing
def _add_mixed(
    keys: np.ndarray, row: int, numbers: np.ndarray, begin: int, end: int, sums: np.ndarray,
    planes: np.ndarray, kinds: np.ndarray, y: int, seen: np.ndarray,
) -> int:  # fmt: skip
    """Add the samples of a run of mixed pixels that show untextured polygons.

    ``seen`` receives the textured ones that no run beside these pixels has; return their number.
    """
    left = numbers[np.uintp(begin - 1)] if begin > 0 else SEVERAL
    right = numbers[np.uintp(end)] if end < len(numbers) else SEVERAL
    count, latest = 0, SEVERAL
    for x in range(begin, end):
        for k in range(4):
            number = np.int32(polygon_number(keys[np.uintp(row + k), np.uintp(x)]))
            if kinds[np.uintp(number), TEXTURE] < 0:
                if kinds[np.uintp(number), SMOOTH]:
                    _add_smooth(sums, x, x + 1, _QUARTER, planes, number, y)
                else:
                    _add_sample(sums, x, planes, number)
            elif (number != left) & (number != right) & (number != latest):
                latest = number
                known = False
                for earlier in range(count):
                    known |= seen[np.uintp(earlier)] == number
                if not known:
                    seen[np.uintp(count)] = number
                    count += 1
    return count


@drawing
def _add_textured(
    keys: np.ndarray, row: int, samples: int, number: np.int32, begin: int, end: int, y: int,
    sums: np.ndarray, planes: np.ndarray, kinds: np.ndarray, work: np.ndarray, places: np.ndarray,
    texels: np.ndarray, pairs: np.ndarray, pool: np.ndarray, starts: np.ndarray, sizes: np.ndarray,
    last_levels: np.ndarray,
) -> None:  # fmt: skip
    """Add a textured polygon's colours to neighbouring pixels, with their shares."""
    for start in range(begin, end, CHUNK):
        count = min(CHUNK, end - start)
        shade_textured(
            planes, kinds, work, places, texels, pairs, pool, starts, sizes, last_levels,
            number, count, start, y,
        )  # fmt: skip
        _add_shaded(keys, row, samples, number, start, count, sums, work)


@inlined
def share_of(keys: np.ndarray, row: int, samples: int, x: np.uintp, bits: np.uint32) -> np.float32:
    """Return which share of a pixel's samples shows the polygon of these bits, from 0 to 1."""
    if samples == 1:
        return _ONE
    share = _QUARTER if np.uint32(keys[row, x] & _LOW) == bits else _ZERO
    share += _QUARTER if np.uint32(keys[row + 1, x] & _LOW) == bits else _ZERO
    share += _QUARTER if np.uint32(keys[row + 2, x] & _LOW) == bits else _ZERO
    share += _QUARTER if np.uint32(keys[row + 3, x] & _LOW) == bits else _ZERO
    return share


@drawing
def _clear(sums: np.ndarray, width: int) -> None:
    """Set the sums of a row of pixels to zero."""
    long_vectors()
    for channel in range(3):
        for x in range(width):
            sums[np.uintp(channel * MOST_WIDTH + x)] = _ZERO


@inlined
def _add_sample(sums: np.ndarray, x: int, planes: np.ndarray, number: np.int32) -> None:
    """Add a polygon's one colour to a pixel as one of four samples."""
    red, green, blue = _flat_color(planes, number)
    sums[np.uintp(x)] += red * _QUARTER
    sums[np.uintp(MOST_WIDTH + x)] += green * _QUARTER
    sums[np.uintp(2 * MOST_WIDTH + x)] += blue * _QUARTER


@inlined
def _add_flat(sums: np.ndarray, begin: int, end: int, planes: np.ndarray, number: np.int32) -> None:
    """Add a polygon's one colour to neighbouring pixels."""
    red, green, blue = _flat_color(planes, number)
    for x in range(begin, end):
        sums[np.uintp(x)] += red
        sums[np.uintp(MOST_WIDTH + x)] += green
        sums[np.uintp(2 * MOST_WIDTH + x)] += blue


@inlined
def _flat_color(planes: np.ndarray, number: np.int32) -> tuple[np.float32, np.float32, np.float32]:
    """Return a polygon's one colour, three float32, 255 for full brightness."""
    at = np.uintp(number)
    return planes[at, FLAT, 0] * _FULL, planes[at, FLAT, 1] * _FULL, planes[at, FLAT, 2] * _FULL


@inlined
def _add_smooth(
    sums: np.ndarray, begin: int, end: int, share: np.float32, planes: np.ndarray, number: np.int32,
    y: int,
) -> None:  # fmt: skip
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


@drawing
def _add_shaded(
    keys: np.ndarray, row: int, samples: int, number: np.int32, begin: int, count: int,
    sums: np.ndarray, work: np.ndarray,
) -> None:  # fmt: skip
    """Add colours that were shaded to neighbouring pixels, with their shares."""
    long_vectors()
    bits = polygon_bits(number)
    for pixel in range(count):
        x = begin + pixel
        share = share_of(keys, row, samples, np.uintp(x), bits)
        red = work[np.uintp(RED * CHUNK + pixel)] * share
        green = work[np.uintp(GREEN * CHUNK + pixel)] * share
        blue = work[np.uintp(BLUE * CHUNK + pixel)] * share
        there = share > _ZERO  # elsewhere the polygon's colour may be no number at all
        sums[np.uintp(x)] += red if there else _ZERO
        sums[np.uintp(MOST_WIDTH + x)] += green if there else _ZERO
        sums[np.uintp(2 * MOST_WIDTH + x)] += blue if there else _ZERO


@drawing
def pack(sums: np.ndarray, width: int, pictures: np.ndarray, index: int, start: int) -> None:
    """Round the colours of a row of pixels to bytes, as OpenGL does when a picture is read.

    They are written into picture number ``index``, from byte ``start`` on.
    """
    long_vectors()
    for x in range(width):
        red = min(max(sums[np.uintp(x)], _ZERO), _FULL)
        green = min(max(sums[np.uintp(MOST_WIDTH + x)], _ZERO), _FULL)
        blue = min(max(sums[np.uintp(2 * MOST_WIDTH + x)], _ZERO), _FULL)
        pictures[index, np.uintp(start + 3 * x)] = np.uint8(np.int32(red + _HALF))
        pictures[index, np.uintp(start + 3 * x + 1)] = np.uint8(np.int32(green + _HALF))
        pictures[index, np.uintp(start + 3 * x + 2)] = np.uint8(np.int32(blue + _HALF))
