"""DeepMind Control's tasks: domains are known, and dm_control is loaded when one is made."""

from collections.abc import Callable
from typing import Any

import gymnasium as gym

from darla_envs.batch.worlds import CannotBatch, Worlds
from darla_envs.description.named_domains import DomainLike
from darla_envs.suites.suite import PICTURES, Observing, Suite


class DmcSuite(Suite):
    """One of the tasks of :data:`darla_envs.description.dmc_tasks.DMC_TASKS`."""

    offers_factors = True

    def can_batch(self, observing: Observing = PICTURES) -> bool:
        """Return False: MuJoCo simulates each by itself."""
        return False

    def observed(self, env: gym.Env[Any, Any], observing: Observing | None) -> gym.Env[Any, Any]:
        """Return an environment that is drawn only where pictures are observed."""
        if observing == PICTURES:
            return env
        from darla_envs.dmc.state_observation import StateObservation

        return StateObservation(env)

    def _factory(
        self, domain: DomainLike, observing: Observing, num_threads: int | None, **settings: Any
    ) -> Callable[[int], Worlds]:
        """Raise CannotBatch."""
        raise CannotBatch(f"{self.env_id} is made one at a time, because MuJoCo simulates it")
