"""Rooms of a task as a world whose factors are set: drawn many at a time, in any domain."""

from collections.abc import Iterator

import numpy as np
import pytest

from darla.environments.spec import EnvironmentSpec
from darla_agents.explore import ExploreConfig, open_explorer
from darla_agents.explore.settable_worlds import SettableRooms, open_world
from darla_envs.description.tasks import GO_TO_OBJECT
from darla_envs.suites import suite_of
from toy_encoder import make_toy_bundle
from toy_explorer import ask, pixels, refusal

SETTING = {
    "floor": 0.4,
    "wall": 0.1,
    "ceiling": 0.5,
    "light": 0.7,
    "agent_x": 2.0,
    "agent_z": 3.0,
    "agent_yaw": 0.2,
    "object_color": 0.6,
    "object_shape": "ball",
    "object_x": 4.0,
    "object_z": 3.0,
}


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    bundle = make_toy_bundle(tmp_path_factory.mktemp("rooms") / "encoder", size=64)
    with open_explorer(ExploreConfig((bundle,), env=GO_TO_OBJECT)) as serving:
        yield serving.port


@pytest.mark.parametrize("domain", ["source", "textured", "noisy", "low_camera"])
def test_a_setting_looks_as_the_domain_shows_it(port: int, domain: str) -> None:
    found = ask(port, "world/draw", {"domain": domain, "setting": SETTING})
    rooms = suite_of(GO_TO_OBJECT).worlds(1, domain, num_threads=1)
    chosen, expected = np.zeros(1, np.int64), np.empty((1, 64, 64, 3), np.uint8)
    rooms.reset(chosen, None, [SETTING])
    rooms.draw(chosen, expected)
    rooms.close()
    np.testing.assert_array_equal(pixels(found["frame"]), expected[0])
    found["factors"]["agent_yaw"] = pytest.approx(SETTING["agent_yaw"])  # wrapped
    assert {name: found["factors"][name] for name in SETTING} == SETTING
    assert found["factors"]["object_distance"] == pytest.approx(2.0)


def test_settings_are_drawn_from_their_domain(port: int) -> None:
    drawn = [
        ask(port, "world/sample", {"domain": domain, "seed": seed, "in_view": True})
        for domain in ("source", "d_u")
        for seed in range(3)
    ]
    assert len({each["setting"]["floor"] for each in drawn[:3]}) == 1  # the source has one look
    assert len({each["setting"]["floor"] for each in drawn[3:]}) == 3
    assert all(each["factors"]["object_visible"] >= 0.5 for each in drawn)
    assert drawn[0]["setting"].keys() == SETTING.keys()


def test_a_sweep_leaves_out_what_is_impossible(port: int) -> None:
    asked = {"domain": "d_u", "setting": SETTING, "factor": "object_x", "steps": 32}
    possible = ask(port, "world/sweep", asked)["values"]
    assert 20 < len(possible) < 32
    assert all(abs(x - 2.0) > 0.5 for x in possible)  # the agent stands at 2 m


def test_what_is_impossible_is_said_and_the_next_setting_is_drawn(port: int) -> None:
    overlapping = {**SETTING, "object_x": 2.0}
    said = refusal(port, "world/draw", {"domain": "d_u", "setting": overlapping})
    assert "agent" in said and "object" in said
    outside = {**SETTING, "floor": 1.5}
    said = refusal(port, "world/draw", {"domain": "d_u", "setting": outside})
    assert "factor 'floor' cannot be 1.5" in said
    assert ask(port, "world/draw", {"domain": "d_u", "setting": SETTING})["frame"]


def test_latents_are_measured_on_frames_of_d_u(port: int) -> None:
    found = ask(port, "traverse/survey", {"bundle": 0})
    assert found["origin"] == f"2,000 frames of {GO_TO_OBJECT}, d_u"
    assert {"floor", "wall", "object_bearing"} <= {*found["factors"]}
    assert all(sum(each["counts"]) == 2000 for each in found["histograms"])


def test_many_are_drawn_as_each_alone() -> None:
    world = open_world(EnvironmentSpec(GO_TO_OBJECT))
    assert isinstance(world, SettableRooms) and world.varied == "d_u"
    settings = world.sample("d_u", 40, 1, None)
    together, reported = world.draw("d_u", settings)
    for row in (0, 31, 32, 39):
        alone, (facts,) = world.draw("d_u", [settings[row]])
        np.testing.assert_array_equal(alone[0], together[row])
        assert facts == reported[row]
    world.close()
