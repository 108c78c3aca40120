"""Darla/SeekAvoid-v0: collect the good objects and avoid the bad ones, as in DARLA's task."""

from typing import Any

from envs.domains import SEEK_AVOID
from envs.layout import Spacing
from envs.world import FactorWorld

GOOD = ("box", "ball")
BAD = ("cone", "cylinder")


class SeekAvoid(FactorWorld):
    """Touch boxes and balls, avoid cones and cylinders; colour means nothing.

    A touched object vanishes and pays +1 when it is good and -1 when it is bad. The episode ends
    when no good object is left, or after ``max_episode_steps``. Two objects are good and two are
    bad, so that 2 is the best return.
    """

    task = SEEK_AVOID
    objects = ("object0", "object1", "object2", "object3")
    shapes = GOOD + BAD
    preferred_shapes = (GOOD, GOOD, BAD, BAD)
    room_size = (8.0, 6.5)
    start = Spacing(objects=1.9, agent=1.6)
    reach = 0.8

    def __init__(self, max_episode_steps: int = 100, **kwargs: Any):
        """Make the world; see :class:`envs.world.FactorWorld` for the arguments."""
        super().__init__(max_episode_steps=max_episode_steps, **kwargs)

    def _outcome(self, touched: list[str]) -> tuple[float, bool, bool]:
        reward = 0.0
        for name in touched:
            reward += 1.0 if self._setting[f"{name}_shape"] in GOOD else -1.0
            self._remove(name)
        left = [name for name in self._things if self._setting[f"{name}_shape"] in GOOD]
        finished = bool(touched) and not left
        everything_bad = len(self._things) == sum(
            self._setting[f"{name}_shape"] in BAD for name in self.objects
        )
        return reward, finished, finished and everything_bad
