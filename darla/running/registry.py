"""Things that people add, by name: our own, those registered by hand, and those of other packages.

A package adds one without an import of ours, by an entry point of the registry's group::

    [project.entry-points."darla.objectives"]
    my_vae = "my_package.my_vae:MyVAE"

What is registered by its place (``module:name``), as entry points are, is imported when it is first
asked for, so that a list of names costs nothing, and one that cannot be imported harms nobody else.
"""

import importlib
from collections.abc import Callable, Iterator, Mapping
from importlib import metadata
from typing import Generic, TypeVar

from darla.running.names import unknown

T = TypeVar("T")


class Registry(Mapping[str, T], Generic[T]):
    """A mapping from names to things of one sort, which messages call ``what``: "objective".

    Other packages add theirs by entry points of the ``group``: "darla.objectives". ``check`` is
    called with a name and what it stands for, before that is given out; it raises a ValueError for
    what cannot be used.
    """

    def __init__(
        self, what: str, group: str, check: Callable[[str, T], None] | None = None
    ) -> None:
        self.what = what
        self.group = group
        self._check = check
        self._known: dict[str, T | str] = {}
        self._aliases: dict[str, str] = {}
        self._looked_for_others = False

    def register(self, name: str, thing: T | str, *aliases: str) -> None:
        """Add a thing, or its place as ``module:name``; one of that name is replaced.

        It answers to the aliases too, such as earlier names, and is not listed as them. A
        ValueError where the thing cannot be used.
        """
        if self._check is not None and not isinstance(thing, str):
            self._check(name, thing)
        self._known[name] = thing
        self._aliases |= dict.fromkeys(aliases, name)

    def name_of(self, name: str) -> str:
        """Return the name that something is listed as: itself, or what an alias stands for."""
        return self._aliases.get(name, name) if name not in self._known else name

    def __getitem__(self, name: str) -> T:
        """Return what a name or an alias stands for.

        A ValueError where the name is unknown (the nearest is suggested), or it stands for
        something that cannot be imported or used.
        """
        self._find_others()
        listed = self.name_of(name)
        if listed not in self._known:
            raise unknown(self.what, name, [*self._known, *self._aliases])
        thing = self._known[listed]
        if isinstance(thing, str):
            thing = self._known[listed] = self._load(listed, thing)
        return thing

    def __contains__(self, name: object) -> bool:
        """Whether a name or an alias is known; nothing is imported to tell."""
        self._find_others()
        return isinstance(name, str) and self.name_of(name) in self._known

    def __iter__(self) -> Iterator[str]:
        """Iterate over the names, without aliases, in the order of registration."""
        self._find_others()
        return iter(tuple(self._known))

    def __len__(self) -> int:
        """Return how many names there are, without aliases."""
        self._find_others()
        return len(self._known)

    def usable(self) -> dict[str, T]:
        """Return all that can be imported and used, by name; what cannot is left out."""
        found = {}
        for name in self:
            try:
                found[name] = self[name]
            except ValueError:
                continue
        return found

    def _find_others(self) -> None:
        """Note, once, what other packages add; names of our own are not replaced."""
        if self._looked_for_others:
            return
        self._looked_for_others = True
        for point in metadata.entry_points(group=self.group):
            self._known.setdefault(point.name, point.value)

    def _load(self, name: str, place: str) -> T:
        """Import a thing from its place, and check it."""
        module, _, attributes = place.partition(":")
        try:
            thing: T = importlib.import_module(module)  # type: ignore[assignment]
            for attribute in filter(None, attributes.split(".")):
                thing = getattr(thing, attribute)
        except Exception as error:  # whatever a module of somebody else's may raise
            raise ValueError(
                f"the {self.what} {name!r} cannot be imported from {place}: {error}; mend or "
                "remove its package"
            ) from error
        if self._check is not None:
            self._check(name, thing)
        return thing
