"""The domains of DeepMind Control's tasks: where colours, light and camera are drawn from.

What is painted, and what DMC-GB paints of it: the sky, the two colours of the ground's squares and
the body. ``effector`` (a ball, a fingertip) and ``decoration`` (rails, hubs) keep their colours
there, and vary in D_U. Colours are red, green and blue in [0, 1]; the light multiplies all lamps.

- ``d_u`` draws all colours from the whole cube, each by itself: wider than DMC-GB's, which lie
  around the source's. Light and camera stay. ``d_u_rich`` varies these too, apart from targets.
- ``color_easy`` and ``color_hard``: an episode takes one of DMC-GB's 100 sets.
- ``new_light`` halves the light; ``new_camera`` turns the camera around what it looks at.
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache

import numpy as np

from darla_envs.description.color_sets import color_sets
from darla_envs.description.domain import NO_FACTORS, WHOLE, Domain, Values, draw, point
from darla_envs.description.drawn_ranges import check_ranges
from darla_envs.description.factors import Factor
from darla_envs.description.look import Look
from darla_envs.description.named_domains import NamedDomains
from darla_envs.description.usual_domains import RICH, SOURCE, UNSUPERVISED

PAINTED: Mapping[str, tuple[float, float, float]] = {
    "sky": (0.4, 0.6, 0.8),
    "grid_1": (0.1, 0.2, 0.3),
    "grid_2": (0.2, 0.3, 0.4),
    "body": (0.7, 0.5, 0.3),
    "effector": (0.7, 0.4, 0.2),
    "decoration": (0.3, 0.5, 0.7),
}
"""What has a colour of its own, and dm_control's colour of it."""

_OF_A_SET = {"sky": "skybox_rgb", "grid_1": "grid_rgb1", "grid_2": "grid_rgb2", "body": "self_rgb"}
_CHANNELS = ("red", "green", "blue")

LIGHT, YAW, PITCH = "light", "camera_yaw", "camera_pitch"


def color_factors(painted: str) -> tuple[str, str, str]:
    """Return the names of the three factors of a colour."""
    red, green, blue = (f"{painted}_{channel}" for channel in _CHANNELS)
    return red, green, blue


def _factors() -> dict[str, Factor]:
    """Return all factors of the look by name."""
    names = [name for painted in PAINTED for name in color_factors(painted)]
    colors = [Factor(name, "continuous", "look", 0.0, 1.0) for name in names]
    light = Factor(LIGHT, "continuous", "look", 0.1, 1.5)
    angles = [Factor(name, "continuous", "look", -0.6, 0.6, "rad") for name in (YAW, PITCH)]
    return {factor.name: factor for factor in (*colors, light, *angles)}


LOOK_FACTORS: Mapping[str, Factor] = _factors()
"""The look's factors by name. The camera's angles are around the point where it looks through the
plane that everything moves in: to the right, and up."""

NUM_DRAWS = 1 + len(LOOK_FACTORS)


def _painted(colors: Mapping[str, tuple[float, float, float]]) -> dict[str, Values]:
    """Return where the factors of fixed colours are."""
    pairs = [zip(color_factors(name), rgb, strict=True) for name, rgb in colors.items()]
    return {factor: point(value) for pair in pairs for factor, value in pair}


def _sets(name: str) -> Domain:
    """Return the domain of one of DMC-GB's lists: its sets are conjunctions of colours."""
    listed = color_sets(name)
    cases = [{painted: each[key] for painted, key in _OF_A_SET.items()} for each in listed]
    return Domain(name, cases=tuple(map(_painted, cases)))


_ANY_COLORS = {name: WHOLE for painted in PAINTED for name in color_factors(painted)}
_SOURCE = Domain(
    SOURCE, {**_painted(PAINTED), LIGHT: point(1.0), YAW: point(0.0), PITCH: point(0.0)}
)


@cache
def _domains() -> Mapping[str, Domain]:
    """Return the domains that all tasks have, the source first."""
    shifted = {LIGHT: ((0.6, 1.2),), YAW: ((-0.2, 0.2),), PITCH: ((-0.1, 0.1),)}
    aside: Values = ((-0.4, -0.25), (0.25, 0.4))
    listed = (
        _SOURCE,
        Domain(UNSUPERVISED, _ANY_COLORS),
        Domain(RICH, {**_ANY_COLORS, **shifted}),
        _sets("color_easy"),
        _sets("color_hard"),
        Domain("new_light", {LIGHT: point(0.5)}),
        Domain("new_camera", {YAW: aside, PITCH: ((-0.1, 0.15),)}),
    )
    return {domain.name: domain for domain in listed}


class DmcDomains(NamedDomains):
    """The domains of a task of DeepMind Control; what one does not name is as in the source."""

    def _built_in(self) -> Mapping[str, Domain]:
        """Return the domains that all tasks have."""
        return _domains()

    def _complete(self, domain: Domain | Look | None) -> Domain:
        """Return a checked domain with the source's values for what it does not name."""
        if domain is None:
            return _SOURCE
        if not isinstance(domain, Domain):
            raise ValueError(
                f"{self.env_id} has no domain {domain!r}: give a name, a Domain or its dictionary"
            )
        for name in NO_FACTORS:
            if getattr(domain, name):
                raise ValueError(
                    f"domain {domain.name!r} has {name}, which only domains of rooms have; to "
                    "restyle pictures of any environment, give looks"
                )
        ends = {name: (factor.low, factor.high) for name, factor in LOOK_FACTORS.items()}
        check_ranges(domain, ends, "DeepMind Control")
        return replace(domain, look={**_SOURCE.look, **domain.look})


def drawn_look(domain: Domain, u: np.ndarray) -> dict[str, float]:
    """Draw a look from a whole domain, which ``find_domain`` returned, from NUM_DRAWS numbers.

    They are uniform in [0, 1): one for the case, one for each factor, of which every domain takes
    all, so that what is drawn after a look is the same in all domains.
    """
    case = domain.cases[int(u[0] * len(domain.cases))] if domain.cases else {}
    ranges = {**domain.look, **case}
    named = zip(LOOK_FACTORS, u[1:], strict=True)
    return {name: float(draw(ranges[name], number)) for name, number in named}
