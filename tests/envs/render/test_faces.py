"""Flat faces in pictures."""

import numpy as np
import pytest

from toy_scenes import (
    BLUE,
    GREEN,
    RED,
    WHITE,
    Face,
    View,
    assert_close,
    make_scene,
    noise,
    texture_set,
)

VIEW = View(16, 16)


def test_a_wall_before_the_camera_fills_the_picture():
    picture = VIEW.draw(make_scene([Face(VIEW.wall(), tint=(0.2, 0.4, 1.0))]))
    assert (picture == (51, 102, 255)).all()


def test_each_wall_has_its_own_colour():
    halves = [Face(VIEW.wall(right=6), tint=RED), Face(VIEW.wall(left=6, bottom=9), tint=GREEN)]
    picture = VIEW.draw(make_scene(halves, sky=BLUE))
    assert (picture[:, :6] == 255 * RED).all()
    assert (picture[:9, 6:] == 255 * GREEN).all()
    assert (picture[9:, 6:] == 255 * BLUE).all()


def test_backs_are_not_drawn():
    wall = VIEW.wall()
    assert (VIEW.draw(make_scene([Face(wall[::-1])], sky=BLUE)) == 255 * BLUE).all()


def test_triangles_have_three_corners():
    wall = VIEW.wall()
    triangle = Face(wall[:3], tint=RED)
    picture = View(16, 16, antialias=False).draw(make_scene([triangle], sky=BLUE))
    rows, columns = np.indices((16, 16))
    assert (picture[rows + columns > 15] == 255 * RED).all()
    assert (picture[rows + columns < 15] == 255 * BLUE).all()


@pytest.mark.parametrize("order", [1, -1])
def test_the_nearer_wall_hides_the_other(order):
    near = Face(VIEW.wall(4, 4, 12, 12, distance=1.0), tint=RED)
    far = Face(VIEW.wall(distance=3.0), tint=GREEN)
    picture = VIEW.draw(make_scene([near, far][::order]))
    expected = np.tile(255 * GREEN, (16, 16, 1))
    expected[4:12, 4:12] = 255 * RED
    np.testing.assert_array_equal(picture, expected)


def test_of_two_faces_in_one_place_the_first_is_seen():
    faces = [Face(VIEW.wall(), tint=RED), Face(VIEW.wall(), tint=GREEN)]
    assert (VIEW.draw(make_scene(faces)) == 255 * RED).all()


def test_walls_that_cross_meet_in_a_line():
    """Along a row one wall comes nearer while the other goes away; they meet in the middle."""
    here, there = (1.0, 3.0), (3.0, 1.0)
    crossing = []
    for (left, right), tint in ((here, RED), (there, GREEN)):
        at = [
            VIEW.point(x, y, d)
            for x, y, d in ((0, 16, left), (16, 16, right), (16, 0, right), (0, 0, left))
        ]
        crossing.append(Face(np.array(at), tint=tint))
    picture = VIEW.draw(make_scene(crossing))
    assert (picture[:, :8] == 255 * RED).all()
    assert (picture[:, 8:] == 255 * GREEN).all()


def test_the_camera_moves_through_the_world():
    wall = Face(np.array([(4, 0, -3), (4, 0, 3), (4, 2, 3), (4, 2, -3)], float), tint=RED)
    view = View(20, 20, position=(2.0, 1.0, 0.0))  # 2 m away: 2 m of 4 m are 10 of 20 pixels
    picture = view.draw(make_scene([wall], sky=BLUE))
    assert (picture[5:15] == 255 * RED).all()
    assert (picture[:5] == 255 * BLUE).all() and (picture[15:] == 255 * BLUE).all()
    left = View(20, 20, position=(4.0, 1.0, -2.0), yaw=np.pi / 2).draw(make_scene([wall], sky=BLUE))
    assert (left == 255 * BLUE).all()  # along the wall


def test_a_texture_is_spread_by_its_first_three_corners():
    picture = noise(8, 8)
    view = View(8, 8)
    textures = texture_set(picture)
    upright = view.draw(make_scene([Face(view.wall(), texture=0)]), textures)
    assert_close(upright, picture)
    turned = ((1.0, 0.0), (1.0, 1.0), (0.0, 1.0))  # what was right is below
    assert_close(
        view.draw(make_scene([Face(view.wall(), texture=0, coordinates=turned)]), textures),
        np.rot90(picture, -1),
    )


def test_the_tint_multiplies_the_texture():
    picture, tint = noise(8, 8), np.array((0.25, 0.5, 1.0))
    view = View(8, 8)
    drawn = view.draw(make_scene([Face(view.wall(), tint=tint, texture=0)]), texture_set(picture))
    assert_close(drawn, picture * tint)
    plain = view.draw(make_scene([Face(view.wall(), tint=WHITE)]), texture_set(picture))
    assert (plain == 255).all()


def test_texture_coordinates_follow_perspective():
    """A floor of stripes 1 m long: each row of pixels shows the stripe at its distance."""
    view = View(16, 64, antialias=False)
    floor = np.array([(0, -1, -99), (64, -1, -99), (64, -1, 99), (0, -1, 99)], float)[::-1]
    stripes = np.zeros((1, 64, 3), np.uint8)
    stripes[0, 0::2] = 255
    along = [(corner[0] / 64, 0.5) for corner in floor[:3]]
    face = Face(floor, texture=0, coordinates=along)
    picture = view.draw(make_scene([face], sky=BLUE), texture_set(stripes))
    rows = np.arange(64) + 0.5
    distances = 32 / np.maximum(rows - 32, 1e-6)
    for row in range(36, 64):
        per_pixel = distances[row] ** 2 / 32  # metres from row to row
        phase = distances[row] % 1
        if per_pixel < 1 and 0.3 < phase < 0.7:  # within a stripe's middle, one texel a stripe
            value = 255 if int(distances[row]) % 2 == 0 else 0
            nearest = abs(picture[row].astype(int) - value).max()
            assert nearest <= 255 * abs(phase - 0.5) + 1, row
