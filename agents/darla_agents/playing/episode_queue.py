"""Play a fixed list of episodes, each exactly once, in several environments side by side.

Counting the first N episodes that happen to finish in parallel environments would favour short
ones: success that comes fast, or failure. Here the episodes are fixed before the first step, by
their seeds, and all of them are played to their end, whichever environment plays them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from darla_agents.playing.stages import Moved, Stage


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
    """Chooses actions in several environments at once.

    Attributes:
        looks: whether it looks at observations; for one that does not, none are made.
    """

    looks: bool

    def begin(self, environment: int, seed: int) -> None:
        """Get ready for the episode with this seed in the environment with this number."""

    def act(self, observations: Any, environments: Sequence[int]) -> np.ndarray:
        """Return an action for each row of a batch of observations.

        Args:
            observations: an array (n, ...), or a dictionary of such arrays; None when the policy
                does not look.
            environments: which environment each of the n rows comes from.
        """


@dataclass
class _Running:
    """An episode under way."""

    index: int
    seed: int
    total: float = 0.0
    length: int = 0

    def played(self, moved: Moved) -> PlayedEpisode | None:
        """Count a step; return the episode when it has come to its end."""
        self.total += moved.reward
        self.length += 1
        if not moved.over:
            return None
        return PlayedEpisode(self.index, self.seed, self.total, self.length, moved.success)


def play_queue(stage: Stage, policy: Policy, seeds: Sequence[int]) -> Iterator[PlayedEpisode]:
    """Play one episode for every seed; an environment that is free takes the next.

    Episodes are yielded in the order of the seeds, those that finish early are held back. So
    whoever stops half-way has the first episodes of the list, not the shortest. What an episode
    is like does not depend on how many environments there are.

    Args:
        stage: the environments; each is reset with a seed before every episode.
        policy: chooses the actions.
        seeds: one a episode.

    Yields:
        An episode for every seed, in order.
    """
    waiting = iter(enumerate(seeds))
    running: dict[int, _Running] = {}
    finished: dict[int, PlayedEpisode] = {}
    due = 0
    stage.begin()
    _start_next(stage, range(stage.num_envs), policy, waiting, running)
    while running:
        numbers = list(running)
        observations = stage.observe(numbers) if policy.looks else None
        moves = stage.step(numbers, policy.act(observations, numbers))
        free = []
        for number, moved in zip(numbers, moves, strict=True):
            played = running[number].played(moved)
            if played is not None:
                finished[played.index] = played
                free.append(number)
        _start_next(stage, free, policy, waiting, running)
        while due in finished:
            yield finished.pop(due)
            due += 1


def _start_next(
    stage: Stage,
    numbers: Sequence[int],
    policy: Policy,
    waiting: Iterator[tuple[int, int]],
    running: dict[int, _Running],
) -> None:
    """Begin the next episodes in free environments, or retire those for which none is left."""
    for number in numbers:
        running.pop(number, None)
    begun = {
        number: _Running(index, seed)
        for number, (index, seed) in zip(numbers, waiting, strict=False)
    }
    if not begun:
        return
    stage.reset(list(begun), [episode.seed for episode in begun.values()])
    for number, episode in begun.items():
        policy.begin(number, episode.seed)
    running |= begun
