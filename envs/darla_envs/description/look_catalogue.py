"""The named domains of MiniWorld's environments, and how to add one.

A look of one's own takes a few lines, as a range on the lines of
:mod:`darla_envs.description.look_ranges` or as colours::

    from darla_envs.description.domain import Domain, point
    from darla_envs.description.look_catalogue import register_look
    from darla_envs.render.scene import Look

    dusk = Domain("dusk", {"floor": ((0.2, 0.4),), "light": point(0.6)})
    register_look("MiniWorld-Maze-v0", dusk)
    register_look("MiniWorld-Maze-v0", Look(wall=(1.0, 0.9, 0.5)), name="yellow")
    env = gym.make("MiniWorld-Maze-v0", domain="dusk")

What a domain does not name stays as MiniWorld gives it. Nothing here needs MiniWorld.
"""

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

from darla_envs.description.domain import Domain
from darla_envs.description.look_ranges import FACTORS, LOOKS, STOCK, without_objects
from darla_envs.names import hint
from darla_envs.render.scene import Look, check_look

SOURCE, UNSUPERVISED = "source", "d_u"

LookLike = Domain | Look | Mapping[str, Any] | str | None
"""A look or where looks are drawn from, the dictionary of either, a name, or None for no shift."""

_TOLD_BY_COLOR = ("MiniWorld-PutNext-v0", "MiniWorld-Sign-v0", "MiniWorld-ThreeRooms-v0")
"""Ids whose tasks mean one object among others by its colour."""

_OF_A_DOMAIN = {field.name for field in fields(Domain)}
_OF_A_LOOK = [field.name for field in fields(Look)]
_own: dict[str, dict[str, Domain | Look]] = {}


def look_names(env_id: str) -> list[str]:
    """Return the names of an environment's domains, the source first."""
    return list(_looks_of(env_id))


def look_targets(env_id: str) -> list[str]:
    """Return the names of the domains that agents are tested in: all but D_U and the source."""
    return [name for name in look_names(env_id) if name not in (SOURCE, UNSUPERVISED)]


def register_look(env_id: str, look: Domain | Look, name: str | None = None) -> None:
    """Add a domain to an environment, so that it can be named; one of that name is replaced.

    Args:
        env_id: the id, with or without a module before it.
        look: one look, or where the look of each episode is drawn from.
        name: of the domain; a Domain's own when None.

    Raises:
        ValueError: a Look has no name, or a value of the domain is wrong.
    """
    if name is None:
        if isinstance(look, Look):
            raise ValueError(f"a look of {env_id} needs a name to be found by; give it as name")
        name = look.name
    _own.setdefault(_bare(env_id), {})[name] = _checked(look)


def find_look(env_id: str, domain: LookLike) -> Domain | Look | None:
    """Return an environment's domain by its name, or make one from whatever describes it.

    Args:
        env_id: the id; ids without looks of their own know those of the catalogue.
        domain: a name; a Domain on the lines of :mod:`darla_envs.description.look_ranges`, or its
            dictionary; a :class:`darla_envs.render.scene.Look`, or its dictionary; None for the
            source.

    Returns:
        None for the look that MiniWorld gives the environment.

    Raises:
        ValueError: there is no such domain, and the nearest name is suggested; or a value of it is
            out of range.
    """
    if isinstance(domain, str):
        known = _looks_of(env_id)
        if domain not in known:
            raise ValueError(
                f"{env_id} has no domain {domain!r}; {hint(domain, known)}known: "
                f"{', '.join(known)}, or a look, a dictionary of some of {', '.join(_OF_A_LOOK)}"
            )
        domain = known[domain]
    elif isinstance(domain, Mapping):
        domain = Domain.from_dict(domain) if _OF_A_DOMAIN & set(domain) else _look_from(domain)
    if domain is None or domain == Domain(SOURCE):
        return None
    if not isinstance(domain, Domain | Look):
        raise ValueError(
            f"{env_id} has no domain {domain!r}: give a name, a Domain or a Look, or the "
            "dictionary of one"
        )
    return _checked(domain)


def find_whole_domain(env_id: str, name: str) -> Domain:
    """Return a named domain on the lines, with MiniWorld's own look for what it does not name.

    Raises:
        ValueError: there is no such domain, or it is a single look in colours off the lines.
    """
    found = find_look(env_id, name) or Domain(name)
    if isinstance(found, Look):
        raise ValueError(
            f"domain {name!r} of {env_id} is a look in colours, which are on no line; give a "
            "Domain on the lines of darla_envs.description.look_ranges"
        )
    named = [*found.look, *(factor for case in found.cases for factor in case)]
    stock = {factor: where for factor, where in STOCK.items() if factor not in named}
    return replace(found, look={**stock, **found.look})


def _looks_of(env_id: str) -> dict[str, Domain | Look]:
    bare = _bare(env_id)
    looks = without_objects() if bare in _TOLD_BY_COLOR else LOOKS
    return {**{look.name: look for look in looks}, **_own.get(bare, {})}


def _bare(env_id: str) -> str:
    return env_id.rpartition(":")[2]


def _look_from(data: Mapping[str, Any]) -> Look:
    for name in data:
        if name not in _OF_A_LOOK:
            raise ValueError(
                f"a look has no {name!r}; {hint(name, _OF_A_LOOK)}known: {', '.join(_OF_A_LOOK)}"
            )
    return Look(**data)


def _checked(look: Domain | Look) -> Domain | Look:
    if isinstance(look, Look):
        check_look(look)
        return look
    for values in (look.look, *look.cases):
        for name, ranges in values.items():
            _check_ranges(look.name, name, ranges)
    for name in {name for case in look.cases for name in case} - set(look.look):
        if not all(name in case for case in look.cases):
            raise ValueError(
                f"domain {look.name!r} names {name!r} in some of its cases only, so that it would "
                "not be known in all episodes; name it in all cases, or in the look"
            )
    return look


def _check_ranges(domain: str, name: str, ranges: Any) -> None:
    if name not in FACTORS:
        raise ValueError(
            f"domain {domain!r} names {name!r}, which looks of MiniWorld's environments do not "
            f"have; {hint(name, FACTORS)}known: {', '.join(FACTORS)}"
        )
    for each in ranges or [None]:
        if isinstance(each, str) or each is None or not 0 <= each[0] <= each[-1] <= 1:
            raise ValueError(
                f"domain {domain!r} draws {name!r} from {ranges!r}; give one or more ranges "
                "(low, high) in [0, 1]"
            )
