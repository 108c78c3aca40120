"""Play a fixed list of episodes, each exactly once, in a batch of environments.

Counting the first N episodes that happen to finish in parallel environments would favour short
ones: success that comes fast, or failure. Here the episodes are fixed before the first step, by
their seeds, and all of them are played to their end, whichever environment plays them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import gymnasium as gym
import numpy as np

Env = gym.Env[Any, Any]


@dataclass(frozen=True)
class PlayedEpisode:
    """How one episode went.

    Attributes:
        index: its place in the list of seeds.
        seed: what the environment was reset with.
        total: undiscounted sum of rewards.
        length: steps.
        success: what ``info["is_success"]`` said at the end; None when it said nothing.
    """

    index: int
    seed: int
    total: float
    length: int
    success: bool | None


class Policy(Protocol):
    """Chooses actions in several environments at once."""

    def begin(self, environment: int, seed: int) -> None:
        """Get ready for the episode with this seed in the environment with this number."""

    def act(self, observations: Any, environments: Sequence[int]) -> np.ndarray:
        """Return an action for each row of a batch of observations.

        Args:
            observations: an array (n, ...), or a dictionary of such arrays.
            environments: which environment each of the n rows comes from.
        """


@dataclass
class _Running:
    """An episode under way."""

    index: int
    seed: int
    observation: Any
    total: float = 0.0
    length: int = 0


def play_queue(
    environments: Sequence[Env], policy: Policy, seeds: Sequence[int]
) -> Iterator[PlayedEpisode]:
    """Play one episode for every seed; an environment that is free takes the next.

    Episodes are yielded in the order of the seeds, those that finish early are held back. So
    whoever stops half-way has the first episodes of the list, not the shortest. What an episode
    is like does not depend on how many environments there are.

    Args:
        environments: at least one; each is reset with a seed before every episode.
        policy: chooses the actions.
        seeds: one a episode.

    Yields:
        An episode for every seed, in order.
    """
    waiting = iter(enumerate(seeds))
    running: dict[int, _Running] = {}
    for number in range(len(environments)):
        _start_next(environments, number, policy, waiting, running)
    finished: dict[int, PlayedEpisode] = {}
    due = 0
    while running:
        batch = stack_observations([episode.observation for episode in running.values()])
        actions = policy.act(batch, list(running))
        for number, action in zip(list(running), actions, strict=True):
            played = _step(environments[number], running[number], action)
            if played is not None:
                finished[played.index] = played
                _start_next(environments, number, policy, waiting, running)
        while due in finished:
            yield finished.pop(due)
            due += 1


def stack_observations(observations: Sequence[Any]) -> Any:
    """Join single observations, arrays or dictionaries of arrays, into one batch."""
    if isinstance(observations[0], dict):
        return {key: np.stack([each[key] for each in observations]) for key in observations[0]}
    return np.stack(observations)


def _start_next(
    environments: Sequence[Env],
    number: int,
    policy: Policy,
    waiting: Iterator[tuple[int, int]],
    running: dict[int, _Running],
) -> None:
    """Begin the next episode in an environment, or retire it when none is left."""
    running.pop(number, None)
    for index, seed in waiting:
        observation, _ = environments[number].reset(seed=seed)
        policy.begin(number, seed)
        running[number] = _Running(index, seed, observation)
        return


def _step(environment: Env, episode: _Running, action: Any) -> PlayedEpisode | None:
    """Step an environment; return its episode when it has come to its end."""
    observation, reward, terminated, truncated, info = environment.step(action)
    episode.observation = observation
    episode.total += float(reward)
    episode.length += 1
    if not (terminated or truncated):
        return None
    success = bool(info["is_success"]) if "is_success" in info else None
    return PlayedEpisode(episode.index, episode.seed, episode.total, episode.length, success)
