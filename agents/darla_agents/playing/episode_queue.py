"""Play a fixed list of episodes, each exactly once, in several environments side by side.

Counting the first N episodes that happen to finish in parallel environments would favour short
ones: success that comes fast, or failure. Here the episodes are fixed before the first step, by
their seeds, and all of them are played to their end, whichever environment plays them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from darla_agents.playing.played_worlds import PlayedWorlds, StepOutcome


@dataclass(frozen=True)
class PlayedEpisode:
    """How the episode of one seed went, and in how many steps."""

    index: int
    """Its place in the list of seeds."""
    seed: int
    total: float
    """Undiscounted sum of rewards."""
    length: int
    success: bool | None
    """What the info said at the end, as ``is_success`` or ``success``; None if it said nothing."""


class Policy(Protocol):
    """Chooses actions in several environments at once."""

    needs_observations: bool
    """Whether it chooses by them; for one that does not, none are made."""

    def begin(self, environment: int, seed: int) -> None:
        """Get ready for the episode with this seed in the environment with this number."""

    def act(self, observations: Any, environments: Sequence[int]) -> np.ndarray:
        """Return an action for each row of a batch of observations, of these environments.

        The batch is an array (n, ...), or a dictionary of such arrays; None when the policy does
        not need it.
        """


@dataclass
class _Running:
    """An episode under way."""

    index: int
    seed: int
    total: float = 0.0
    length: int = 0

    def after(self, step: StepOutcome) -> PlayedEpisode | None:
        """Count a step; return the episode when it has come to its end."""
        self.total += step.reward
        self.length += 1
        if not step.done:
            return None
        return PlayedEpisode(self.index, self.seed, self.total, self.length, step.success)


def play_queue(
    worlds: PlayedWorlds, policy: Policy, seeds: Sequence[int]
) -> Iterator[PlayedEpisode]:
    """Play one episode for every seed; an environment that is free takes the next.

    Episodes are yielded in the order of the seeds, those that finish early are held back. So
    whoever stops half-way has the first episodes of the list, not the shortest. What an episode is
    like does not depend on how many environments there are.
    """
    waiting = iter(enumerate(seeds))
    running: dict[int, _Running] = {}
    finished: dict[int, PlayedEpisode] = {}
    due = 0
    worlds.begin()
    _start_next(worlds, range(worlds.num_envs), policy, waiting, running)
    while running:
        numbers = list(running)
        observations = worlds.observe(numbers) if policy.needs_observations else None
        steps = worlds.step(numbers, policy.act(observations, numbers))
        free = []
        for number, step in zip(numbers, steps, strict=True):
            played = running[number].after(step)
            if played is not None:
                finished[played.index] = played
                free.append(number)
        _start_next(worlds, free, policy, waiting, running)
        while due in finished:
            yield finished.pop(due)
            due += 1


def _start_next(
    worlds: PlayedWorlds,
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
    worlds.reset(list(begun), [episode.seed for episode in begun.values()])
    for number, episode in begun.items():
        policy.begin(number, episode.seed)
    running |= begun
