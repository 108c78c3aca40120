"""From uniform random numbers to a setting of all factors: where things stand and how they look.

Every episode draws the same number of random values, whatever they lead to, so that a batched
version of the tasks can repeat each episode exactly.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from darla_envs.description.domain import Domain, Values, draw
from darla_envs.description.factors import Factor, Setting, check_setting
from darla_envs.description.texture_files import check_textures

CANDIDATES = 24  # places tried for each thing, all drawn at once
_ROOM_LOOK = ("floor", "wall", "ceiling", "light")


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
    """Check that every value of a domain is one of its factor's, and that its textures exist.

    Args:
        domain: where looks are drawn from.
        factors: the world's factors.
        objects: the objects' names in factors; a domain speaks of all objects alike.

    Raises:
        ValueError: a factor is unknown or has no value, a value is out of its range, or a surface
            or a texture is unknown.
    """
    check_textures(domain.textures)
    for look in (domain.look, *domain.cases):
        for name, values in look.items():
            if not len(values):
                raise ValueError(f"domain {domain.name!r} leaves {name!r} no value; give it one")
            for value in np.ravel(np.asarray(values, dtype=object)):
                check_setting(factors, {name.replace("object_", f"{objects[0]}_", 1): value})


def look_from(
    u: np.ndarray, domain: Domain, objects: Sequence[str], shapes: Sequence[tuple[str, ...]]
) -> Setting:
    """Draw the look of an episode.

    Args:
        u: (1 + 4 + 2 K,) uniform numbers in [0, 1).
        domain: where values are drawn from.
        objects: the K objects' names in factors.
        shapes: for each object the shapes it prefers; where the domain allows none of them, any
            shape that the domain allows is taken.
    """
    case: Mapping[str, Values] = {}
    if domain.cases:
        case = domain.cases[int(u[0] * len(domain.cases))]
    look = {**domain.look, **case}
    setting: Setting = {
        name: draw(look[name], u[1 + index]) for index, name in enumerate(_ROOM_LOOK)
    }
    rest = u[1 + len(_ROOM_LOOK) :].reshape(len(objects), 2)
    for name, preferred, (color, shape) in zip(objects, shapes, rest, strict=True):
        allowed = tuple(each for each in look["object_shape"] if each in preferred)
        setting[f"{name}_color"] = draw(look["object_color"], color)
        setting[f"{name}_shape"] = draw(allowed or look["object_shape"], shape)
    return setting


def places_from(
    u: np.ndarray,
    factors: Mapping[str, Factor],
    objects: Sequence[str],
    fixed: Setting,
    spacing: Spacing,
) -> Setting:
    """Place the objects, one after the other, and then the agent.

    Each takes the first of its candidates that is far enough from what stands there already, or,
    where none is, the one that comes nearest to it.

    Args:
        u: (24 * 2 * (K + 1) + 1,) uniform numbers in [0, 1).
        factors: the world's factors, whose ranges bound the places.
        objects: the K objects' names in factors.
        fixed: values that are given; they are kept.
        spacing: the distances to keep.
    """
    candidates = u[:-1].reshape(len(objects) + 1, CANDIDATES, 2)
    setting: Setting = {}
    placed = np.empty((0, 2))
    for name, tries in zip([*objects, "agent"], candidates, strict=True):
        keys = (f"{name}_x", f"{name}_z")
        low = np.array([factors[key].low for key in keys])
        high = np.array([factors[key].high for key in keys])
        points = low + tries * (high - low)
        for axis, key in enumerate(keys):
            if key in fixed:
                points[:, axis] = fixed[key]
        apart = spacing.agent if name == "agent" else spacing.objects
        chosen = points[_first_clear(points, placed, apart)]
        setting.update(zip(keys, chosen.tolist(), strict=True))
        placed = np.vstack([placed, chosen])
    setting["agent_yaw"] = float((2.0 * u[-1] - 1.0) * np.pi)
    return setting


def _first_clear(points: np.ndarray, placed: np.ndarray, apart: float) -> int:
    if not len(placed):
        return 0
    offsets = points[:, None] - placed[None]
    nearest = np.sqrt((offsets**2).sum(-1)).min(axis=1)
    clear = nearest >= apart
    return int(np.argmax(clear) if clear.any() else np.argmax(nearest))


def place_of(setting: Setting, name: str) -> np.ndarray:
    """Return where the agent or an object stands: (2,) float64, x and z in metres."""
    return np.array([setting[f"{name}_x"], setting[f"{name}_z"]], dtype=float)


def check_apart(
    setting: Setting, fixed: Setting, objects: Sequence[str], radius: float, agent_radius: float
) -> None:
    """Check that nothing stands inside anything else.

    Args:
        setting: the whole setting.
        fixed: the values that were asked for, which are to blame.
        objects: the objects' names in factors.
        radius: of every object, in metres.
        agent_radius: in metres.

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
