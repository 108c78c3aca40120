"""Clipping and setting up polygons, against textbook formulas in float64."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from darla_envs.render.coverage import sample_offsets
from darla_envs.render.polygons import (
    clip_near,
    draw_polygon,
    outside,
    set_plane,
    weights_over_distance,
)
from darla_envs.render.scratch import INVERSE, PLANE_U
from darla_envs.render.visibility import FAR, NEAR, SKY, polygon_bits, polygon_number

WIDTH, HEIGHT = 32, 24
coordinates = st.floats(-5, 5, width=32)
points = st.tuples(coordinates, coordinates, coordinates)


def projected(corners) -> np.ndarray:
    rows = np.zeros((8, 3), np.float32)
    rows[: len(corners)] = corners
    return rows


def clip(corners) -> np.ndarray:
    clipped = np.full((8, 3), np.nan, np.float32)
    return clipped[: clip_near(projected(corners), len(corners), clipped)].astype(float)


def area(polygon: np.ndarray) -> np.ndarray:
    """Return the vector area of a flat polygon in space."""
    if len(polygon) < 3:
        return np.zeros(3)
    return np.cross(polygon[1:-1] - polygon[0], polygon[2:] - polygon[0]).sum(axis=0) / 2


def on_screen(places, distances) -> np.ndarray:
    """Return projected corners from places in pixels and distances in metres."""
    return np.array([(x * w, y * w, w) for (x, y), w in zip(places, distances, strict=True)])


SQUARE = np.array([(0, 0, 1), (4, 0, 1), (4, 4, 1), (0, 4, 1)], np.float32)


def test_what_is_beyond_the_near_plane_stays():
    np.testing.assert_array_equal(clip(SQUARE), SQUARE)
    at_the_plane = SQUARE.copy()
    at_the_plane[:, 2] = np.float32(NEAR)
    np.testing.assert_array_equal(clip(at_the_plane), at_the_plane)


def test_what_is_before_the_near_plane_goes():
    for distance in (0.03, 0.0, -1.0):
        hidden = SQUARE.copy()
        hidden[:, 2] = distance
        assert len(clip(hidden)) == 0


@pytest.mark.parametrize("first", range(4))
@pytest.mark.parametrize(
    ("corners", "behind", "left"), [(3, 1, 4), (3, 2, 3), (4, 1, 5), (4, 2, 4), (4, 3, 3)]
)
def test_corners_behind_are_cut_off(corners, behind, left, first):
    polygon = SQUARE[:corners].copy()
    hidden = [(first + k) % corners for k in range(behind)]
    polygon[hidden, 2] = -0.5
    cut = clip(polygon)
    assert len(cut) == left
    at_the_plane = np.isclose(cut[:, 2], NEAR, rtol=0, atol=1e-6)
    assert at_the_plane.sum() == 2
    kept = {tuple(corner) for corner in cut[~at_the_plane]}
    assert kept == {tuple(corner) for corner in np.delete(polygon, hidden, axis=0)}


def test_edges_are_cut_where_they_meet_the_plane():
    cut = clip([(0, 0, 2 * NEAR), (8, 4, 0), (0, 4, 2 * NEAR)])
    np.testing.assert_allclose(
        cut, [(0, 0, 2 * NEAR), (4, 2, NEAR), (4, 4, NEAR), (0, 4, 2 * NEAR)], rtol=1e-6
    )


@given(st.lists(points, min_size=3, max_size=3))
def test_both_sides_of_the_near_plane_make_up_the_polygon(corners):
    triangle = np.array(corners, np.float32)
    other_side = triangle * np.array([1, 1, -1], np.float32)
    other_side[:, 2] += np.float32(2 * NEAR)
    front, back = clip(triangle), clip(other_side)
    assert (front[:, 2:] >= NEAR - 1e-6).all()
    normal = np.cross(*(triangle[1:] - triangle[0]).astype(float))
    for corner in front:  # still in the plane
        assert abs(np.dot(corner - triangle[0], normal)) < 1e-4
    back = back * (1, 1, -1) + (0, 0, 2 * NEAR)
    np.testing.assert_allclose(area(front) + area(back), area(triangle.astype(float)), atol=1e-3)


@pytest.mark.parametrize(
    ("places", "distance"),
    [
        ([(-9, 5), (-1, 5), (-5, 20)], 2.0),
        ([(33, 5), (40, 5), (35, 20)], 2.0),
        ([(5, -9), (20, -1), (10, -5)], 2.0),
        ([(5, 25), (20, 30), (10, 40)], 2.0),
        ([(5, 5), (20, 10), (10, 20)], 0.9 * NEAR),
        ([(5, 5), (20, 10), (10, 20)], 1.1 * FAR),
    ],
)
def test_polygons_beyond_one_side_are_outside(places, distance):
    corners = projected(on_screen(places, [distance] * 3))
    assert outside(corners, 3, WIDTH, HEIGHT)
    inside = projected(on_screen([*places, (16, 12)], [distance] * 3 + [1.0]))
    assert not outside(inside, 4, WIDTH, HEIGHT)


def test_corners_beyond_different_sides_are_not_outside():
    corners = projected(on_screen([(-20, 12), (50, -9), (50, 40)], [2.0] * 3))
    assert not outside(corners, 3, WIDTH, HEIGHT)


triangles = st.tuples(
    st.lists(st.tuples(st.floats(-10, 42), st.floats(-10, 34)), min_size=3, max_size=3),
    st.lists(st.floats(0.1, 20), min_size=3, max_size=3),
)


def front_of(triangle) -> np.ndarray:
    """Return a triangle's projected corners, turned so that it shows its front."""
    places, distances = np.array(triangle[0]), np.array(triangle[1])
    (x1, y1), (x2, y2) = places[1:] - places[0]
    turn = x1 * y2 - x2 * y1
    assume(abs(turn) > 1.0)
    corners = on_screen(places, distances)
    return corners if turn < 0 else corners[::-1]  # y points down


