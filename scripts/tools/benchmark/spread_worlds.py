"""Worlds whose episodes do not all end at once, as if they had been running for long."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from darla_envs.batch.worlds import Worlds


class SpreadWorlds:
    """Other worlds, each of which is some steps into its episode after the first reset, of all."""

    def __init__(self, worlds: Worlds) -> None:
        self.worlds = worlds
        self._is_spread = False

    def __getattr__(self, name: str) -> Any:
        """Leave everything but the first reset to the worlds."""
        return getattr(self.worlds, name)

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
