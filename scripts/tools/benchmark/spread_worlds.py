"""Worlds whose episodes do not all end at once, as if they had been running for long."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from darla_envs.batch.worlds import Infos, Outcomes, Worlds


class SpreadWorlds(Worlds):
    """Other worlds, each of which is some steps into its episode after the first reset.

    Args:
        worlds: of this package's tasks or of MiniWorld's environments; all of them must be reset
            at first.
    """

    def __init__(self, worlds: Worlds) -> None:
        self.worlds = worlds
        self.num_worlds = worlds.num_worlds
        self.observation_space = worlds.observation_space
        self.action_space = worlds.action_space
        self.picture_key = worlds.picture_key
        self._is_spread = False

    def reset(
        self,
        chosen: np.ndarray,
        seeds: Sequence[int | None] | None = None,
        settings: Sequence[Mapping[str, Any]] | None = None,
    ) -> None:
        """Start an episode in each chosen world."""
        self.worlds.reset(chosen, seeds, settings)
        if not self._is_spread:
            self._spread()

    def step(self, chosen: np.ndarray, actions: np.ndarray) -> Outcomes:
        """Act in the chosen worlds."""
        return self.worlds.step(chosen, actions)

    def draw(self, chosen: np.ndarray, out: np.ndarray) -> None:
        """Draw the chosen worlds."""
        self.worlds.draw(chosen, out)

    def infos(self, chosen: np.ndarray) -> Infos:
        """Return what the last reset or step of each chosen world reported."""
        return self.worlds.infos(chosen)

    def extras(self, chosen: np.ndarray) -> dict[str, np.ndarray]:
        """Return the entries of a Dict observation besides the picture."""
        return self.worlds.extras(chosen)

    def set_domain(self, domain: Any) -> None:
        """Draw all later episodes from another domain."""
        self.worlds.set_domain(domain)

    def close(self) -> None:
        """Close the worlds."""
        self.worlds.close()

    def _spread(self) -> None:
        """Let the episodes be as old as if they had not begun together."""
        self._is_spread = True
        worlds: Any = self.worlds  # rooms, or MiniWorld's, whose class would load MiniWorld
        if not hasattr(worlds, "envs"):
            worlds.state.steps[:] = ages(self.num_worlds, worlds.max_episode_steps)
            return
        singles = [env.unwrapped for env in worlds.envs]
        limit = singles[0].max_episode_steps
        for env, age in zip(singles, ages(self.num_worlds, limit), strict=True):
            env.step_count = age


def ages(num_worlds: int, max_episode_steps: int) -> list[int]:
    """Return so many numbers of steps, evenly spread over an episode's length."""
    return [(2 * k + 1) * max_episode_steps // (2 * num_worlds) for k in range(num_worlds)]
