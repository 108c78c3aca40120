"""Mip levels and how all textures stand in one pool."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from darla_envs.render.textures import (
    BLUE_BITS,
    GREEN_BITS,
    LONGEST_SIDE,
    RED_BITS,
    TextureSet,
    level_rows,
    mip_levels,
)
from toy_scenes import noise, plain_picture

sides = st.integers(1, LONGEST_SIDE)
small_sides = st.integers(1, 40)


def level_sizes(width: int, height: int) -> list[tuple[int, int]]:
    """Return (width, height) of all levels, as OpenGL has them."""
    count = max(width, height).bit_length()
    return [(max(1, width >> k), max(1, height >> k)) for k in range(count)]


def unpacked(arrays, texture: int) -> list[np.ndarray]:
    """Return the levels of a texture, (H, W, 3), rows from bottom to top.

    Around each there is a border: the texels of the opposite sides.
    """
    width, height = (int(side) for side in arrays.sizes[texture])
    sizes = level_sizes(width, height)
    rows = level_rows(height, len(sizes))
    texels = arrays.texels[arrays.starts[texture] :]
    texels = texels[: len(texels) // (width + 2) * (width + 2)].reshape(-1, width + 2)
    levels = []
    for row, (wide, high) in zip(rows, sizes, strict=True):
        bordered = texels[row : row + high + 2, : wide + 2]
        inner = bordered[1:-1, 1:-1]
        np.testing.assert_array_equal(bordered, np.pad(inner, 1, mode="wrap"))
        channels = [inner >> bits & 255 for bits in (RED_BITS, GREEN_BITS, BLUE_BITS)]
        levels.append(np.stack(channels, axis=-1))
    return levels


@given(small_sides, small_sides)
def test_each_level_is_half_as_large_until_one_texel_is_left(width, height):
    levels = mip_levels(noise(height, width))
    sizes = [(level.shape[1], level.shape[0]) for level in levels]
    assert sizes == level_sizes(width, height)
    assert sizes[-1] == (1, 1)
    assert all(level.dtype == np.uint8 and level.flags.c_contiguous for level in levels)


def test_the_first_level_is_the_picture():
    picture = noise(5, 7)
    np.testing.assert_array_equal(mip_levels(picture)[0], picture)


@given(small_sides, small_sides, st.integers(0, 1000))
def test_even_sides_take_the_mean_of_two_rounded_up_each_time(width, height, seed):
    picture = noise(2 * height, 2 * width, seed).astype(int)
    rows = (picture[:, 0::2] + picture[:, 1::2] + 1) // 2
    expected = (rows[0::2] + rows[1::2] + 1) // 2
    np.testing.assert_array_equal(mip_levels(picture.astype(np.uint8))[1], expected)


def test_odd_sides_are_filtered_at_the_centres_of_the_smaller_level():
    row = np.array([[0, 100, 200, 40, 80]], np.uint8)[..., None].repeat(3, axis=2)
    # The two texels' centres are 1.25 and 3.75 texels from the left: 0.75 and 3.25 from the
    # first one's centre.
    np.testing.assert_array_equal(mip_levels(row)[1][0, :, 0], [75, 50])
    three = np.array([[10, 60, 200]], np.uint8)[..., None].repeat(3, axis=2)
    np.testing.assert_array_equal(mip_levels(three)[1][0, :, 0], [60])


def test_a_side_of_one_texel_stays_while_the_other_shrinks():
    column = np.array([10, 20, 30, 41], np.uint8).reshape(4, 1, 1).repeat(3, axis=2)
    levels = mip_levels(column)
    assert [level[:, 0, 0].tolist() for level in levels] == [[10, 20, 30, 41], [15, 36], [26]]


@given(small_sides, small_sides, st.integers(0, 255))
def test_one_colour_stays_what_it_is(width, height, value):
    for level in mip_levels(plain_picture((value, 0, 255), height, width)):
        assert (level == (value, 0, 255)).all()


@given(sides, sides)
def test_every_level_has_room(width, height):
    sizes = level_sizes(width, height)
    rows = level_rows(height, len(sizes))
    assert rows[0] == 0
    for k, (_, high) in enumerate(sizes[:-1]):  # each with a border
        assert rows[k + 1] - rows[k] >= high + 2
    assert rows.dtype == np.int64
    assert (rows[-1] + 6) * (width + 2) < 2**24  # places are exact in float32


def test_all_textures_with_all_levels_stand_in_one_pool():
    pictures = [noise(3, 5, 1), noise(8, 8, 2), noise(1, 1, 3), noise(16, 2, 4)]
    textures = TextureSet()
    for number, picture in enumerate(pictures):
        assert textures.add(f"texture {number}", picture) == number
    arrays = textures.arrays
    np.testing.assert_array_equal(arrays.sizes, [(5, 3), (8, 8), (1, 1), (2, 16)])
    np.testing.assert_array_equal(arrays.last_levels, [2, 3, 0, 4])
    for number, picture in enumerate(pictures):
        expected = mip_levels(picture[::-1])  # rows from bottom to top
        for ours, theirs in zip(unpacked(arrays, number), expected, strict=True):
            np.testing.assert_array_equal(ours, theirs)


def test_a_texture_is_kept_once():
    textures = TextureSet()
    first = textures.add("brick", noise(4, 4, 1))
    before = textures.arrays
    assert textures.add("brick", noise(4, 4, 2)) == first
    assert textures.arrays is before
    second = textures.add("wood", noise(2, 2, 3))
    assert textures.number("brick") == first
    assert textures.number("wood") == second
    assert "brick" in textures and "stone" not in textures
    assert len(textures.arrays.starts) == 2


def test_a_set_without_textures_can_be_drawn_with():
    arrays = TextureSet().arrays
    np.testing.assert_array_equal(unpacked(arrays, 0)[0], [[[255, 255, 255]]])
    assert len(arrays.starts) == len(arrays.sizes) == len(arrays.last_levels) == 1


@pytest.mark.parametrize(
    ("picture", "told"),
    [
        (np.zeros((4, 4, 3)), "float64 of shape (4, 4, 3)"),
        (np.zeros((4, 4), np.uint8), "uint8 of shape (4, 4)"),
        (np.zeros((4, 4, 4), np.uint8), "uint8 of shape (4, 4, 4)"),
    ],
)
def test_what_is_no_picture_is_refused(picture, told):
    textures = TextureSet()
    with pytest.raises(ValueError) as error:
        textures.add("brick", picture)
    assert str(error.value) == f"texture 'brick' is {told}, not uint8 (H, W, 3)"
    assert "brick" not in textures


def test_a_texture_too_large_for_exact_places_is_refused():
    textures = TextureSet()
    assert textures.add("long", np.zeros((1, LONGEST_SIDE, 3), np.uint8)) == 0
    with pytest.raises(ValueError, match=f"{LONGEST_SIDE}"):
        textures.add("longer", np.zeros((1, LONGEST_SIDE + 1, 3), np.uint8))
    assert "longer" not in textures
