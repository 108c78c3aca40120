"""The domains of Procgen's games: which levels there are, and what of their look is drawn.

A level's number decides its background and its themes (the ground's material, the figure's colour),
so that nobody can ask for one of them. What can be told is whether they are drawn at all:

- ``background``: ``drawn``, or ``none``, which is black.
- ``themes``: ``all``, or ``one``, the first, for every level.
- ``sprites``: ``drawn``, or ``flat``, rectangles of one colour for each kind of thing.
- ``levels``: the first and the last number that an episode's level is drawn from.

The game is the same whatever is drawn of it (in FruitBot but for the size of fruits of one theme),
so that domains of the same levels differ in their look alone. Levels that agents learn in, those of
encoders' frames, and those that are new lie apart.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np

from darla.environments.restyling.strengths import checked_strengths
from darla.running.names import nearest
from darla_envs.description.domain import NO_FACTORS, Domain, Values, draw
from darla_envs.description.look import Look
from darla_envs.description.named_domains import NamedDomains
from darla_envs.description.procgen_tasks import PROCGEN_TASKS
from darla_envs.description.usual_domains import (
    SEEN_LEVELS,
    SOURCE,
    SOURCE_LOOKS,
    UNSUPERVISED,
)

BACKGROUND, THEMES, SPRITES, LEVELS = "background", "themes", "sprites", "levels"
NONE, DRAWN, ONE, ALL, FLAT = "none", "drawn", "one", "all", "flat"
_CHOICES: Mapping[str, tuple[str, ...]] = {
    BACKGROUND: (NONE, DRAWN),
    THEMES: (ONE, ALL),
    SPRITES: (DRAWN, FLAT),
}
_KNOWN = (*_CHOICES, LEVELS)
LAST_LEVEL = 2**31 - 2

LEARNED: Values = ((0, 199),)
"""The 200 levels that agents learn in, as in Procgen's paper."""
NEW: Values = ((200, 999_999),)
"""Levels that neither agents nor encoders have met."""
FRAMES: Values = ((1_000_000, 1_999_999),)
"""Levels of the frames that encoders learn from."""


@dataclass(frozen=True)
class ProcgenLook:
    """What an episode's level is drawn from, and what of its look is drawn.

    Attributes:
        background: whether there is any.
        all_themes: whether levels have themes of their own, and not all the first.
        flat: whether things are rectangles of one colour each.
        first_level: the lowest number of a level.
        last_level: the highest.
    """

    background: bool
    all_themes: bool
    flat: bool
    first_level: int
    last_level: int


def _plain(themes: str) -> dict[str, Values]:
    """Return the source's look, for a game whose plain levels have these themes."""
    return {BACKGROUND: (NONE,), THEMES: (themes,), SPRITES: (DRAWN,), LEVELS: LEARNED}


@cache
def _domains(shapes_mean: bool) -> Mapping[str, Domain]:
    """Return the domains of games whose themes mean something, or of those where they do not."""
    plain = _plain(ALL if shapes_mean else ONE)
    looks: dict[str, Values] = {BACKGROUND: (DRAWN,), THEMES: (ALL,)}
    seen: dict[str, Values] = {**plain, BACKGROUND: (NONE, DRAWN)}
    seen |= {} if shapes_mean else {THEMES: (ONE, ALL)}
    themes = (
        Domain("themes", {**plain, THEMES: (ALL,)}),
        Domain("all_looks", {**plain, **looks}),
        Domain("flat", {**plain, SPRITES: (FLAT,)}),
    )
    listed = (
        Domain(SOURCE, plain),
        Domain(SOURCE_LOOKS, {**plain, **looks}),
        Domain(UNSUPERVISED, {**seen, LEVELS: FRAMES}),
        Domain(SEEN_LEVELS, seen),
        Domain("backgrounds", {**plain, BACKGROUND: (DRAWN,)}),
        *(() if shapes_mean else themes),
        Domain("new_levels", {**plain, LEVELS: NEW}),
        Domain("new_levels_all_looks", {**plain, **looks, LEVELS: NEW}),
        Domain("grey", plain, restyle={"grey": 1.0}),
        Domain("noisy", plain, restyle={"noise": 0.5}),
        Domain("blurred", plain, restyle={"blur": 0.5}),
    )
    return {domain.name: domain for domain in listed}


class ProcgenDomains(NamedDomains):
    """The domains of one of Procgen's games; what one does not name is as in the source."""

    def _built_in(self) -> Mapping[str, Domain]:
        """Return the domains that the game has."""
        return _domains(PROCGEN_TASKS[self.env_id].shapes_mean)

    def _complete(self, domain: Domain | Look | None) -> Domain:
        """Return a checked domain with the source's values for what it does not name."""
        source = self._built_in()[SOURCE]
        if domain is None:
            return source
        if not isinstance(domain, Domain):
            raise ValueError(
                f"{self.env_id} has no domain {domain!r}: give a name, a Domain or its dictionary"
            )
        for name in (each for each in NO_FACTORS if each != "restyle"):
            if getattr(domain, name):
                raise ValueError(
                    f"domain {domain.name!r} has {name}, which only domains of rooms have; of "
                    f"Procgen's games domains say {', '.join(_KNOWN)} and restyle"
                )
        checked_strengths(domain.restyle)
        for values in (domain.look, *domain.cases):
            for name, given in values.items():
                _check(domain.name, name, given)
        return replace(domain, look={**source.look, **domain.look})


NUM_DRAWS = 1 + len(_CHOICES)


def drawn_look(domain: Domain, u: np.ndarray) -> ProcgenLook:
    """Draw what an episode shows from a whole domain, which ``find_domain`` returned.

    Of the NUM_DRAWS numbers in [0, 1) one is for the case, and one for each choice.
    """
    case = domain.cases[int(u[0] * len(domain.cases))] if domain.cases else {}
    values = {**domain.look, **case}
    background, themes, sprites = (
        draw(values[name], number) for name, number in zip(_CHOICES, u[1:], strict=True)
    )
    levels: Any = values[LEVELS]  # one range, as is checked
    ((first, last),) = levels
    return ProcgenLook(background == DRAWN, themes == ALL, sprites == FLAT, int(first), int(last))


def _check(domain: str, name: str, given: Values) -> None:
    """Raise a ValueError for what a domain cannot say of a game."""
    if name not in _KNOWN:
        raise ValueError(
            f"domain {domain!r} names {name!r}, which looks of Procgen's games do not have; "
            f"{nearest(name, _KNOWN)}known: {', '.join(_KNOWN)}"
        )
    if name == LEVELS:
        if not _is_range(given):
            raise ValueError(
                f"domain {domain!r} has the levels {given!r}; give one range ((first, last),) of "
                f"whole numbers from 0 to {LAST_LEVEL:,}"
            )
    elif not given or not {*given} <= {*_CHOICES[name]}:
        raise ValueError(
            f"domain {domain!r} has {given!r} as {name}; give one or more of "
            f"{', '.join(map(repr, _CHOICES[name]))} in a tuple"
        )


def _is_range(given: Any) -> bool:
    """Whether this is one range of numbers of levels."""
    try:
        ((first, last),) = given
        is_whole = int(first) == first and int(last) == last
        return bool(is_whole and 0 <= first <= last <= LAST_LEVEL)
    except (TypeError, ValueError):
        return False
