"""How far apart things stand, how many random numbers an episode takes, and checks of both.

Every episode draws the same number of random values, whatever they lead to, so that a setting's
fixed values change nothing else.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from darla_envs.description.domain import Domain
from darla_envs.description.factors import Factor, Setting, check_setting
from darla_envs.description.palettes import check_palettes

CANDIDATES = 24  # places tried for each thing, all drawn at once
_ROOM_LOOK = ("floor", "wall", "ceiling", "light")
_PAINTED = ("floor", "wall", "ceiling", "object")


@dataclass(frozen=True)
class Spacing:
    """Smallest distances between centres, in metres.

    Attributes:
        objects: between two objects.
        agent: between the agent and any object.
    """

    objects: float
    agent: float


def num_draws(num_objects: int) -> int:
    """Return how many uniform numbers one episode takes."""
    places = CANDIDATES * 2 * (num_objects + 1)
    return 1 + len(_ROOM_LOOK) + 2 * num_objects + places + 1


def check_domain(domain: Domain, factors: Mapping[str, Factor], objects: Sequence[str]) -> None:
    """Check that a domain's values are those of its factors, and its palettes exist.

    A domain speaks of all objects alike, whose names in factors are given.

    Raises:
        ValueError: a factor is unknown or has no value, a value is out of its range, or a surface
            or a palette is unknown.
    """
    check_palettes(domain.palettes, _PAINTED)
    for look in (domain.look, *domain.cases):
        for name, values in look.items():
            if not len(values):
                raise ValueError(f"domain {domain.name!r} leaves {name!r} no value; give it one")
            for value in np.ravel(np.asarray(values, dtype=object)):
                check_setting(factors, {name.replace("object_", f"{objects[0]}_", 1): value})


def place_of(setting: Setting, name: str) -> np.ndarray:
    """Return where the agent or an object stands: (2,) float64, x and z in metres."""
    return np.array([setting[f"{name}_x"], setting[f"{name}_z"]], dtype=float)


def check_apart(
    setting: Setting, fixed: Setting, objects: Sequence[str], radius: float, agent_radius: float
) -> None:
    """Check that nothing stands inside anything else in a whole setting.

    The ``fixed`` values were asked for, and are to blame. Radii, of every object and of the agent,
    are in metres.

    Raises:
        ValueError: two things overlap; names the values, the distance and what is allowed.
    """
    names = [*objects, "agent"]
    for index, first in enumerate(names):
        for second in names[index + 1 :]:
            apart = radius + (agent_radius if second == "agent" else radius)
            distance = float(np.hypot(*(place_of(setting, first) - place_of(setting, second))))
            if distance < apart - 1e-9:
                blame = [key for key in fixed if key[:-2] in (first, second)]
                given = ", ".join(f"{key} = {fixed[key]:g}" for key in blame)
                raise ValueError(
                    f"impossible setting ({given}): {second} would stand inside {first}, "
                    f"{distance:.2f} m apart; allowed: at least {apart:.2f} m"
                )
