"""Textures and cameras of batched rooms: pictures as MiniWorld draws them, each in its domain."""

from typing import Any

import gymnasium as gym
import numpy as np
import pytest

import darla_envs  # noqa: F401  (registers the tasks)
from darla_envs.description.domain import Domain
from darla_envs.description.tasks import GO_TO_OBJECT, SEEK_AVOID
from darla_envs.rooms.room_worlds import RoomWorlds
from oracle.world import make as make_oracle
from parity import measures

LOW = {"height": 0.5, "pitch": 8.0, "field_of_view": 55.0}
HIGH = {"height": 2.2, "pitch": -35.0, "field_of_view": 110.0}
# None of them is as wide as high, or as large as its side is in metres.
ODD = {"floor": "picket_fence", "wall": "logo_mila", "ceiling": "concrete_tiles"}
BOTH = Domain("both", textures={"floor": "wood_planks", "wall": "brick_wall"}, camera=HIGH)
EVERYONE = np.arange(2)


def pictures(worlds: RoomWorlds) -> np.ndarray:
    out = np.empty((worlds.num_worlds, *worlds.observation_space.shape), np.uint8)
    worlds.draw(np.arange(worlds.num_worlds), out)
    return out


def alone(domain: Any, seed: int, actions: tuple[int, ...] = ()) -> np.ndarray:
    """Return the picture of a single batched room after an episode's first actions."""
    worlds = RoomWorlds(GO_TO_OBJECT, 1, domain, num_threads=1)
    worlds.reset(EVERYONE[:1], [seed])
    for action in actions:
        worlds.step(EVERYONE[:1], np.array([action]))
    return pictures(worlds)[0]


@pytest.mark.parametrize("size", [(64, 64), (80, 60)])
@pytest.mark.parametrize(
    ("task", "domain"),
    [
        (GO_TO_OBJECT, "textured"),
        (SEEK_AVOID, Domain("odd", textures=ODD)),
        (GO_TO_OBJECT, Domain("low", camera=LOW)),
        (SEEK_AVOID, Domain("high", camera=HIGH)),
        (GO_TO_OBJECT, BOTH),
    ],
)
def test_pictures_are_miniworlds(task: str, domain: Any, size: tuple[int, int]) -> None:
    shape = {"obs_width": size[0], "obs_height": size[1]}
    single = make_oracle(task, domain=domain, **shape)
    worlds = RoomWorlds(task, 1, domain, num_threads=1, **shape)
    rows = worlds.sample_settings(np.random.default_rng(0), 12, in_view=0.7)
    pairs = np.empty((len(rows), 2, size[1], size[0], 3), np.uint8)
    for pair, row, setting in zip(pairs, rows, worlds.settings_from(rows), strict=True):
        pair[0], info = single.reset(seed=0, options={"factors": setting})
        worlds.reset_to(EVERYONE[:1], row[None])
        pair[1] = pictures(worlds)[0]
        found = worlds.infos(EVERYONE[:1])["factors"]
        assert {name: found[name][0] for name in info["factors"]} == info["factors"]
    mean, share, worst = measures(pairs)
    assert mean < 0.5 and share > 0.995 and worst < 0.7, (mean, share, worst)
    assert pairs.std() > 15  # there is something to see
    single.close()


def test_worlds_are_drawn_each_in_the_domain_of_its_episode() -> None:
    worlds = RoomWorlds(GO_TO_OBJECT, 2, num_threads=1)
    worlds.reset(EVERYONE, [5, 6])
    for domain in (BOTH, "textured", "new_camera_height", "source"):
        worlds.set_domain(domain)  # not yet for either
        np.testing.assert_array_equal(pictures(worlds)[0], alone("source", 5))
        worlds.reset(EVERYONE[1:], [6])
        both = pictures(worlds)
        np.testing.assert_array_equal(both[0], alone("source", 5))
        np.testing.assert_array_equal(both[1], alone(domain, 6))
    worlds.set_domain("textured")
    worlds.reset(EVERYONE[:1], [7])
    for action in (0, 2):
        worlds.step(EVERYONE, np.array([action, action]))
    both = pictures(worlds)
    np.testing.assert_array_equal(both[0], alone("textured", 7, (0, 2)))
    np.testing.assert_array_equal(both[1], alone("source", 6, (0, 2)))


