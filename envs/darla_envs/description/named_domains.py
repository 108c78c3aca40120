"""The domains of one id by their names, whatever family of worlds it is of.

A package of somebody else's adds domains by an entry point of the group ``darla.domains``, whose
value is a list of pairs of an id and a domain, or a function that returns one::

    [project.entry-points."darla.domains"]
    dusk = "my_package.domains:DOMAINS"

    DOMAINS = [("Darla/GoToObject-v0", Domain("dusk", {"light": point(0.6)}))]
"""

import warnings
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

from darla.running.names import unknown
from darla.running.registry import Registry
from darla_envs.description.domain import Domain
from darla_envs.description.look import Look

DomainLike = str | Mapping[str, Any] | Domain | Look | None
"""A name, where looks are drawn from, one look, or the dictionary of either; None for source."""

OTHERS: Registry[Any] = Registry("list of domains", "darla.domains")
"""Lists of pairs of an id and a domain, or functions that return such a list."""

_added: dict[str, dict[str, Domain | Look]] = {}
_read: set[str] = set()


class NamedDomains(ABC):
    """The domains of one id, which has no module before it."""

    def __init__(self, env_id: str) -> None:
        self.env_id = env_id

    def named(self) -> dict[str, Domain | Look]:
        """Return all domains by name, the source first: built in, or added."""
        _read_others()
        return {**self._built_in(), **_added.get(self.env_id, {})}

    def add(self, domain: Domain | Look, name: str) -> None:
        """Add a domain; see :func:`darla_envs.description.domains.register_domain`."""
        self._check(domain)
        _added.setdefault(self.env_id, {})[name] = domain

    def find(self, domain: DomainLike) -> Any:
        """Return what worlds take; see :func:`darla_envs.description.domains.find_domain`."""
        if isinstance(domain, str):
            domain = self._by_name(domain)
        elif isinstance(domain, Mapping):
            domain = self._from_dict(domain)
        return self._complete(domain)

    def whole(self, name: str) -> Domain:
        """Do :func:`darla_envs.description.domains.whole_domain`."""
        found: Domain = self.find(name)
        return found

    @abstractmethod
    def _built_in(self) -> Mapping[str, Domain]:
        """Return the domains that the id has by itself, the source first."""

    def _check(self, domain: Domain | Look) -> None:
        """Raise a ValueError unless worlds can look so."""
        self._complete(domain)

    @abstractmethod
    def _complete(self, domain: Domain | Look | None) -> Any:
        """Return what worlds take for a domain that was found or given."""

    def _from_dict(self, data: Mapping[str, Any]) -> Domain | Look:
        """Return what a dictionary describes."""
        return Domain.from_dict(data)

    def _by_name(self, name: str) -> Domain | Look:
        """Return a domain by its name."""
        known = self.named()
        if name not in known:
            raise unknown("domain", name, known)
        return known[name]


def _read_others() -> None:
    """Add, once, what other packages list; a list that cannot be read harms nobody else."""
    for name in OTHERS:
        if name in _read:
            continue
        _read.add(name)
        try:
            listed = OTHERS[name]
            for env_id, domain in listed() if callable(listed) else listed:
                _added.setdefault(env_id, {}).setdefault(domain.name, domain)
        except (ValueError, TypeError, AttributeError) as error:
            warnings.warn(
                f"the domains of entry point {name!r} are left out: {error}", stacklevel=2
            )
