"""Textures and cameras of MiniWorld's environments that follow from an episode's look."""

import darla_envs.stock  # noqa: F401  (before MiniWorld)

# isort: split
import gymnasium as gym
import numpy as np
import pytest
from miniworld.envs.oneroom import OneRoom

from darla_envs.description.domain import Domain
from darla_envs.description.domains import find_domain
from darla_envs.description.texture_files import SURFACES, textures_of
from darla_envs.description.usual_domains import RICH
from darla_envs.miniworlds.drawn_looks import LookSequence
from darla_envs.miniworlds.miniworlds import MiniWorlds
from darla_envs.miniworlds.surroundings import camera_at, textures_at
from parity import measures

FAST, PUT_NEXT = "MiniWorld-OneRoomS6Fast-v0", "MiniWorld-PutNext-v0"
COUNT = 2000
SMALL = {"obs_width": 48, "obs_height": 48}
COVERED = {"floor": "wood", "wall": "picket_fence", "ceiling": "rock"}  # of several sizes


@pytest.fixture(scope="module")
def looks():
    """The looks of as many episodes of the rich D_U."""
    domain, sequence = find_domain(FAST, RICH), LookSequence()
    return [sequence.next(domain, seed) for seed in range(COUNT)]


def test_every_texture_is_as_likely_as_it_is_named_often(looks):
    domain = find_domain(FAST, RICH)
    for surface in SURFACES:
        offered, names = domain.textures[surface], [each.textures[surface] for each in looks]
        for name in set(offered):
            share = offered.count(name) / len(offered)
            spread = np.sqrt(share * (1 - share) / COUNT)
            assert names.count(name) / COUNT == pytest.approx(share, abs=4 * spread)


def test_cameras_fill_their_intervals_each_on_its_own(looks):
    for name, intervals in find_domain(FAST, RICH).camera.items():
        values = np.array([each.camera[name] for each in looks])
        total = sum(high - low for low, high in intervals)
        for low, high in intervals:
            share = (high - low) / total
            inside = (low <= values) & (values <= high)
            assert inside.mean() == pytest.approx(share, abs=4 * np.sqrt(0.25 / COUNT))
        assert sum(((low <= values) & (values <= high)).sum() for low, high in intervals) == COUNT
    drawn = np.array([[*each.camera.values(), *each.factors.values()] for each in looks])
    beside = np.corrcoef(drawn.T)
    assert np.abs(beside - np.eye(len(beside))).max() < 4.5 / np.sqrt(COUNT)


def test_the_same_look_has_the_same_surroundings(looks):
    domain = find_domain(FAST, RICH)
    for each in looks[:20]:
        assert textures_at(dict(each.factors), domain) == each.textures
        assert camera_at(dict(each.factors), domain) == each.camera


@pytest.mark.parametrize("domain", ["source", "d_u", "new_textures", "low_camera"])
def test_what_is_not_named_is_not_drawn(domain):
    drawn = LookSequence().next(find_domain(FAST, domain), 0)
    assert set(drawn.textures) == ({"floor", "wall"} if domain == "new_textures" else set())
    assert drawn.camera == ({"height": 1.2} if domain == "low_camera" else {})


def pictures(domain, seeds, actions=(), env_id=FAST):
    """Return pictures after some steps of episodes."""
    worlds = MiniWorlds(env_id, len(seeds), domain, num_threads=1, **SMALL)
    every = np.arange(len(seeds))
    worlds.reset(every, seeds)
    for action in actions:
        worlds.step(every, np.full(len(seeds), action))
    out = np.empty((len(seeds), 48, 48, 3), np.uint8)
    worlds.draw(every, out)
    worlds.close()
    return out


def test_frames_of_one_look_share_them():
    worlds = MiniWorlds(FAST, 12, RICH, num_threads=1, **SMALL)
    rows = worlds.sample_settings(np.random.default_rng(1), 12, per_look=4)
    worlds.reset_to(np.arange(12), rows)
    agents = [env.unwrapped.agent for env in worlds.envs]
    cameras = np.array([(each.cam_height, each.cam_pitch, each.cam_fov_y) for each in agents])
    assert (cameras.reshape(3, 4, 3) == cameras[::4, None]).all()
    assert len(np.unique(cameras, axis=0)) == 3
    rooms = [env.unwrapped.rooms[0] for env in worlds.envs]
    covers = [(each.floor_tex, each.wall_tex, each.ceil_tex) for each in rooms]
    assert [len(set(covers[first : first + 4])) for first in (0, 4, 8)] == [1, 1, 1]
    worlds.close()


def test_one_of_several_looks_as_it_does_alone():
    sequence, rich = LookSequence(), find_domain(FAST, RICH)
    for seed in range(4):
        drawn = sequence.next(rich, seed)
        alone = Domain("one", rich.look, textures=drawn.textures, camera=drawn.camera)
        np.testing.assert_array_equal(pictures(RICH, [seed]), pictures(alone, [seed]))


