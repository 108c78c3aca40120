"""Textures and cameras that follow from an episode's look."""

import dataclasses

import gymnasium as gym
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import darla_envs  # noqa: F401  (registers the tasks)
from darla_envs.description.domain import Domain
from darla_envs.description.domains import find_domain
from darla_envs.description.tasks import GO_TO_OBJECT, SEEK_AVOID, find_task
from darla_envs.description.texture_files import PLAIN, SURFACES, texture_names, textures_of
from darla_envs.description.usual_domains import (
    HELD_OUT_TEXTURES,
    RICH,
    SEEN_TEXTURES,
    UNSUPERVISED,
)
from darla_envs.rooms.room_worlds import RoomWorlds
from darla_envs.rooms.surroundings import cameras_of, textures_in, view_in
from parity import measures

COUNT = 2000


@pytest.fixture(scope="module")
def rows() -> np.ndarray:
    """Settings of as many looks, which any domain with D_U's colours may have drawn."""
    worlds = RoomWorlds(GO_TO_OBJECT, 1, RICH)
    return worlds.sample_settings(np.random.default_rng(0), COUNT)


def test_every_texture_is_as_likely_as_it_is_named_often(rows: np.ndarray) -> None:
    domain = find_domain(GO_TO_OBJECT, RICH)
    found = [textures_in(row, domain) for row in rows]
    for surface in SURFACES:
        offered = textures_of(domain.textures[surface])
        names = [each[surface] for each in found]
        for name in set(offered):
            share = offered.count(name) / len(offered)
            spread = np.sqrt(share * (1 - share) / COUNT)
            assert names.count(name) / COUNT == pytest.approx(share, abs=4 * spread)


def test_cameras_fill_their_intervals_each_on_its_own(rows: np.ndarray) -> None:
    domain = find_domain(GO_TO_OBJECT, RICH)
    ranges = cameras_of(domain, find_task(GO_TO_OBJECT))
    views = [view_in(row, ranges) for row in rows]
    drawn = np.array([(view.height, view.pitch, view.field_of_view) for view in views])
    for values, name in zip(drawn.T, ("height", "pitch", "field_of_view"), strict=True):
        intervals = domain.camera[name]
        total = sum(high - low for low, high in intervals)
        inside = 0
        for low, high in intervals:
            within = (low <= values) & (values <= high)
            share = (high - low) / total
            assert within.mean() == pytest.approx(share, abs=4 * np.sqrt(0.25 / COUNT))
            assert values[within].mean() == pytest.approx((low + high) / 2, abs=(high - low) / 10)
            inside += within.sum()
        assert inside == COUNT
    tall = [textures_in(row, domain)["wall"] == "white" for row in rows]
    beside = np.corrcoef(np.column_stack([drawn, tall, rows[:, :4]]).T)
    assert np.abs(beside[:4] - np.eye(8)[:4]).max() < 4.5 / np.sqrt(COUNT)


def test_frames_of_one_look_share_them_wherever_things_stand() -> None:
    worlds = RoomWorlds(SEEK_AVOID, 12, RICH)
    rows = worlds.sample_settings(np.random.default_rng(1), 12, per_look=4)
    worlds.reset_to(np.arange(12), rows)
    cameras = worlds.state.cameras.reshape(3, 4, -1)
    assert (cameras == cameras[:, :1]).all()
    assert len(np.unique(cameras[:, 0], axis=0)) == 3
    domain = find_domain(SEEK_AVOID, RICH)
    textures = [tuple(textures_in(row, domain).items()) for row in rows]
    assert [len(set(textures[first : first + 4])) for first in (0, 4, 8)] == [1, 1, 1]
    assert len(set(textures)) == 3


@pytest.fixture(scope="module")
def plain_and_rich() -> tuple[RoomWorlds, RoomWorlds]:
    plain, rich = (RoomWorlds(GO_TO_OBJECT, 1, domain) for domain in (UNSUPERVISED, RICH))
    return plain, rich


@given(seed=st.integers(0, 2**32 - 1))
def test_nothing_else_is_drawn_for_them(
    plain_and_rich: tuple[RoomWorlds, RoomWorlds], seed: int
) -> None:
    for worlds in plain_and_rich:
        worlds.reset(np.arange(1), [seed])
    np.testing.assert_array_equal(*(worlds.state.settings for worlds in plain_and_rich))


def test_the_halves_of_textures_have_none_in_common_and_are_all_but_plain_paint() -> None:
    assert not set(SEEN_TEXTURES) & set(HELD_OUT_TEXTURES)
    assert {*SEEN_TEXTURES, *HELD_OUT_TEXTURES, PLAIN} == set(texture_names())


@pytest.mark.parametrize("task", [GO_TO_OBJECT, SEEK_AVOID, "Darla/PickColor-v0"])
def test_the_rich_domain_shows_no_texture_and_no_camera_of_a_target(task: str) -> None:
    rich = find_domain(task, RICH)
    for name in ("textured", "new_textures"):
        target = find_domain(task, name).textures
        shown = {each for names in target.values() for each in textures_of(names)}
        assert shown <= set(HELD_OUT_TEXTURES)
    for name in ("new_camera_height", "low_camera", "new_field_of_view"):
        ((what, value),) = find_domain(task, name).camera.items()
        assert all(not low <= value <= high for low, high in rich.camera[what])


