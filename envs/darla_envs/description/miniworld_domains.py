"""The domains of MiniWorld's environments: those of :mod:`darla_envs.description.look_ranges`.

What a domain does not name stays as MiniWorld gives it. Nothing here needs MiniWorld.
"""

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

from darla.running.names import nearest
from darla_envs.description.domain import Domain
from darla_envs.description.drawn_ranges import check_ranges
from darla_envs.description.look import Look, check_look
from darla_envs.description.look_ranges import (
    FACTORS,
    LOOKS,
    STOCK,
    SURFACES,
    without_floor_textures,
    without_objects,
)
from darla_envs.description.named_domains import NamedDomains
from darla_envs.description.palettes import check_palettes
from darla_envs.description.surroundings import check_surroundings
from darla_envs.description.texture_files import OWN
from darla_envs.description.usual_domains import SOURCE

_TOLD_BY_COLOR = ("MiniWorld-PutNext-v0", "MiniWorld-Sign-v0", "MiniWorld-ThreeRooms-v0")
"""Ids whose tasks mean one object among others by its colour."""

_TOLD_BY_FLOORS = ("MiniWorld-Sidewalk-v0",)
"""Ids whose tasks mean one room among others by the texture of its floor."""

_OF_A_DOMAIN = {field.name for field in fields(Domain)}
_OF_A_LOOK = [field.name for field in fields(Look)]


class MiniWorldDomains(NamedDomains):
    """The domains of a MiniWorld environment; ids of one's own know those of the stock ones."""

    def __init__(self, env_id: str) -> None:
        super().__init__(env_id.rpartition(":")[2])

    def whole(self, name: str) -> Domain:
        """Return a named domain on the lines, with MiniWorld's own look for what is not named."""
        found = self.find(name) or Domain(name)
        if isinstance(found, Look):
            raise ValueError(
                f"domain {name!r} of {self.env_id} is a look in colours, which are on no line; "
                "give a Domain on the lines of darla_envs.description.look_ranges"
            )
        named = [*found.look, *(factor for case in found.cases for factor in case)]
        stock = {factor: where for factor, where in STOCK.items() if factor not in named}
        return replace(found, look={**stock, **found.look})

    def _built_in(self) -> Mapping[str, Domain]:
        """Return the domains of all environments, less those that would hide the task."""
        looks = without_objects() if self.env_id in _TOLD_BY_COLOR else LOOKS
        looks = without_floor_textures(looks) if self.env_id in _TOLD_BY_FLOORS else looks
        return {look.name: look for look in looks}

    def _check(self, domain: Domain | Look) -> None:
        """Check that every value is on its line, and known in all episodes, as palettes are."""
        if isinstance(domain, Look):
            check_look(domain)
            return
        check_surroundings(domain, (OWN,))
        if "floor" in domain.textures and self.env_id in _TOLD_BY_FLOORS:
            raise ValueError(
                f"domain {domain.name!r} has a texture for the floor, but the floors of "
                f"{self.env_id} have one each, which tell where its episodes end; name textures "
                "of walls alone"
            )
        check_ranges(domain, dict.fromkeys(FACTORS, (0.0, 1.0)), "MiniWorld's environments")
        for name in {name for case in domain.cases for name in case} - set(domain.look):
            if not all(name in case for case in domain.cases):
                raise ValueError(
                    f"domain {domain.name!r} names {name!r} in some of its cases only, so that it "
                    "would not be known in all episodes; name it in all cases, or in the look"
                )
        _check_palettes(domain)

    def _complete(self, domain: Domain | Look | None) -> Domain | Look | None:
        """Return a checked domain; None for the look that MiniWorld gives."""
        if domain is None or domain == Domain(SOURCE):
            return None
        if not isinstance(domain, Domain | Look):
            raise ValueError(
                f"{self.env_id} has no domain {domain!r}: give a name, a Domain or a Look, or the "
                "dictionary of one"
            )
        self._check(domain)
        return domain

    def _from_dict(self, data: Mapping[str, Any]) -> Domain | Look:
        """Return the domain or the look that a dictionary describes."""
        if _OF_A_DOMAIN & set(data):
            return Domain.from_dict(data)
        for name in data:
            if name not in _OF_A_LOOK:
                raise ValueError(
                    f"a look has no {name!r}; {nearest(name, _OF_A_LOOK)}known: "
                    f"{', '.join(_OF_A_LOOK)}"
                )
        return Look(**data)

    def _by_name(self, name: str) -> Domain | Look:
        """Return a domain by its name."""
        known = self.named()
        if name not in known:
            raise ValueError(
                f"{self.env_id} has no domain {name!r}; {nearest(name, known)}known: "
                f"{', '.join(known)}, or a look, a dictionary of some of {', '.join(_OF_A_LOOK)}"
            )
        return known[name]


def _check_palettes(domain: Domain) -> None:
    """Raise a ValueError where a palette is unknown, or no value of the domain is on it."""
    check_palettes(domain.palettes, SURFACES)
    named = [*domain.look, *(name for case in domain.cases for name in case)]
    for surface in domain.palettes:
        if surface not in named:
            raise ValueError(
                f"domain {domain.name!r} has a palette for {surface!r}, and no value on it; name "
                f"{surface!r} in its look"
            )
