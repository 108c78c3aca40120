"""Textures on walls and floors, against a sampler written down as textbooks have it."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from darla_envs.render.textures import TextureSet, mip_levels
from toy_scenes import Face, View, assert_close, make_scene, noise, plain_picture, texture_set

few = settings(max_examples=60)
sides = st.integers(1, 40)


def bilinear(level: np.ndarray, u: np.ndarray, v: np.ndarray) -> np.ndarray:
    """Read a level (rows from bottom to top) that repeats, at texture coordinates."""
    height, width = level.shape[:2]
    x, y = u * width - 0.5, v * height - 0.5
    left, low = np.floor(x).astype(int), np.floor(y).astype(int)
    mean = np.zeros((*u.shape, 3))
    for i in (0, 1):
        for j in (0, 1):
            weight = np.abs(1 - i - (x - left)) * np.abs(1 - j - (y - low))
            mean += weight[..., None] * level[(low + j) % height, (left + i) % width]
    return mean


def sampled(picture: np.ndarray, u, v, texels_per_pixel) -> np.ndarray:
    """Read a texture at texture coordinates with so many of its texels from pixel to pixel.

    The logarithm is Mesa's: that of the square is exact at powers of two and straight in between.
    """
    levels = mip_levels(picture[::-1])
    u, v, footprint = np.broadcast_arrays(u, v, np.asarray(texels_per_pixel, float) ** 2)
    mantissa, exponent = np.frexp(footprint)
    detail = np.clip((exponent - 1 + 2 * mantissa - 1) / 2, 0, len(levels) - 1)
    readings = np.stack([bilinear(level.astype(float), u, v) for level in levels])
    low = np.floor(detail).astype(int)
    high = np.minimum(low + 1, len(levels) - 1)
    share = (detail - low)[..., None]
    fine, coarse = (
        np.take_along_axis(readings, index[None, ..., None], axis=0)[0] for index in (low, high)
    )
    return fine + (coarse - fine) * share


def on_a_wall(picture, width, height, left=0.0, low=0.0, right=1.0, high=1.0):
    """Draw a wall that fills the picture, and what is expected of it."""
    view = View(width, height, antialias=False)
    coordinates = ((left, low), (right, low), (right, high))
    face = Face(view.wall(), texture=0, coordinates=coordinates)
    drawn = view.draw(make_scene([face]), texture_set(picture))
    across, down = (np.arange(width) + 0.5) / width, (np.arange(height) + 0.5) / height
    u, v = np.meshgrid(left + (right - left) * across, high + (low - high) * down)
    across = abs(right - left) / width * picture.shape[1]
    down = abs(high - low) / height * picture.shape[0]
    return drawn, sampled(picture, u, v, max(across, down))


def test_a_texel_a_pixel_shows_the_texture():
    picture = noise(9, 13)
    drawn, expected = on_a_wall(picture, 13, 9)
    np.testing.assert_allclose(expected, picture)
    np.testing.assert_array_equal(drawn, picture)


def test_half_way_between_texels_is_their_mean():
    picture = noise(8, 8)
    drawn, _ = on_a_wall(picture, 8, 8, left=1 / 16, right=17 / 16)
    to_the_right = np.roll(picture, -1, axis=1)
    assert_close(drawn, (picture.astype(float) + to_the_right) / 2)
    drawn, _ = on_a_wall(picture, 8, 8, low=1 / 16, high=17 / 16)
    above = np.roll(picture, 1, axis=0)
    assert_close(drawn, (picture.astype(float) + above) / 2)


def test_textures_repeat():
    picture = noise(4, 6)
    drawn, _ = on_a_wall(picture, 18, 8, right=3.0, high=2.0)
    np.testing.assert_array_equal(drawn, np.tile(picture, (2, 3, 1)))


@pytest.mark.parametrize("shift", [-1, 1, -7, 60])
def test_whole_textures_away_is_the_same(shift):
    picture = noise(8, 8)
    drawn, _ = on_a_wall(picture, 24, 24, left=0.2, right=0.9, low=0.1, high=0.7)
    other, _ = on_a_wall(
        picture, 24, 24, left=0.2 + shift, right=0.9 + shift, low=0.1 - shift, high=0.7 - shift
    )
    assert_close(other, drawn)


def test_textures_can_be_mirrored():
    picture = noise(8, 8)
    drawn, _ = on_a_wall(picture, 8, 8, left=1.0, right=0.0)
    np.testing.assert_array_equal(drawn, picture[:, ::-1])
    drawn, _ = on_a_wall(picture, 8, 8, low=0.0, high=-1.0)
    np.testing.assert_array_equal(drawn, picture[::-1])


@pytest.mark.parametrize("level", range(6))
def test_twice_as_many_texels_a_pixel_are_one_level_further(level):
    picture = noise(32, 32)
    size = 32 >> level
    drawn, _ = on_a_wall(picture, size, size)
    np.testing.assert_array_equal(drawn, mip_levels(picture[::-1])[level][::-1])


def test_between_levels_both_are_blended():
    stripes = plain_picture((0, 0, 0), 8, 8)
    stripes[:, 1::2] = 201
    assert (mip_levels(stripes)[1] == 101).all()
    view = View(1, 1, antialias=False)
    # The square of sqrt(2) texels is 2, half way from 1 to 4 in powers of two.
    for texels, share in ((1.0, 0.0), (math.sqrt(2), 0.5), (2.0, 1.0)):
        wide, middle = texels / 8, 1.5 / 8  # the centre of a bright texel
        coordinates = ((middle - wide / 2, 0.1), (middle + wide / 2, 0.1), (middle + wide / 2, 0.1))
        face = Face(view.wall(), texture=0, coordinates=coordinates)
        drawn = view.draw(make_scene([face]), texture_set(stripes))
        assert_close(drawn, 201 + share * (101 - 201))


def test_the_longer_side_of_a_pixel_chooses_the_level():
    picture = noise(16, 16)
    coarse = mip_levels(picture[::-1])[2][::-1].astype(float)
    drawn, _ = on_a_wall(picture, 16, 4)  # a texel across, four texels down
    # Level 2 has a texel for each row of pixels; along rows it is magnified four times.
    expected = (coarse * 5 + np.roll(coarse, 1, axis=1) * 3) / 8
    assert_close(drawn[:, 0::4], expected)


@few
@given(
    st.tuples(sides, sides),
    st.tuples(sides, sides),
    st.tuples(*[st.floats(-3, 3)] * 4),
    st.integers(0, 1000),
)
def test_any_texture_on_a_wall_is_sampled_as_textbooks_have_it(texture, size, place, seed):
    left, low, across, up = place
    right, high = left + math.copysign(abs(across) + 0.01, across), low + abs(up) + 0.01
    drawn, expected = on_a_wall(noise(*texture, seed), *size, left, low, right, high)
    assert_close(drawn, expected, within=1.2)


@few
@given(
    yaw=st.floats(-3.1, 3.1),
    pitch=st.floats(-1.5, -0.9),
    height=st.floats(0.5, 8),
    texture=st.tuples(sides, sides),
)
def test_any_texture_on_a_floor_is_sampled_as_textbooks_have_it(yaw, pitch, height, texture):
    """The footprint varies over the picture, by what neighbouring pixels see of the floor."""
    view = View(20, 14, (0.3, height, -0.2), yaw, pitch, math.radians(60), antialias=False)
    picture = noise(*texture)
    floor = np.array([(-40, 0, 40), (40, 0, 40), (40, 0, -40), (-40, 0, -40)], float)
    coordinates = [(x / 2, -z / 3) for x, _, z in floor[:3]]
    face = Face(floor, texture=0, coordinates=coordinates)
    drawn = view.draw(make_scene([face]), texture_set(picture))

    def seen(x, y):
        """Return the texture coordinates that pixels see."""
        tangent = math.tan(view.fov_y / 2)
        right, up = (
            tangent * (2 * x - view.width) / view.height,
            tangent * (1 - 2 * y / view.height),
        )
        ahead = math.cos(pitch) - math.sin(pitch) * up
        down = -(math.sin(pitch) + math.cos(pitch) * up)
        away = height / down
        world_x = 0.3 + away * (ahead * math.cos(yaw) + right * math.sin(yaw))
        world_z = -0.2 + away * (-ahead * math.sin(yaw) + right * math.cos(yaw))
        return np.array([world_x / 2, -world_z / 3])

    x, y = np.meshgrid(np.arange(view.width) + 0.5, np.arange(view.height) + 0.5)
    texels = np.array([picture.shape[1], picture.shape[0]])[:, None, None]
    step = 1e-4
    across = (seen(x + step, y) - seen(x - step, y)) / (2 * step) * texels
    down = (seen(x, y + step) - seen(x, y - step)) / (2 * step) * texels
    footprint = np.sqrt(np.maximum((across**2).sum(axis=0), (down**2).sum(axis=0)))
    u, v = seen(x, y)
    assert_close(drawn, sampled(picture, u, v, footprint), within=2.0)


@few
@given(st.lists(st.tuples(st.integers(1, 300), st.integers(1, 300)), min_size=1, max_size=5))
def test_textures_do_not_run_into_each_other(sizes):
    """All levels of a texture of one colour show it, whatever stands beside it in the pool."""
    colors = [(40 * number, 250 - 30 * number, 128) for number in range(len(sizes))]
    textures = texture_set(
        *(plain_picture(color, *size) for color, size in zip(colors, sizes, strict=True))
    )
    view = View(8, 8, antialias=False)
    for number, color in enumerate(colors):
        for repeats in (0.01, 0.1, 1.0, 7.0, 100.0):
            coordinates = ((-repeats, -repeats), (repeats, -repeats), (repeats, repeats))
            face = Face(view.wall(), texture=number, coordinates=coordinates)
            assert (view.draw(make_scene([face]), textures) == color).all()


def test_the_largest_textures_are_read_from_every_corner():
    textures = TextureSet()
    picture = np.zeros((2048, 2048, 3), np.uint8)
    picture[-4:, -4:], picture[:4, -4:] = (255, 0, 0), (0, 255, 0)
    picture[:4, :4], picture[-4:, :4] = (0, 0, 255), (255, 255, 255)
    textures.add("large", picture)
    view = View(4, 4, antialias=False)
    small = 4 / 2048
    for right, high, color in (
        (1.0, small, (255, 0, 0)),
        (1.0, 1.0, (0, 255, 0)),
        (small, 1.0, (0, 0, 255)),
        (small, small, (255, 255, 255)),
    ):
        left, low = right - small, high - small
        face = Face(view.wall(), texture=0, coordinates=((left, low), (right, low), (right, high)))
        drawn = view.draw(make_scene([face]), textures)
        assert_close(drawn[1:3, 1:3], np.array(color))
