"""The agent's camera under a domain's shift, and what is then in view."""

import math

import gymnasium as gym
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import darla_envs  # noqa: F401  (registers the tasks)
from darla_envs.description.domain import Domain
from darla_envs.description.tasks import GO_TO_OBJECT, find_task
from darla_envs.description.view import View, find_view


def test_what_is_not_shifted_is_the_tasks():
    assert find_view(find_task(GO_TO_OBJECT), {}) == View(1.2, -12.0, 85.0)
    assert find_view(find_task(GO_TO_OBJECT), {"pitch": np.float32(3)}) == View(1.2, 3.0, 85.0)


@given(st.floats(-80, 80), st.floats(-math.pi, math.pi))
def test_the_direction_has_the_pitch_and_the_yaw(pitch, yaw):
    x, y, z = View(1.0, pitch, 60.0).direction(yaw)
    assert math.hypot(x, y, z) == pytest.approx(1)
    assert math.degrees(math.asin(y)) == pytest.approx(pitch, abs=1e-6)
    assert (x, -z) == pytest.approx(
        (math.cos(yaw) * math.hypot(x, z), math.sin(yaw) * math.hypot(x, z))
    )


@pytest.mark.parametrize(
    ("camera", "degrees", "distance", "seen"),
    [
        ({}, 30, 3.0, 1.0),
        ({"field_of_view": 70.0}, 35, 3.0, 0.5),  # its middle is at the picture's edge
        ({"field_of_view": 40.0}, 35, 3.0, 0.0),
        ({}, 0, 1.3, 1.0),
        ({"height": 2.6, "pitch": 0.0}, 0, 1.3, 0.0),  # the picture begins 1.4 m above the floor
        ({"height": 2.6, "pitch": -60.0}, 0, 1.3, 1.0),
    ],
)
def test_what_is_seen_follows_the_camera(camera, degrees, distance, seen):
    env = gym.make(GO_TO_OBJECT, domain=Domain("shifted", camera=camera)).unwrapped
    env.drawing = False
    angle = math.radians(degrees)
    place = {
        "object_x": 2.0 + distance * math.cos(angle),
        "object_z": 4.0 - distance * math.sin(angle),
    }
    start = {"agent_x": 2.0, "agent_z": 4.0, "agent_yaw": 0.0, **place}
    _, info = env.reset(seed=0, options={"factors": start})
    assert info["factors"]["object_visible"] == pytest.approx(seen, abs=0.08)
    env.close()


@pytest.mark.parametrize("camera", [{"field_of_view": 30.0}, {"height": 2.5, "pitch": 0.0}])
def test_settings_in_view_are_in_the_shifted_cameras(camera):
    env = gym.make(GO_TO_OBJECT, domain=Domain("shifted", camera=camera)).unwrapped
    env.drawing = False
    rng = np.random.default_rng(0)
    for wanted in (True, False) * 8:
        setting = env.sample_factors(in_view=wanted, rng=rng)
        _, info = env.reset(options={"factors": setting})
        assert (info["factors"]["object_visible"] >= 0.5) == wanted
    env.close()