def test_several_survive_a_dictionary() -> None:
    domain = find_domain(GO_TO_OBJECT, RICH)
    assert Domain.from_dict(domain.to_dict()) == domain


def drawn(domain: str | Domain, seeds: list[int], steps: int = 0) -> np.ndarray:
    """Return pictures after some steps of episodes."""
    worlds = RoomWorlds(GO_TO_OBJECT, len(seeds), domain, num_threads=1)
    every = np.arange(len(seeds))
    worlds.reset(every, seeds)
    for _ in range(steps):
        worlds.step(every, np.zeros(len(seeds), np.int64))
    out = np.empty((len(seeds), 64, 64, 3), np.uint8)
    worlds.draw(every, out)
    return out


def test_pictures_are_restyled_as_their_setting_says() -> None:
    plain, noisy = drawn("source", [1, 2, 3]), drawn("noisy", [1, 2, 3])
    errors = noisy.astype(int) - plain
    assert 5 < errors.std() < 60
    np.testing.assert_array_equal(noisy, drawn("noisy", [1, 2, 3]))
    np.testing.assert_array_equal(noisy[1:2], drawn("noisy", [2]))
    later = drawn("noisy", [1], steps=1).astype(int) - drawn("source", [1], steps=1)
    assert np.abs(np.corrcoef(errors[0].ravel(), later[0].ravel())[0, 1]) < 0.1  # other noise
    grey = drawn("grey", [1])
    np.testing.assert_array_equal(grey, grey[..., :1].repeat(3, axis=-1))
    blurred = drawn("blurred", [1, 2, 3])
    assert (
        np.abs(np.diff(blurred.astype(int), axis=1)).max()
        < np.abs(np.diff(plain.astype(int), axis=1)).max()
    )


def test_worlds_are_restyled_each_in_the_domain_of_its_episode() -> None:
    worlds, both = RoomWorlds(GO_TO_OBJECT, 2, "grey", num_threads=1), np.arange(2)
    worlds.reset(both, [1, 2])
    worlds.set_domain("source")
    worlds.reset(both[1:], [2])
    out = np.empty((2, 64, 64, 3), np.uint8)
    worlds.draw(both, out)
    np.testing.assert_array_equal(out[:1], drawn("grey", [1]))
    np.testing.assert_array_equal(out[1:], drawn("source", [2]))
    worlds.reset(both, [1, 2])
    worlds.draw(both, out)
    np.testing.assert_array_equal(out, drawn("source", [1, 2]))


@pytest.mark.parametrize("task", [GO_TO_OBJECT, SEEK_AVOID])
def test_one_of_several_looks_as_it_does_alone(task: str) -> None:
    rich = find_domain(task, RICH)
    worlds = RoomWorlds(task, 1, RICH, num_threads=1)
    ranges = cameras_of(rich, find_task(task))
    for row in worlds.sample_settings(np.random.default_rng(0), 8):
        camera = dataclasses.asdict(view_in(row, ranges))
        one = Domain("one", rich.look, (), textures_in(row, rich), camera)
        found = []
        for each in (worlds, RoomWorlds(task, 1, one, num_threads=1)):
            each.reset_to(np.arange(1), row[None])
            found.append(np.empty((1, 64, 64, 3), np.uint8))
            each.draw(np.arange(1), found[-1])
        np.testing.assert_array_equal(*found)


@pytest.mark.parametrize(
    "domain", [RICH, "new_textures", "noisy", "blurred", "new_colors", "other_palette"]
)
def test_a_world_alone_looks_as_in_a_batch(domain: str) -> None:
    single = gym.make(GO_TO_OBJECT, domain=domain)
    worlds, pairs = RoomWorlds(GO_TO_OBJECT, 1, domain, num_threads=1), []
    rows = worlds.sample_settings(np.random.default_rng(0), 10, in_view=0.7)
    for row, setting in zip(rows, worlds.settings_from(rows), strict=True):
        single.reset(seed=0, options={"factors": setting})
        worlds.reset_to(np.arange(1), row[None])
        worlds.step(np.arange(1), np.array([1]))
        out = np.empty((1, 64, 64, 3), np.uint8)
        worlds.draw(np.arange(1), out)
        pairs.append((single.step(1)[0], out[0]))
    mean, share, worst = measures(np.array(pairs))
    assert mean < 0.5 and share > 0.99 and worst < 1.0, (mean, share, worst)
    single.close()


def test_palettes_change_colors_and_nothing_else() -> None:
    worlds, one = RoomWorlds(GO_TO_OBJECT, 1, "source", num_threads=1), np.arange(1)
    pictures = []
    for domain in ("source", Domain("moss", palettes={"floor": "moss"}), "source"):
        worlds.set_domain(domain)
        worlds.reset(one, [3])
        pictures.append(np.empty((1, 64, 64, 3), np.uint8))
        worlds.draw(one, pictures[-1])
    np.testing.assert_array_equal(pictures[0], pictures[2])
    is_floor = (pictures[0] != pictures[1]).any(axis=-1)
    red, green, blue = pictures[1][is_floor].mean(axis=0)
    assert 0.1 < is_floor.mean() < 0.7 and green > red > 0 and green > blue
