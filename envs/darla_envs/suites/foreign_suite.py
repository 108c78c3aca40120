"""Environments of somebody else's: what can be told without knowing them."""

import sys
from collections.abc import Callable
from functools import partial
from typing import Any

import gymnasium as gym

from darla.environments.making import made_by, takes
from darla.environments.spec import EnvironmentSpec
from darla_envs.batch.worlds import CannotBatch, Worlds
from darla_envs.description.domain import Domain
from darla_envs.description.named_domains import DomainLike
from darla_envs.description.usual_domains import SOURCE
from darla_envs.suites.suite import PICTURES, Observing, Suite


class ForeignSuite(Suite):
    """Whatever else is registered, or made by a function.

    Its domains, if it has any, are known to itself alone.

    MiniWorld environments of one's own are foreign too, until ``darla_envs.stock.give_domains``
    is told of them; but they can be batched.
    """

    has_known_domains = False

    def domains(self) -> list[str]:
        """Return the name of the source alone."""
        return [SOURCE]

    def targets(self) -> list[str]:
        """Return an empty list: what else there is, the environment alone knows."""
        return []

    def find_domain(self, domain: DomainLike) -> Any:
        """Return the domain as it is, if the environments take any."""
        return self.domain_kwargs(domain).get("domain", SOURCE)

    def whole_domain(self, name: str) -> Domain:
        """Raise a ValueError: an environment does not tell what its domains draw from."""
        raise ValueError(f"{self.env_id} does not tell what its domains draw from; its package may")

    def has_domain(self, name: str) -> bool:
        """Whether environments can be made in a domain of this name.

        Only one that is made can tell, if it takes a domain at all.
        """
        if name == SOURCE or not self._takes_domain:
            return name == SOURCE
        return can_be_made_in(self, name)

    def domain_kwargs(self, domain: DomainLike) -> dict[str, Any]:
        """Return ``{"domain": domain}`` where environments take it, and nothing otherwise."""
        if self._takes_domain:
            return super().domain_kwargs(domain)
        if domain not in (SOURCE, None):
            raise ValueError(
                f"{self.env_id} has no domain {domain!r}: it knows no domains but {SOURCE!r}"
            )
        return {}

    def can_batch(self, observing: Observing = PICTURES) -> bool:
        """Whether it is a MiniWorld environment, without domains of its own, that can be drawn.

        Only one that is made and reset can tell.
        """
        if observing != PICTURES or self._takes_domain or not self._may_be_miniworld:
            return False
        return self._can_be_drawn()

    @property
    def _creator(self) -> Any:
        """The class or the function that makes the environments."""
        return made_by(EnvironmentSpec(self.env_id))

    @property
    def _takes_domain(self) -> bool:
        """Whether environments are made with an argument of this name."""
        return takes(self._creator, "domain")

    @property
    def _may_be_miniworld(self) -> bool:
        """Whether environments may be MiniWorld's; whoever makes those has imported it."""
        creator = self._creator
        miniworld = sys.modules.get("miniworld.miniworld")
        if miniworld is None or self.env_id not in gym.registry:
            return False
        return not isinstance(creator, type) or issubclass(creator, miniworld.MiniWorldEnv)

    def _factory(
        self, domain: DomainLike, observing: Observing, num_threads: int | None, **settings: Any
    ) -> Callable[[int], Worlds]:
        """Return what makes worlds of a MiniWorld environment, in a look of MiniWorld's."""
        self._check(observing)
        if not self._may_be_miniworld:
            raise CannotBatch(
                f"{self.env_id} is no MiniWorld environment; batches are made of those, such as "
                "MiniWorld-Maze-v0, and of tasks described as those of this package are"
            )
        from darla_envs.miniworlds.miniworlds import MiniWorlds  # loads MiniWorld and Numba

        return partial(MiniWorlds, self.env_id, domain=domain, num_threads=num_threads, **settings)


def can_be_made_in(suite: Suite, domain: str) -> bool:
    """Whether environments can be made in a domain of this name, which is tried."""
    try:
        suite.single(domain).close()
    except ValueError:
        return False
    return True