class CoveredRoom(OneRoom):
    """A room that is built with other textures and seen by another camera."""

    def __init__(self, **kwargs):
        super().__init__(size=6, **kwargs)

    def add_room(self, **kwargs):
        floor, wall, ceiling = COVERED.values()
        return super().add_room(floor_tex=floor, wall_tex=wall, ceil_tex=ceiling, **kwargs)

    def reset(self, **kwargs):
        self.params = self.params.copy()
        self.params.set("cam_height", 1.1)
        self.params.set("cam_pitch", -10.0)
        self.params.set("cam_fov_y", 80.0)
        return super().reset(**kwargs)


def test_rooms_look_as_if_they_had_been_built_so():
    gym.register("Toy/CoveredRoom-v0", entry_point=CoveredRoom)
    camera = {"height": 1.1, "pitch": -10.0, "field_of_view": 80.0}
    domain = Domain("covered", textures=COVERED, camera=camera)
    size = {"window_width": 48, "window_height": 48, **SMALL}
    built = gym.make("Toy/CoveredRoom-v0", **size)
    shifted = gym.make("MiniWorld-OneRoomS6-v0", domain=domain, **size)
    pairs = []
    for seed in range(3):
        expected, given = built.reset(seed=seed)[0], shifted.reset(seed=seed)[0]
        for _ in range(4):
            np.testing.assert_array_equal(given, expected)
            expected, given = built.step(0)[0], shifted.step(0)[0]
        many = pictures(domain, [seed], [0] * 4, "MiniWorld-OneRoomS6-v0")
        pairs.append((expected, many[0]))
    mean, share, worst = measures(np.array(pairs))
    assert mean < 1.0 and share > 0.99 and worst < 2.0, (mean, share, worst)
    built.close()
    shifted.close()


def test_what_is_carried_hangs_where_the_camera_has_it():
    """MiniWorld lifts it by the height of the camera, in batches as alone."""
    domain, here = Domain("tall", camera={"height": 2.2}), np.array([0])
    env = gym.make(PUT_NEXT, domain=domain, window_width=48, window_height=48, **SMALL)
    worlds = MiniWorlds(PUT_NEXT, 1, domain, num_threads=1, **SMALL)
    env.reset(seed=2)
    worlds.reset(here, [2])
    places = []
    for world in (env.unwrapped, worlds.envs[0].unwrapped):
        world.agent.carrying = next(each for each in world.entities if not each.is_static)
        places.append(world.agent.carrying)
    env.step(0)
    worlds.step(here, here)
    assert list(places[0].pos) == list(places[1].pos)
    assert places[0].pos[1] == pytest.approx(2.2 - places[0].height - 0.3)
    env.close()
    worlds.close()


def test_pictures_are_restyled_each_in_the_domain_of_its_episode():
    worlds, both = MiniWorlds(FAST, 2, "grey", num_threads=1, **SMALL), np.arange(2)
    worlds.reset(both, [1, 2])
    worlds.set_domain("source")
    worlds.reset(both[1:], [2])
    out = np.empty((2, 48, 48, 3), np.uint8)
    worlds.draw(both, out)
    np.testing.assert_array_equal(out[0], out[0, ..., :1].repeat(3, axis=-1))
    np.testing.assert_array_equal(out[1:], pictures("source", [2]))
    worlds.close()


def test_noise_is_other_in_every_frame_and_the_same_in_the_same_episode():
    plain, noisy = pictures("source", [1, 2]), pictures("noisy", [1, 2])
    np.testing.assert_array_equal(noisy[1:], pictures("noisy", [2]))
    errors = noisy.astype(int) - plain
    later = pictures("noisy", [1], [0]).astype(int) - pictures("source", [1], [0])
    for other in (errors[1], later[0]):
        assert abs(np.corrcoef(errors[0].ravel(), other.ravel())[0, 1]) < 0.1


def test_the_domain_of_a_moment_ago_leaves_nothing_behind():
    worlds, here = MiniWorlds(FAST, 1, RICH, num_threads=1, **SMALL), np.arange(1)
    out = np.empty((1, 48, 48, 3), np.uint8)
    for domain in (RICH, "noisy", "low_camera", "source"):
        worlds.set_domain(domain)
        worlds.reset(here, [3])
        worlds.draw(here, out)
        np.testing.assert_array_equal(out, pictures(domain, [3]))
    worlds.close()


def test_the_textures_of_new_textures_are_many():
    found = [LookSequence().next(find_domain(FAST, "new_textures"), seed) for seed in range(100)]
    offered = textures_of(find_domain(FAST, "new_textures").textures["floor"])
    assert {each.textures["floor"] for each in found} == set(offered)
