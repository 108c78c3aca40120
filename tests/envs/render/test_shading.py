"""Colours, light and textures of what is seen of one polygon."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from darla_envs.render.scene import SceneLight
from toy_scenes import (
    BLACK,
    Face,
    View,
    as_triangles,
    assert_close,
    make_scene,
    noise,
    plain_picture,
    texture_set,
)

units = st.floats(0, 1)
channels = st.tuples(units, units, units)
few = settings(max_examples=30)


@few
@given(tint=channels, texel=st.tuples(*[st.integers(0, 255)] * 3), ambient=units, facing=units)
def test_a_pixel_is_texture_times_tint_times_light(tint, texel, ambient, facing):
    light = SceneLight(np.array([-1.0, 0.0, 0.0]), np.full(3, ambient), np.full(3, 0.8))
    normal = (-facing, np.sqrt(1 - facing**2), 0.0)
    view = View(8, 8)
    textures = texture_set(plain_picture(texel))
    expected = np.minimum(np.array(tint) * (ambient + 0.8 * facing), 1.0) * texel
    face = Face(view.wall(), tint=tint, texture=0, normal=normal)
    assert_close(view.draw(make_scene([face], light=light), textures), expected)
    mesh = as_triangles(view.wall(), normal, texture=0)
    assert_close(view.draw_mesh(mesh, textures, light, tint=tint), expected)


@pytest.mark.parametrize("width", [1, 15, 63, 64, 65, 127, 128, 129, 200])
def test_long_rows_are_shaded_to_their_end(width):
    """Pixels are shaded some at a time; rows may end anywhere."""
    view = View(width, 2, antialias=False)
    picture = noise(2, width)
    colors = np.array([(0, 0, 0), (1, 1, 1), (1, 1, 1), (0, 0, 0)], float)
    mesh = as_triangles(view.wall(), colors=colors, texture=0)
    drawn = view.draw_mesh(mesh, texture_set(picture))
    light = ((np.arange(width) + 0.5) / width)[None, :, None]
    assert_close(drawn, picture * light)


@pytest.mark.parametrize("texture", [-1, 0])
def test_polygons_that_pass_behind_the_camera_have_their_colours_where_they_are_seen(texture):
    """A floor seen at a grazing angle; beyond its horizon its colours would be no numbers."""
    view = View(33, 33, position=(0.0, 0.1, 0.0))
    floor = np.array([(-50, 0, 50), (50, 0, 50), (50, 0, -50), (-50, 0, -50)], float)
    white = texture_set(plain_picture((255, 255, 255), 64, 64))
    face = Face(floor, texture=texture, coordinates=[(x, z) for x, _, z in floor[:3]])
    picture = view.draw(make_scene([face], sky=BLACK), white)
    expected = np.zeros((33, 33, 3))
    expected[17:] = 255
    expected[16] = 127.5  # half of it is below the horizon
    assert_close(picture, expected, within=0.51)


@pytest.mark.parametrize("sky", [0.0, 0.5, 1.0])
@pytest.mark.parametrize(("left", "right"), [(5, 5.25), (5, 5.5), (5.3, 5.55), (5.75, 6)])
@pytest.mark.parametrize("ends", [(0.0, 1.0), (1.0, 0.0)])
def test_colours_are_those_at_the_middle_of_a_pixel_even_beyond_their_polygon(
    ends, left, right, sky
):
    """MiniWorld draws into floats: only the mean of a pixel's samples is held within bytes."""
    view = View(16, 16)
    colors = np.array([[ends[0]] * 3, [ends[1]] * 3, [ends[1]] * 3, [ends[0]] * 3])
    for texture in (-1, 0):
        mesh = as_triangles(view.wall(left, 0, right, 16), colors=colors, texture=texture)
        white = texture_set(plain_picture((255, 255, 255)))
        picture = view.draw_mesh(mesh, white, sky=(sky,) * 3)
        share = sum(left <= 5 + place < right for place in (0.125, 0.375, 0.625, 0.875)) / 4
        middle = ends[0] + (ends[1] - ends[0]) * (5.5 - left) / (right - left)
        expected = np.clip(share * middle + (1 - share) * sky, 0, 1) * 255
        assert_close(picture[:, 5], np.full((16, 3), expected))