@given(triangles)
def test_weighted_corners_sum_up_to_the_pixel(triangle):
    corners, weights = projected(front_of(triangle)), np.zeros((3, 3))
    assert weights_over_distance(corners, weights)
    # The sum of weights[k] . (x, y, 1) times corner k is (x, y, 1), whatever x and y.
    np.testing.assert_allclose(corners[:3].astype(float).T @ weights, np.eye(3), atol=1e-6)


@given(triangles)
def test_backs_are_told_from_fronts(triangle):
    corners, weights = front_of(triangle), np.zeros((3, 3))
    for turned in (corners, np.roll(corners, 1, axis=0)):
        assert weights_over_distance(projected(turned), weights)
        assert not weights_over_distance(projected(turned[::-1]), weights)


def test_polygons_seen_edge_on_do_not_show_their_front():
    weights = np.zeros((3, 3))
    assert not weights_over_distance(
        projected(on_screen([(0, 0), (4, 4), (8, 8)], [1] * 3)), weights
    )


@given(triangles, st.tuples(*[st.floats(-3, 3)] * 3), st.tuples(*[st.floats(0.05, 1)] * 3))
def test_quantities_vary_as_perspective_has_it(triangle, values, shares):
    corners = front_of(triangle)
    weights, planes = np.zeros((3, 3)), np.zeros((2, 7, 3), np.float32)
    assert weights_over_distance(projected(corners), weights)
    set_plane(planes, 1, PLANE_U, weights, *values)
    set_plane(planes, 1, INVERSE, weights, 1.0, 1.0, 1.0)
    shares = np.array(shares) / sum(shares)  # of the corners, in space
    x, y, distance = shares @ corners
    pixel = np.array([x / distance, y / distance, 1.0])
    over_distance, inverse = planes[1, PLANE_U] @ pixel, planes[1, INVERSE] @ pixel
    size = np.abs(planes[1]).max() * np.abs(pixel).max()  # what float32 rounds off
    assert 1 / inverse == pytest.approx(distance, rel=1e-4 + 1e-6 * size * distance)
    near = 1e-4 + 2e-6 * size * distance
    assert over_distance / inverse == pytest.approx(shares @ values, abs=10 * near)
    assert not planes[0].any()
    assert not np.delete(planes[1], [INVERSE, PLANE_U], axis=0).any()


def drawn(corners) -> tuple[bool, np.ndarray, np.ndarray]:
    """Draw a polygon as number 1, one sample a pixel; return whether, the keys and its planes."""
    keys, planes = np.full((HEIGHT, WIDTH), SKY, np.uint32), np.zeros((2, 7, 3), np.float32)
    memory = np.zeros((8, 3), np.float32), np.zeros((3, 3)), np.zeros((2, HEIGHT), np.int32)
    clipped, weights, spans = memory
    offsets = sample_offsets(1, HEIGHT)
    done = draw_polygon(
        projected(corners), clipped, len(corners), weights, spans, keys, planes, 1, offsets, 1,
        WIDTH, HEIGHT,
    )  # fmt: skip
    return done, keys, planes


def test_a_polygon_is_drawn_from_its_front_only():
    corners = on_screen([(4, 20), (28, 20), (28, 4), (4, 4)], [2.0] * 4)
    done, keys, planes = drawn(corners)
    expected = np.zeros((HEIGHT, WIDTH), bool)
    expected[4:20, 4:28] = True
    assert done
    np.testing.assert_array_equal(keys != SKY, expected)
    assert {polygon_number(key) for key in keys[expected]} == {1}
    np.testing.assert_allclose(planes[1, INVERSE], (0, 0, 0.5), atol=1e-6)
    done, keys, _ = drawn(corners[::-1])
    assert not done and (keys == SKY).all()


def test_a_polygon_between_samples_is_not_drawn():
    for places in (
        [(4.6, 10), (4.9, 10), (4.9, 5), (4.6, 5)],
        [(4, 10.4), (9, 10.4), (9, 9.6), (4, 9.6)],
    ):
        done, keys, _ = drawn(on_screen(places, [2.0] * 4))
        assert not done and (keys == SKY).all()


def test_a_polygon_that_reaches_behind_the_camera_is_cut_and_drawn():
    # A floor 1 m below a camera that looks ahead: corners 2 m behind it and 10 m ahead.
    focal = WIDTH / 2
    floor = [
        (WIDTH / 2 * w + focal * across, HEIGHT / 2 * w + focal, w)
        for across, w in ((-50, -2), (50, -2), (50, 10), (-50, 10))
    ]
    done, keys, _ = drawn(floor)
    rows = np.arange(HEIGHT) + 0.5
    distances = focal / np.maximum(rows - HEIGHT / 2, 1e-9)
    expected = np.broadcast_to(((distances < 10) & (distances > NEAR))[:, None], keys.shape)
    assert done
    np.testing.assert_array_equal(keys != SKY, expected)
    assert (keys[expected] & 0xFFFF == polygon_bits(1)).all()
