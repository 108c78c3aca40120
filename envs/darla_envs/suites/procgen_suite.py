"""Procgen's games: domains are known, and EnvPool is loaded when worlds are made."""

from collections.abc import Callable
from functools import partial
from typing import Any

from darla_envs.batch.worlds import Worlds
from darla_envs.description.named_domains import DomainLike
from darla_envs.suites.suite import PICTURES, Observing, Suite


class ProcgenSuite(Suite):
    """One of the games of :data:`darla_envs.description.procgen_tasks.PROCGEN_TASKS`."""

    def can_batch(self, observing: Observing = PICTURES) -> bool:
        """Whether pictures are asked for, which EnvPool draws many at a time."""
        return observing == PICTURES

    def _factory(
        self, domain: DomainLike, observing: Observing, num_threads: int | None, **settings: Any
    ) -> Callable[[int], Worlds]:
        """Return what makes worlds; other processes know no domains by names of one's own."""
        self._check(observing)
        from darla_envs.procgen.worlds import ProcgenWorlds

        found = self.find_domain(domain)
        return partial(
            ProcgenWorlds, self.env_id, domain=found, num_threads=num_threads, **settings
        )
