"""Tasks described as data: everything about them is known."""

from collections.abc import Callable
from functools import partial
from typing import Any

import gymnasium as gym

from darla_envs.batch.worlds import Worlds
from darla_envs.description.named_domains import DomainLike
from darla_envs.description.tasks import find_task
from darla_envs.suites.suite import PICTURES, Observing, Suite


class RoomSuite(Suite):
    """One of the tasks of this package, or described as these are."""

    offers_factors = True

    def can_batch(self, observing: Observing = PICTURES) -> bool:
        """Return True."""
        return True

    def observed(self, env: gym.Env[Any, Any], observing: Observing | None) -> gym.Env[Any, Any]:
        """Return an environment that MiniWorld draws only where pictures are observed."""
        if observing == PICTURES:
            return env
        from darla_envs.single.factor_observation import FactorObservation  # loads MiniWorld

        return FactorObservation(env)

    def _factory(
        self, domain: DomainLike, observing: Observing, num_threads: int | None, **settings: Any
    ) -> Callable[[int], Worlds]:
        """Return what makes rooms; the task and the domain go with it into other processes."""
        if settings.pop("env_kwargs", None):
            raise ValueError(f"{self.env_id} takes no env_kwargs; give its arguments themselves")
        task, found = find_task(self.env_id), self.find_domain(domain)
        if observing == PICTURES:
            from darla_envs.rooms.room_worlds import RoomWorlds  # loads Numba

            return partial(RoomWorlds, task, domain=found, num_threads=num_threads, **settings)
        from darla_envs.rooms.factor_worlds import FactorWorlds  # loads Numba

        return partial(FactorWorlds, task, domain=found, **settings)
