"""The camera against the formulas of a pinhole camera, and against MiniWorld's conventions."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import darla_envs.stock  # noqa: F401  (before MiniWorld)
from darla_envs.render.camera import Cameras, aim, project

# isort: split
from miniworld.entity import Agent

WIDTH, HEIGHT, FOV_Y = 80, 60, math.radians(60.0)
angles = st.floats(-math.pi, math.pi)
pitches = st.floats(-1.4, 1.4)
fields_of_view = st.floats(math.radians(20), math.radians(120))


def aimed(yaw=0.0, pitch=0.0, fov_y=FOV_Y, width=WIDTH, height=HEIGHT) -> np.ndarray:
    projection = np.zeros((3, 3), np.float32)
    aim(np.float32(yaw), np.float32(pitch), np.float32(fov_y), width, height, projection)
    return projection


def seen(projection: np.ndarray, offset) -> tuple[float, float, float]:
    x, y, w = project(projection, *(np.float32(value) for value in offset))
    return x / w, y / w, w


def direction(yaw: float, pitch: float = 0.0) -> np.ndarray:
    level = math.cos(pitch)
    return np.array([level * math.cos(yaw), math.sin(pitch), -level * math.sin(yaw)])


@given(yaw=angles, pitch=pitches, fov_y=fields_of_view, distance=st.floats(0.1, 50))
def test_what_is_straight_ahead_is_in_the_middle(yaw, pitch, fov_y, distance):
    x, y, w = seen(aimed(yaw, pitch, fov_y), distance * direction(yaw, pitch))
    assert x == pytest.approx(WIDTH / 2, abs=1e-3)
    assert y == pytest.approx(HEIGHT / 2, abs=1e-3)
    assert w == pytest.approx(distance, rel=1e-5)


@given(fov_y=fields_of_view, width=st.integers(1, 500), height=st.integers(1, 500))
def test_the_field_of_view_ends_at_the_edges(fov_y, width, height):
    tangent_y = math.tan(fov_y / 2)
    tangent_x = tangent_y * width / height
    projection = aimed(fov_y=fov_y, width=width, height=height)
    for up, y in ((1, 0), (0, height / 2), (-1, height)):
        for right, x in ((-1, 0), (0, width / 2), (1, width)):
            place = seen(projection, (3.0, 3 * up * tangent_y, 3 * right * tangent_x))
            assert place == pytest.approx((x, y, 3.0), rel=1e-5, abs=2e-3)


def test_square_pixels_whatever_the_shape_of_the_picture():
    for width, height in ((80, 60), (60, 80), (37, 23)):
        projection = aimed(width=width, height=height)
        middle = seen(projection, (5, 0, 0))
        right, up = seen(projection, (5, 0, 1)), seen(projection, (5, 1, 0))
        assert right[0] - middle[0] == pytest.approx(middle[1] - up[1], rel=1e-5)
        assert up[0] == pytest.approx(middle[0], abs=1e-4)


@given(angle=st.floats(-0.5, 0.5))
def test_yaw_grows_to_the_left(angle):
    """A point in direction ``angle`` is as far left of the middle as its tangent says."""
    tangent_x = math.tan(FOV_Y / 2) * WIDTH / HEIGHT
    expected = WIDTH / 2 * (1 - math.tan(angle) / tangent_x)
    assert seen(aimed(), direction(angle))[0] == pytest.approx(expected, abs=1e-3)
    assert seen(aimed(yaw=-angle), direction(0.0))[0] == pytest.approx(expected, abs=1e-3)


@given(pitch=st.floats(-0.5, 0.5))
def test_pitch_grows_upwards(pitch):
    expected = HEIGHT / 2 * (1 + math.tan(pitch) / math.tan(FOV_Y / 2))
    x, y, _ = seen(aimed(pitch=pitch), direction(0.0))
    assert (x, y) == pytest.approx((WIDTH / 2, expected), abs=1e-3)


@given(yaw=angles, pitch=pitches, fov_y=fields_of_view, offset=st.tuples(*[st.floats(-5, 5)] * 3))
def test_any_point_is_where_a_pinhole_camera_sees_it(yaw, pitch, fov_y, offset):
    ahead = direction(yaw, pitch)
    right = direction(yaw - math.pi / 2)
    up = np.cross(right, ahead)
    distance = np.dot(offset, ahead)
    if abs(distance) < 0.1:
        return
    tangent_y = math.tan(fov_y / 2)
    across = np.dot(offset, right) / distance / (tangent_y * WIDTH / HEIGHT)
    above = np.dot(offset, up) / distance / tangent_y
    expected = (WIDTH / 2 * (1 + across), HEIGHT / 2 * (1 - above), distance)
    assert seen(aimed(yaw, pitch, fov_y), offset) == pytest.approx(expected, rel=1e-3, abs=2e-2)


@given(yaw=angles, pitch=st.floats(-60, 60))
def test_it_looks_where_the_agent_of_miniworld_does(yaw, pitch):
    agent = Agent()
    agent.dir, agent.cam_pitch = yaw, pitch
    expected = direction(yaw, math.radians(pitch))
    np.testing.assert_allclose(agent.cam_dir, expected, atol=1e-9)
    x, y, w = seen(aimed(yaw, math.radians(pitch)), 4 * agent.cam_dir)
    assert (x, y, w) == pytest.approx((WIDTH / 2, HEIGHT / 2, 4), abs=1e-3)
    right = seen(aimed(yaw), agent.dir_vec + 0.1 * agent.right_vec)
    assert right[0] > WIDTH / 2
    assert right[1] == pytest.approx(HEIGHT / 2, abs=1e-3)


def test_cameras_at_first_stand_at_the_origin_and_look_along_x():
    cameras = Cameras.empty(3)
    assert cameras.position.shape == (3, 3)
    assert not cameras.position.any() and not cameras.yaw.any() and not cameras.pitch.any()
    np.testing.assert_allclose(cameras.fov_y, math.radians(60))
    cameras.yaw[1] = 1.0
    assert not cameras.pitch.any()
