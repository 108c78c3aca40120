"""The look of each episode of one world, drawn apart from all that MiniWorld draws.

An episode's numbers come from the seed of the world's last seeded reset, the episode's number
since then, and a constant of their own. So the same seed gives the same look, in single
environments and in batches, and the same room in every look.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from darla.environments.restyling.restyling import Restyling
from darla.running.seeds import Purpose
from darla_envs.batch.restylings import restyling_in
from darla_envs.description.domain import Domain, draw
from darla_envs.description.factors import Factor
from darla_envs.description.look import Look
from darla_envs.description.look_ranges import FACTORS, LINES, SURFACES
from darla_envs.description.palettes import with_palettes
from darla_envs.miniworlds.surroundings import camera_at, textures_at

NUM_DRAWS = 1 + len(FACTORS)


@dataclass(frozen=True)
class DrawnLook:
    """The look of an episode.

    Attributes:
        look: what to repaint; None for the look that MiniWorld gives.
        factors: the position in [0, 1] of each colour that the domain names on its line, and the
            factor on the light; empty when the look is not drawn from lines.
        textures: what covers floors, walls and ceilings, where the domain names any.
        camera: height in metres, pitch and field of view in degrees, where the domain names them.
        restyling: what befalls pictures; None leaves them alone.
    """

    look: Look | None = None
    factors: dict[str, float] = field(default_factory=dict)
    textures: dict[str, str] = field(default_factory=dict)
    camera: dict[str, float] = field(default_factory=dict)
    restyling: Restyling | None = None


class LookSequence:
    """Draws the looks of one world, episode after episode."""

    def __init__(self) -> None:
        self._seed: int | None = None
        self._episode = 0

    def next(
        self,
        domain: Domain | Look | None,
        seed: int | None,
        factors: dict[str, float] | None = None,
    ) -> DrawnLook:
        """Return the look of the next episode; the seed of a reset begins a new sequence.

        Where ``factors`` are given, they are the look's, and none are drawn.
        """
        if seed is not None or self._seed is None:
            fresh = np.random.SeedSequence().generate_state(1)[0] if seed is None else seed
            self._seed = int(fresh)
            self._episode = 0
        else:
            self._episode += 1
        if not isinstance(domain, Domain):
            return DrawnLook(domain)
        if factors is None:
            numbers = np.random.default_rng([self._seed, self._episode, Purpose.DRAWN_LOOKS])
            factors = positions(domain, numbers.random(NUM_DRAWS))
        start = np.array([self._seed, self._episode, *factors.values()], float)
        return DrawnLook(
            look_at(factors, domain.palettes),
            factors,
            textures_at(factors, domain) if domain.textures else {},
            camera_at(factors, domain) if domain.camera else {},
            restyling_in(start, domain),
        )


def positions(domain: Domain, u: np.ndarray) -> dict[str, float]:
    """Draw the factors that a domain, which ``find_domain`` returned, names.

    ``u`` are (NUM_DRAWS,) uniform numbers in [0, 1): one for the case, one for each factor.
    """
    case = domain.cases[int(u[0] * len(domain.cases))] if domain.cases else {}
    ranges = {**domain.look, **case}
    return {
        name: float(draw(ranges[name], number))
        for name, number in zip(FACTORS, u[1:], strict=True)
        if name in ranges
    }


def look_at(factors: Mapping[str, float], palettes: Mapping[str, str] | None = None) -> Look:
    """Return the look at positions on the lines, or on a domain's palettes where it names some.

    What is not among the positions stays as it is.
    """
    lines = with_palettes(LINES, palettes or {})
    colors = {name: lines[name].rgb(factors[name]) for name in SURFACES if name in factors}
    tints = {name: (float(r), float(g), float(b)) for name, (r, g, b) in colors.items()}
    return Look(**tints, light=factors.get("light", 1.0))


def named_factors(domain: Domain | Look | None) -> dict[str, Factor]:
    """Describe the factors that are reported of looks drawn from a domain, by name."""
    if not isinstance(domain, Domain):
        return {}
    names = {name for look in (domain.look, *domain.cases) for name in look}
    return {name: Factor(name, "continuous", "look", 0.0, 1.0) for name in FACTORS if name in names}
