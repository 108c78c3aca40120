"""Worlds simulated together play the very episodes that single environments play."""

import numpy as np
import pytest

import toy_envs  # noqa: F401 - registers
from darla_agents.playing.episode_queue import play_queue
from darla_agents.playing.played_worlds import (
    BatchedPlayedWorlds,
    SinglePlayedWorlds,
    make_played_worlds,
)
from darla_agents.playing.random_policy import RandomPolicy
from darla_envs.description.tasks import GO_TO_OBJECT, SEEK_AVOID
from darla_envs.rooms.room_worlds import RoomWorlds
from toy_worlds import ToyWorlds

SEEDS = [100, 7, 8, 9, 2000, 11, 12]


class Approach:
    """Goes to the nearest object, as true factors show it; notes which states it acted in."""

    needs_observations = True

    def __init__(self):
        self.seen = {}

    def begin(self, environment, seed):
        self.playing = getattr(self, "playing", {}) | {environment: seed}
        self.seen[seed] = []

    def act(self, observations, environments):
        for number, observation in zip(environments, observations, strict=True):
            self.seen[self.playing[number]].append(observation.tolist())
        sine = observations[:, 5]
        return np.where(np.abs(sine) < 0.2, 2, np.where(sine > 0, 0, 1))


def play(task, observing, policy_of, num_envs, rendering, domain="source"):
    with make_played_worlds(task, observing, [domain], num_envs, rendering) as played:
        policy = policy_of(played[domain])
        return list(play_queue(played[domain], policy, SEEDS)), policy


@pytest.mark.parametrize("task", [GO_TO_OBJECT, SEEK_AVOID])
def test_trajectories_are_those_of_single_environments(task):
    expected, theirs = play(task, "factors", lambda worlds: Approach(), 2, "stock")
    assert any(episode.success for episode in expected)
    for num_envs in (1, 3, 20):
        played, ours = play(task, "factors", lambda worlds: Approach(), num_envs, "batched")
        assert played == expected
        assert ours.seen == theirs.seen


@pytest.mark.parametrize("task", [GO_TO_OBJECT, SEEK_AVOID])
@pytest.mark.parametrize("domain", ["source", "all_three"])
def test_random_episodes_are_those_of_single_environments(task, domain):
    def random(worlds):
        return RandomPolicy(worlds.action_space)

    expected, _ = play(task, None, random, 1, "stock", domain)
    for num_envs in (1, 5):
        for observing in (None, "factors"):
            assert play(task, observing, random, num_envs, "batched", domain)[0] == expected


def test_the_random_policy_draws_nothing(monkeypatch):
    def refuse(*_):
        raise AssertionError("drawn")

    monkeypatch.setattr(RoomWorlds, "draw", refuse)
    monkeypatch.setattr(RoomWorlds, "factor_observations", refuse)
    played, _ = play(
        GO_TO_OBJECT, None, lambda worlds: RandomPolicy(worlds.action_space), 3, "batched"
    )
    assert len(played) == len(SEEDS)


class ByPicture:
    """Acts by pictures, and notes the first picture of each episode."""

    needs_observations = True

    def __init__(self, worlds):
        self.first, self.starting = {}, {}

    def begin(self, environment, seed):
        self.starting[environment] = seed

    def act(self, observations, environments):
        for number, picture in zip(environments, observations, strict=True):
            if number in self.starting:
                self.first[self.starting.pop(number)] = picture.copy()
        return observations.sum(axis=(1, 2, 3), dtype=np.int64) % 3


def test_what_is_seen_does_not_depend_on_the_number_of_environments():
    runs = [play(SEEK_AVOID, "pictures", ByPicture, num_envs, "batched") for num_envs in (1, 4)]
    assert runs[0][0] == runs[1][0]
    for seed in SEEDS:
        np.testing.assert_array_equal(runs[0][1].first[seed], runs[1][1].first[seed])


def test_domains_share_their_worlds_and_keep_their_looks():
    domains = ["source", "new_floor"]
    with make_played_worlds(GO_TO_OBJECT, "pictures", domains, 2, "batched") as played:
        looks = []
        for domain in (*domains, *domains):
            policy = ByPicture(None)
            list(play_queue(played[domain], policy, SEEDS[:2]))
            looks.append(policy.first[SEEDS[0]])
    np.testing.assert_array_equal(looks[0], looks[2])
    np.testing.assert_array_equal(looks[1], looks[3])
    stock, _ = play(GO_TO_OBJECT, "pictures", ByPicture, 1, "stock")
    assert len(stock) == len(SEEDS)
    assert np.abs(looks[0].astype(int) - looks[1]).mean() > 1


def test_first_pictures_are_those_of_stock_environments():
    ours, theirs = (
        play(GO_TO_OBJECT, "pictures", ByPicture, 2, each, "new_wall")[1].first
        for each in ("batched", "stock")
    )
    for seed in SEEDS:
        assert np.abs(ours[seed].astype(int) - theirs[seed]).mean() < 0.1


def test_rows_follow_the_numbers_also_in_dictionaries():
    worlds = BatchedPlayedWorlds(ToyWorlds(4, extras=True), "source")
    worlds.reset([2, 0, 3], [12, 10, 13])
    growing, mixed = worlds.observe([0, 2, 3]), worlds.observe([3, 0, 2])
    assert set(growing) == set(worlds.observation_space)
    for name, rows in growing.items():
        np.testing.assert_array_equal(rows[[2, 0, 1]], mixed[name])
    moved = worlds.step([3, 0, 2], np.array([0, 1, 2]))
    again = BatchedPlayedWorlds(ToyWorlds(4, extras=True), "source")
    again.reset([0, 2, 3], [10, 12, 13])
    assert [moved[1], moved[2], moved[0]] == again.step([0, 2, 3], np.array([1, 2, 0]))


def test_tasks_from_elsewhere_are_played_in_single_environments():
    with make_played_worlds(
        "toy_envs:Toy/Counting-v0", "pictures", ["source"], 2, "batched"
    ) as played:
        assert isinstance(played["source"], SinglePlayedWorlds)
        assert played["source"].num_envs == 2


@pytest.mark.parametrize("rendering", ["batched", "stock"])
def test_an_unknown_domain_is_said(rendering):
    with (
        pytest.raises(ValueError, match="unknown domain 'sauce'"),
        make_played_worlds(GO_TO_OBJECT, "factors", ["source", "sauce"], 1, rendering),
    ):
        pass