def test_what_is_seen_is_said_of_each_world_in_its_own_domain() -> None:
    worlds = RoomWorlds(GO_TO_OBJECT, 2, num_threads=1)
    # The object's middle lies 30 degrees from where the agent looks.
    setting = {"agent_x": 2.0, "agent_z": 4.0, "agent_yaw": 0.0, "object_x": 4.6, "object_z": 2.5}
    worlds.set_domain(Domain("narrow", camera={"field_of_view": 40.0}))
    worlds.reset(EVERYONE[1:], [0], [setting])
    worlds.set_domain("source")
    worlds.reset(EVERYONE[:1], [0], [setting])
    assert worlds.infos(EVERYONE)["factors"]["object_visible"].tolist() == [1.0, 0.0]


@pytest.mark.parametrize("task", [GO_TO_OBJECT, SEEK_AVOID])
def test_textures_and_cameras_leave_episodes_as_they_are(task: str) -> None:
    started = []
    for domain in ("source", "textured", "new_camera_height", "new_field_of_view"):
        worlds = RoomWorlds(task, 2, domain)
        worlds.reset(EVERYONE, [8, 9])
        worlds.reset(EVERYONE)
        started.append(worlds.state.settings)
    for settings in started[1:]:
        np.testing.assert_array_equal(settings, started[0])


@pytest.mark.parametrize(
    ("task", "domain", "started", "sampled"),
    [
        (GO_TO_OBJECT, "source", 81.870561134, 271.248028118),
        (GO_TO_OBJECT, "d_u", 91.482698209, 311.326578256),
        (SEEK_AVOID, "d_u", 280.815127898, 946.732507070),
        (SEEK_AVOID, "source_pairs", 269.569685593, 914.758113387),
    ],
)
def test_episodes_stay_what_they_have_always_been(
    task: str, domain: str, started: float, sampled: float
) -> None:
    """Datasets and results of earlier releases are told by these: they must never change."""
    worlds = RoomWorlds(task, 3, domain)
    worlds.reset(np.arange(3), [1, 2, 3])
    first = worlds.state.settings.copy()
    worlds.reset(np.arange(3))
    assert (first + worlds.state.settings).sum() == pytest.approx(started, abs=1e-6)
    rows = worlds.sample_settings(np.random.default_rng(0), 20, 0.5)
    assert rows.sum() == pytest.approx(sampled, abs=1e-6)


def test_a_domain_that_cannot_be_changes_nothing() -> None:
    worlds = RoomWorlds(GO_TO_OBJECT, 2, "textured")
    for wrong in (
        Domain("x", textures={"flor": "wood"}),
        Domain("x", textures={"floor": "wod"}),
        Domain("x", camera={"height": 9.0}),
        Domain("x", camera={"zoom": 1.0}),
    ):
        with pytest.raises(ValueError, match=r"unknown|cannot be|has no"):
            worlds.set_domain(wrong)
    assert worlds.domain.name == "textured"
    worlds.reset(EVERYONE, [1, 1])
    np.testing.assert_array_equal(pictures(worlds)[0], alone("textured", 1))


def test_plain_paint_can_be_said() -> None:
    white = Domain("white", textures=dict.fromkeys(("floor", "wall", "ceiling"), "white"))
    np.testing.assert_array_equal(alone(white, 3), alone("source", 3))


def test_gymnasium_makes_batches_in_shifted_domains() -> None:
    many = gym.make_vec(GO_TO_OBJECT, 2, domain=BOTH.to_dict(), num_threads=1)
    frames, _ = many.reset(seed=[3, 4])
    np.testing.assert_array_equal(frames, np.stack([alone(BOTH, 3), alone(BOTH, 4)]))
    many.close()
