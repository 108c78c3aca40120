"""MiniWorld's environments: their domains are known, and whether they can be drawn is tried."""

from collections.abc import Callable
from functools import partial
from typing import Any

from darla_envs.batch.worlds import Worlds
from darla_envs.description.named_domains import DomainLike
from darla_envs.suites.suite import PICTURES, Observing, Suite


class MiniWorldSuite(Suite):
    """An environment of MiniWorld's, or one that ``darla_envs.stock.give_domains`` was told of."""

    def can_batch(self, observing: Observing = PICTURES) -> bool:
        """Whether environments can be simulated together.

        Only one that is made and reset can tell: its rooms and entities may draw themselves.
        """
        return observing == PICTURES and self._can_be_drawn()

    def _factory(
        self, domain: DomainLike, observing: Observing, num_threads: int | None, **settings: Any
    ) -> Callable[[int], Worlds]:
        """Return what makes worlds; other processes know no domains by names of one's own."""
        self._check(observing)
        from darla_envs.miniworlds.miniworlds import MiniWorlds  # loads MiniWorld and Numba

        found = self.find_domain(domain)
        return partial(MiniWorlds, self.env_id, domain=found, num_threads=num_threads, **settings)
