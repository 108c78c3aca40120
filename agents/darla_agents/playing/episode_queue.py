"""Play a fixed list of episodes, each exactly once, in several environments side by side.

Counting the first N episodes that happen to finish in parallel environments would favour short
ones: success that comes fast, or failure. Here the episodes are fixed before the first step, by
their seeds, and all of them are played to their end, whichever environment plays them.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from darla_agents.playing.alarm_watch import AlarmCount, AlarmWatch
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
    alarms: float | None = None
    """Share of the observations at which the alarm was raised; None where there was no alarm."""


def share_of_alarms(episodes: Iterable[PlayedEpisode]) -> float | None:
    """Return the share of the steps of episodes at which the alarm was raised; None without one."""
    told = [(each.alarms, each.length) for each in episodes if each.alarms is not None]
    steps = sum(length for _, length in told)
    return sum(share * length for share, length in told) / steps if steps else None


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
    alarm: AlarmCount = field(default_factory=AlarmCount)

    def after(self, step: StepOutcome) -> PlayedEpisode | None:
        """Count a step; return the episode when it has come to its end."""
        self.total += step.reward
        self.length += 1
        return self.ended(step.success) if step.done else None

    def ended(self, success: bool | None) -> PlayedEpisode:
        """Return the episode, which has come to its end."""
        looks = self.alarm.looks
        alarms = self.alarm.raised / looks if looks else None
        return PlayedEpisode(self.index, self.seed, self.total, self.length, success, alarms)


def play_queue(
    worlds: PlayedWorlds,
    policy: Policy,
    seeds: Sequence[int],
    watch: AlarmWatch | None = None,
) -> Iterator[PlayedEpisode]:
    """Play one episode for every seed; an environment that is free takes the next.

    Episodes are yielded in the order of the seeds, those that finish early are held back. So
    whoever stops half-way has the first episodes of the list, not the shortest. What an episode is
    like does not depend on how many environments there are. Where an alarm of the policy is
    listened to, episodes tell how often it was raised, and may be broken off by it.
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
        actions = policy.act(observations, numbers)
        stopped = _listen(watch, numbers, running)
        ended = {number: running[number].ended(worlds.succeeded(number)) for number in stopped}
        going = [place for place, number in enumerate(numbers) if number not in ended]
        if ended:
            numbers, actions = [numbers[place] for place in going], actions[going]
        steps = worlds.step(numbers, actions) if numbers else []
        for number, step in zip(numbers, steps, strict=True):
            played = running[number].after(step)
            if played is not None:
                ended[number] = played
        finished |= {played.index: played for played in ended.values()}
        _start_next(worlds, list(ended), policy, waiting, running)
        while due in finished:
            yield finished.pop(due)
            due += 1


def _listen(
    watch: AlarmWatch | None, numbers: Sequence[int], running: Mapping[int, _Running]
) -> list[int]:
    """Count what the alarm says of environments; return those whose episodes it breaks off."""
    if watch is None:
        return []
    for number, raised in zip(numbers, watch.alarm.raised, strict=True):
        running[number].alarm.look(bool(raised))
    return [number for number in numbers if running[number].alarm.ends(watch.stop_after)]


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
