import math

import gymnasium as gym
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import darla_envs  # noqa: F401  (registers the tasks)
from darla_envs.description.tasks import GO_TO_OBJECT, SEEK_AVOID
from oracle.visibility import bearing_and_distance, visible_fractions

AHEAD = np.array([1.0, 0.0, 0.0])
CAMERA = np.array([0.0, 0.5, 0.0])


@given(st.floats(-math.pi, math.pi), st.floats(-3, 3), st.floats(0.5, 5))
def test_bearing_and_distance_of_a_known_place(yaw, bearing, distance):
    angle = yaw + bearing
    place = np.array([[distance * math.cos(angle), -distance * math.sin(angle)]])
    found, far = bearing_and_distance(np.zeros(2), yaw, place)
    assert math.cos(found[0] - bearing) == pytest.approx(1.0)
    assert far[0] == pytest.approx(distance)
    assert -math.pi <= found[0] < math.pi


def test_in_front_beside_and_behind():
    objects = np.array([[3.0, 0.0], [0.0, 3.0], [-3.0, 0.0]])
    seen = [visible_fractions(CAMERA, AHEAD, 1.0, objects[[i]], 0.5, 1.0)[0] for i in range(3)]
    assert seen == [1.0, 0.0, 0.0]


def test_half_out_of_the_picture():
    seen = visible_fractions(CAMERA, AHEAD, 1.0, np.array([[3.0, 3.0]]), 0.5, 1.0)[0]
    assert 0.3 <= seen <= 0.7


def test_one_behind_another_is_hidden():
    objects = np.array([[2.0, 0.0], [4.0, 0.0], [4.0, 2.5]])
    seen = visible_fractions(CAMERA, AHEAD, 1.0, objects, 0.5, 1.0)
    assert seen.tolist() == [1.0, 0.0, 1.0]


def test_a_high_camera_looks_over_the_first():
    down = np.array([math.cos(-0.3), math.sin(-0.3), 0.0])
    objects = np.array([[2.0, 0.0], [5.0, 0.0]])
    low = visible_fractions(CAMERA, AHEAD, 1.0, objects, 0.5, 1.0)
    high = visible_fractions(np.array([0.0, 4.0, 0.0]), down, 1.0, objects, 0.5, 1.0)
    assert low[1] == 0.0 and high[1] > 0.5


@pytest.mark.parametrize("task", [GO_TO_OBJECT, SEEK_AVOID])
def test_agrees_with_the_picture(task):
    """An object has visible pixels where, and only where, its colour changes the picture."""
    env = gym.make(task, domain="d_u").unwrapped
    rng = np.random.default_rng(0)
    visible, pixels = [], []
    for _ in range(60):
        setting = env.sample_factors(rng=rng)
        name = env.task.objects[0]
        first, info = env.reset(options={"factors": {**setting, f"{name}_color": 0.0}})
        second, _ = env.reset(options={"factors": {**setting, f"{name}_color": 1.0}})
        visible.append(info["factors"][f"{name}_visible"])
        pixels.append(int((np.abs(first.astype(int) - second).max(-1) > 20).sum()))
    visible, pixels = np.array(visible), np.array(pixels)
    assert (pixels[visible >= 0.5] > 8).all()
    assert (pixels[visible == 0.0] <= 30).all()  # at most a sliver between sample points
    assert ((visible > 0) == (pixels > 0)).mean() >= 0.9
    env.close()
