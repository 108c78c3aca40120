"""The queue of episodes: each is played exactly once, whatever their lengths."""

import itertools
from collections.abc import Sequence
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from gymnasium import spaces
from hypothesis import given
from hypothesis import strategies as st

from darla_agents.playing.episode_queue import PlayedEpisode, play_queue
from darla_agents.playing.played_worlds import SinglePlayedWorlds


class SeededLength(gym.Env):
    """An episode of seed s lasts s % 7 + 1 steps; each pays its action; s % 2 is success."""

    observation_space = spaces.Box(0, np.inf, (2,), np.float32)
    action_space = spaces.Discrete(100)

    def __init__(self, success: str | None = "is_success") -> None:
        self.success = success
        self.seeds: list[int] = []

    def reset(self, *, seed: int | None = None, options: Any = None) -> tuple[Any, dict[str, Any]]:
        assert seed is not None
        self.seeds.append(seed)
        self.seed, self.left = seed, seed % 7 + 1
        return self._observation(), {}

    def step(self, action: int) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        assert self.left > 0, "stepped after the end"
        self.left -= 1
        over = self.left == 0
        info = {self.success: self.seed % 2} if self.success else {}
        terminated = over and self.seed % 2 == 0
        return self._observation(), float(action), terminated, over and not terminated, info

    def _observation(self) -> np.ndarray:
        return np.array([self.seed, self.left], dtype=np.float32)


class CheckedPolicy:
    """Acts by what it sees, and checks that it is told the truth about who shows it."""

    needs_observations = True

    def __init__(self) -> None:
        self.playing: dict[int, int] = {}
        self.begun: list[int] = []

    def begin(self, environment: int, seed: int) -> None:
        self.playing[environment] = seed
        self.begun.append(seed)

    def act(self, observations: np.ndarray, environments: Sequence[int]) -> np.ndarray:
        assert observations[:, 0].tolist() == [self.playing[number] for number in environments]
        return observations.sum(axis=1).astype(int)


def expected(seeds: Sequence[int]) -> list[PlayedEpisode]:
    return [
        PlayedEpisode(
            index,
            seed,
            total=float(sum(seed + left for left in range(1, seed % 7 + 2))),
            length=seed % 7 + 1,
            success=bool(seed % 2),
        )
        for index, seed in enumerate(seeds)
    ]


@given(st.lists(st.integers(0, 10_000), unique=True, max_size=40), st.integers(1, 9))
def test_every_seed_is_played_once_to_its_end_in_order(seeds: list[int], count: int) -> None:
    environments, policy = [SeededLength() for _ in range(count)], CheckedPolicy()
    assert list(play_queue(SinglePlayedWorlds(environments), policy, seeds)) == expected(seeds)
    assert sorted(itertools.chain(*(env.seeds for env in environments))) == sorted(seeds)
    assert sorted(policy.begun) == sorted(seeds)


@given(st.lists(st.integers(0, 10_000), unique=True, min_size=1), st.integers(0, 20))
def test_stopping_half_way_leaves_the_first_episodes_not_the_shortest(
    seeds: list[int], stop: int
) -> None:
    played = play_queue(
        SinglePlayedWorlds([SeededLength() for _ in range(4)]), CheckedPolicy(), seeds
    )
    assert list(itertools.islice(played, stop)) == expected(seeds)[:stop]


@pytest.mark.parametrize(
    ("said_as", "expected"),
    [("is_success", [True, False]), ("success", [True, False]), (None, [None, None])],
)
def test_success_is_what_the_task_says_of_it(
    said_as: str | None, expected: list[bool | None]
) -> None:
    worlds = SinglePlayedWorlds([SeededLength(success=said_as)])
    played = play_queue(worlds, CheckedPolicy(), [3, 4])
    assert [episode.success for episode in played] == expected


def test_an_error_within_a_task_is_not_swallowed() -> None:
    broken = SeededLength()
    broken.step = None  # type: ignore[assignment, method-assign]
    with pytest.raises(TypeError):
        list(play_queue(SinglePlayedWorlds([broken]), CheckedPolicy(), [1]))
