"""MiniWorld's environments in named domains: one at a time and many, the same episodes."""

import darla_envs.stock  # before MiniWorld

# isort: split
import gymnasium as gym
import numpy as np
import pytest
from miniworld.envs.oneroom import OneRoomS6Fast

from darla_envs.description.tasks import GO_TO_OBJECT
from darla_envs.miniworlds.miniworlds import MiniWorlds
from darla_envs.single.domain_look import DomainLook
from miniworld_gallery import Gallery
from parity import measures

FAST = "MiniWorld-OneRoomS6Fast-v0"
SMALL = {"obs_width": 40, "obs_height": 30}
HERE = np.array([0])
STILL = ("new_wall", "low_camera", "noisy", "blurred")
"""Domains of one look, which each episode has."""


def single(env_id, **kwargs):
    return gym.make(env_id, window_width=40, window_height=30, **SMALL, **kwargs)


@pytest.mark.parametrize(
    ("name", "domain"),
    [
        ("OneRoomS6Fast", "new_wall"),
        ("OneRoomS6Fast", "d_u"),
        ("PickupObjects", "d_u"),
        ("PickupObjects", "other_palette"),
        ("Sign", "d_u"),
        ("OneRoomS6Fast", "d_u_rich"),
        ("PickupObjects", "d_u_rich"),
        ("Sidewalk", "d_u_rich"),
        ("FourRooms", "new_textures"),
        ("OneRoomS6Fast", "low_camera"),
        ("Sign", "noisy"),
        ("Sign", "blurred"),
    ],
)
def test_batches_show_what_single_environments_show(name, domain):
    env_id = f"MiniWorld-{name}-v0"
    env = single(env_id, domain=domain)
    worlds = MiniWorlds(env_id, 1, domain, num_threads=1, **SMALL)
    drawn, pairs, told = np.empty((1, 30, 40, 3), np.uint8), [], []
    for seed in (5, None, None, 8):
        observation, info = env.reset(seed=seed)
        worlds.reset(HERE, [seed])
        for action in (2, 0, 2):
            worlds.draw(HERE, drawn)
            picture = observation["obs"] if isinstance(observation, dict) else observation
            pairs.append([picture, drawn[0].copy()])
            factors, reported = info.get("factors", {}), worlds.infos(HERE).get("factors", {})
            assert {key: reported[key][0] for key in factors} == factors
            observation, reward, *_, info = env.step(action)
            assert worlds.step(HERE, np.array([action])).rewards[0] == reward
        told.append(tuple(info.get("factors", {}).values()))
    mean, share, worst = measures(np.array(pairs))
    assert mean < 1.5 and share > 0.97 and worst < 3
    assert len(set(told)) == (1 if domain in STILL else 4)
    env.close()
    worlds.close()


@pytest.mark.parametrize("domain", ["d_u", "all_three", "d_u_rich", "new_textures"])
def test_the_look_leaves_miniworlds_own_draws_alone(domain):
    plain, looked = single(FAST), single(FAST, domain=domain)
    for seed in (3, None, None):
        before, _ = plain.reset(seed=seed)
        after, info = looked.reset(seed=seed)
        random = [each.unwrapped.np_random.bit_generator.state for each in (plain, looked)]
        assert random[0] == random[1]
        boxes = [each.unwrapped.box for each in (plain, looked)]
        assert list(boxes[0].pos) == list(boxes[1].pos)
        assert np.abs(before.astype(int) - after).mean() > 5
        assert set(info["factors"]) == set(looked.unwrapped.factors)
    plain.close()
    looked.close()


def test_worlds_of_one_batch_have_looks_of_their_own():
    envs_ = gym.make_vec(FAST, num_envs=3, domain="d_u", num_threads=1, **SMALL)
    _, infos = envs_.reset(seed=[4, 4, 5])
    floors = infos["factors"]["floor"]
    assert floors[0] == floors[1] != floors[2]
    _, *_, infos = envs_.step(np.zeros(3, int))
    np.testing.assert_array_equal(infos["factors"]["floor"], floors)
    envs_.set_domain("new_light")
    _, infos = envs_.reset(seed=[4, 4, 5])
    assert set(infos["factors"]) == {"light", "_light"}
    envs_.close()


def test_without_a_domain_it_is_miniworlds_own_environment():
    for kwargs in ({}, {"domain": "source"}, {"domain": None}):
        env = gym.make(FAST, disable_env_checker=True, **kwargs)
        assert type(env.env) is OneRoomS6Fast
        assert "factors" not in env.reset(seed=0)[1]
        env.close()


def test_the_environment_says_what_its_frames_come_from():
    env = single(FAST, domain="d_u").unwrapped
    assert env.domain.to_dict()["look"]["light"] == ((0.5, 1.0),)
    assert {factor.role for factor in env.factors.values()} == {"look"}
    assert list(env.factors) == ["floor", "wall", "objects", "light"]
    env.close()


@pytest.mark.parametrize("domain", ["d_u", "d_u_rich", "noisy", {"floor": (0.1, 0.2, 0.3)}])
def test_domains_survive_their_spec(domain):
    env = single(FAST, domain=domain)
    again = gym.make(gym.envs.registration.EnvSpec.from_json(env.spec.to_json()))
    np.testing.assert_array_equal(env.reset(seed=0)[0], again.reset(seed=0)[0])
    env.close()
    again.close()


def test_gymnasium_still_knows_the_render_modes():
    env = single(FAST, domain="new_floor", render_mode="rgb_array_list")
    env.reset(seed=0)
    env.step(2)
    assert len(env.render()) == 2
    env.close()


def test_what_is_rendered_is_restyled_as_observations_are():
    env = single(FAST, domain="grey", render_mode="rgb_array")
    observation, _ = env.reset(seed=0)
    for picture in (observation, env.render(), env.step(2)[0], env.render()):
        np.testing.assert_array_equal(picture, picture[..., :1].repeat(3, axis=-1))
    env.close()
    top = single(FAST, domain="grey", render_mode="rgb_array", view="top")
    top.reset(seed=0)
    assert np.ptp(top.render(), axis=-1).max() > 50  # a map, which no camera takes
    top.close()


def test_ids_of_ones_own_are_given_domains():
    gym.register("Toy/OwnGallery-v0", entry_point=Gallery)
    darla_envs.stock.give_domains("Toy/OwnGallery-v0")
    env = single("Toy/OwnGallery-v0", domain="d_u")
    many = gym.make_vec("Toy/OwnGallery-v0", 2, domain="d_u", num_threads=1, **SMALL)
    _, info = env.reset(seed=3)
    assert many.reset(seed=3)[1]["factors"]["wall"][0] == info["factors"]["wall"]
    env.close()
    many.close()


def test_environments_are_wrapped_by_hand():
    env = DomainLook(Gallery(**SMALL), {"floor": (1.0, 0.0, 0.0)})
    env.reset(seed=0)
    assert all(list(room.floor_tint) == [1, 0, 0] for room in env.unwrapped.rooms)
    env.close()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: gym.make(FAST, domain="new_flor"), "did you mean 'new_floor'"),
        (lambda: gym.make_vec(FAST, 1, domain="new_flor"), "did you mean 'new_floor'"),
        (lambda: DomainLook(gym.make("CartPole-v1")), "DomainLook repaints MiniWorld"),
        (lambda: DomainLook(gym.make(GO_TO_OBJECT)), "has domains of its own"),
        (lambda: MiniWorlds(GO_TO_OBJECT, 1, "d_u", num_threads=1), "has factors of its own"),
    ],
)
def test_what_is_wrong_is_said(make, message):
    with pytest.raises(ValueError, match=message):
        make()
