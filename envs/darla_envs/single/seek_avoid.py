"""Darla/SeekAvoid-v0: collect the good objects and avoid the bad ones, as in DARLA's task."""

from typing import Any

from darla_envs.description.tasks import SEEK_AVOID_TASK
from darla_envs.single.world import FactorWorld


class SeekAvoid(FactorWorld):
    """Touch boxes and balls, avoid cones and cylinders; colour means nothing.

    A touched object vanishes and pays +1 when it is good and -1 when it is bad. The episode ends
    when no good object is left, or after ``max_episode_steps``. Two objects are good and two are
    bad, so that 2 is the best return.
    """

    task = SEEK_AVOID_TASK

    def __init__(self, max_episode_steps: int = SEEK_AVOID_TASK.max_episode_steps, **kwargs: Any):
        """Make the world; see :class:`darla_envs.single.world.FactorWorld` for the arguments."""
        super().__init__(max_episode_steps=max_episode_steps, **kwargs)

    def _outcome(self, touched: list[str]) -> tuple[float, bool, bool]:
        reward = 0.0
        for name in touched:
            reward += 1.0 if self._is_good(name) else -1.0
            self._remove(name)
        left = [name for name in self._things if self._is_good(name)]
        finished = bool(touched) and not left
        everything_bad = len(self._things) == sum(not self._is_good(name) for name in self.objects)
        return reward, finished, finished and everything_bad

    def _is_good(self, name: str) -> bool:
        return self._setting[f"{name}_shape"] in self.task.good_shapes
