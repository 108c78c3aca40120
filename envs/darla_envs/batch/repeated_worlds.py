"""Worlds in which an action is done several times in a row."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from darla_envs.batch.worlds import Infos, Outcomes, Seeds, Settings, Worlds


class RepeatedWorlds(Worlds):
    """Does each action ``times`` times, or until the episode ends; rewards are summed.

    Only the last of these steps is seen and reported. A ValueError where ``times`` is below 1.
    """

    def __init__(self, worlds: Worlds, times: int) -> None:
        if times < 1:
            raise ValueError(f"action_repeat is {times}, but must be at least 1")
        self._worlds = worlds
        self._times = times
        self.num_worlds = worlds.num_worlds
        self.observation_space = worlds.observation_space
        self.action_space = worlds.action_space
        self.picture_key = worlds.picture_key

    def reset(self, chosen: np.ndarray, seeds: Seeds = None, settings: Settings = None) -> None:
        """Start an episode in each chosen world."""
        self._worlds.reset(chosen, seeds, settings)

    def step(self, chosen: np.ndarray, actions: np.ndarray) -> Outcomes:
        """Act in the chosen worlds; those whose episode is over stand still."""
        rewards = np.zeros(len(chosen))
        terminated, truncated = np.zeros((2, len(chosen)), dtype=np.bool_)
        acting = np.arange(len(chosen))
        for _ in range(self._times):
            outcomes = self._worlds.step(chosen[acting], actions[acting])
            rewards[acting] += outcomes.rewards
            terminated[acting], truncated[acting] = outcomes.terminated, outcomes.truncated
            acting = acting[~(outcomes.terminated | outcomes.truncated)]
            if not len(acting):
                break
        return Outcomes(rewards, terminated, truncated)

    def draw(self, chosen: np.ndarray, out: np.ndarray) -> None:
        """Draw the chosen worlds as they are now."""
        self._worlds.draw(chosen, out)

    def infos(self, chosen: np.ndarray) -> Infos:
        """Return what the last reset or step of each chosen world reported."""
        return self._worlds.infos(chosen)

    def extras(self, chosen: np.ndarray) -> dict[str, np.ndarray]:
        """Return the entries of a Dict observation besides the picture."""
        return self._worlds.extras(chosen)

    def set_domain(self, domain: Any) -> None:
        """Draw all later episodes from another domain."""
        self._worlds.set_domain(domain)

    def close(self) -> None:
        """Free what the worlds hold."""
        self._worlds.close()


def repeating(factory: Callable[[int], Worlds], times: int) -> Callable[[int], Worlds]:
    """Return a factory of worlds in which actions are repeated; it can be sent to a process."""
    return factory if times == 1 else partial(_make_repeated, factory, times)


def _make_repeated(factory: Callable[[int], Worlds], times: int, num_worlds: int) -> Worlds:
    """Make worlds with a factory, and repeat actions in them."""
    return RepeatedWorlds(factory(num_worlds), times)
