"""From uniform random numbers to a setting of all factors, in NumPy."""

from collections.abc import Mapping, Sequence

import numpy as np

from darla_envs.description.domain import Domain, Values, draw, within
from darla_envs.description.factors import Factor, Setting
from darla_envs.description.layout import CANDIDATES, Spacing

_ROOM_LOOK = ("floor", "wall", "ceiling", "light")


def look_from(
    u: np.ndarray,
    domain: Domain,
    objects: Sequence[str],
    shapes: Sequence[tuple[str, ...]],
    colors: Sequence[Values] = (),
) -> Setting:
    """Draw the look of an episode.

    Args:
        u: (1 + 4 + 2 K,) uniform numbers in [0, 1).
        domain: where values are drawn from.
        objects: the K objects' names in factors.
        shapes: for each object the shapes it prefers; where the domain allows none of them, any
            shape that the domain allows is taken.
        colors: for each object the colours that it prefers, likewise; none where all are alike.
    """
    case: Mapping[str, Values] = {}
    if domain.cases:
        case = domain.cases[int(u[0] * len(domain.cases))]
    look = {**domain.look, **case}
    setting: Setting = {
        name: draw(look[name], u[1 + index]) for index, name in enumerate(_ROOM_LOOK)
    }
    rest = u[1 + len(_ROOM_LOOK) :].reshape(len(objects), 2)
    every = look["object_color"]
    tints = [within(every, own) or every for own in colors] or [every] * len(objects)
    for name, preferred, own, (color, shape) in zip(objects, shapes, tints, rest, strict=True):
        allowed = tuple(each for each in look["object_shape"] if each in preferred)
        setting[f"{name}_color"] = draw(own, color)
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

    Each takes the first of its candidates that is far enough from what stands there already or is
    to stand in a given place, or, where none is, the one that comes nearest to it.

    Args:
        u: (24 * 2 * (K + 1) + 1,) uniform numbers in [0, 1).
        factors: the world's factors, whose ranges bound the places.
        objects: the K objects' names in factors.
        fixed: values that are given; they are kept.
        spacing: the distances to keep.
    """
    candidates = u[:-1].reshape(len(objects) + 1, CANDIDATES, 2)
    setting: Setting = {}
    things = [*objects, "agent"]
    keys_of = {name: (f"{name}_x", f"{name}_z") for name in things}
    placed = {
        name: np.array([fixed[key] for key in keys])
        for name, keys in keys_of.items()
        if all(key in fixed for key in keys)
    }
    for name, tries in zip(things, candidates, strict=True):
        keys = keys_of[name]
        low = np.array([factors[key].low for key in keys])
        high = np.array([factors[key].high for key in keys])
        points = low + tries * (high - low)
        for axis, key in enumerate(keys):
            if key in fixed:
                points[:, axis] = fixed[key]
        others = [other for other in placed if other != name]
        apart = [spacing.agent if "agent" in (name, each) else spacing.objects for each in others]
        chosen = points[_first_clear(points, [placed[each] for each in others], apart)]
        setting.update(zip(keys, chosen.tolist(), strict=True))
        placed[name] = chosen
    setting["agent_yaw"] = float((2.0 * u[-1] - 1.0) * np.pi)
    return setting


def _first_clear(points: np.ndarray, placed: Sequence[np.ndarray], apart: Sequence[float]) -> int:
    if not len(placed):
        return 0
    offsets = points[:, None] - np.stack(placed)[None]
    clearance = (np.sqrt((offsets**2).sum(-1)) - np.array(apart)).min(axis=1)
    clear = clearance >= 0.0
    return int(np.argmax(clear) if clear.any() else np.argmax(clearance))
