"""Darla/GoToObject-v0: one object in a room; reach it."""

from darla_envs.description.tasks import GO_TO_OBJECT_TASK
from darla_envs.single.world import FactorWorld


class GoToObject(FactorWorld):
    """Reach the object.

    The episode ends when the agent's centre is within 1 m of the object's, with a reward of
    ``1 - 0.2 * steps / max_episode_steps``, or after ``max_episode_steps`` with nothing.
    """

    task = GO_TO_OBJECT_TASK

    def _outcome(self, touched: list[str]) -> tuple[float, bool, bool]:
        return (self._reward(), True, True) if touched else (0.0, False, False)
