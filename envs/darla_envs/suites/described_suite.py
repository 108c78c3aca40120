"""Environments with further arguments, in wrappers, or with looks that somebody declared."""

from collections.abc import Callable
from typing import Any

import gymnasium as gym

from darla.environments.looks import Looks
from darla.environments.making import make_environment
from darla.environments.spec import EnvironmentSpec
from darla_envs.batch.worlds import CannotBatch, Worlds
from darla_envs.description.domain import Domain
from darla_envs.description.named_domains import DomainLike
from darla_envs.description.usual_domains import SOURCE
from darla_envs.suites.foreign_suite import can_be_made_in
from darla_envs.suites.suite import PICTURES, Observing, Suite


class DescribedSuite(Suite):
    """One of the other suites' environments as somebody describes it.

    Its domains are those of its looks where there are any, else those that it has without being
    described. They are made one at a time, for wrappers go around single environments.
    """

    def __init__(self, spec: EnvironmentSpec, known: Suite) -> None:
        super().__init__(spec.text)
        self._spec = spec
        self._known = known
        self.has_known_domains = spec.looks is not None or known.has_known_domains
        self.offers_factors = known.offers_factors

    @property
    def _looks(self) -> Looks | None:
        """The looks that were declared."""
        return self._spec.looks

    def domains(self) -> list[str]:
        """Return the names of the domains, the source first."""
        if self._looks is None:
            return self._known.domains()
        return list(dict.fromkeys([self._looks.source, *self._looks.domains]))

    def targets(self) -> list[str]:
        """Return the names of the domains that agents are tested in."""
        return self._known.targets() if self._looks is None else list(self._looks.targets)

    def sources(self) -> list[str]:
        """Return the names of the domains that agents learn in."""
        return self._known.sources() if self._looks is None else [self._looks.source]

    @property
    def unsupervised(self) -> str | None:
        """The name of D_U; None where there is none."""
        if self._looks is None:
            return self._known.unsupervised
        name = self._looks.unsupervised
        return name if name in self._looks.domains else None

    def find_domain(self, domain: DomainLike) -> Any:
        """Return what worlds take; a look where some were declared."""
        if self._looks is None:
            return self._known.find_domain(domain)
        return self._spec.look(str(domain))

    def whole_domain(self, name: str) -> Domain:
        """Return where all comes from that is drawn in a domain, if that is known."""
        if self._looks is None:
            return self._known.whole_domain(name)
        raise ValueError(f"{self.env_id} does not tell what its looks draw from")

    def has_domain(self, name: str) -> bool:
        """Whether environments can be made in a domain of this name."""
        if self.has_known_domains or name == SOURCE:
            return name in self.domains()
        try:
            takes_domain = bool(self._known.domain_kwargs(name))
        except ValueError:
            return False
        return takes_domain and can_be_made_in(self, name)

    def domain_kwargs(self, domain: DomainLike) -> dict[str, Any]:
        """Return the argument that says the domain; none where looks do."""
        if self._looks is None:
            return self._known.domain_kwargs(domain)
        self._spec.look(str(domain))  # an error if there is none
        return {}

    def can_batch(self, observing: Observing = PICTURES) -> bool:
        """Return False."""
        return False

    def single(
        self,
        domain: DomainLike = SOURCE,
        *,
        observing: Observing | None = PICTURES,
        **kwargs: Any,
    ) -> gym.Env[Any, Any]:
        """Make one environment, as it is described."""
        self._check(observing)
        look = None if self._looks is None else self._spec.look(str(domain))
        further = {**self.domain_kwargs(domain), **kwargs}
        shown = observing == PICTURES
        env = make_environment(self._spec, look, further=further, shown=shown)
        return self._known.observed(env, observing)

    def _factory(
        self, domain: DomainLike, observing: Observing, num_threads: int | None, **settings: Any
    ) -> Callable[[int], Worlds]:
        """Raise CannotBatch: wrappers go around single environments."""
        raise CannotBatch(
            f"{self.env_id} is made one at a time, because of its arguments, wrappers or looks"
        )
