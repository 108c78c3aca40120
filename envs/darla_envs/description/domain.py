"""Domains: where each factor of the look is drawn from, and what is shifted besides.

A domain is data. The unsupervised domain D_U is where frames for the encoder come from, the source
is where agents learn, and targets are where they are tested without further training. What a
domain does not name keeps the value that it has in the task's source.

Textures, palettes and the camera are no factors, and no random number is drawn for them, so that
the episodes of two domains that differ in them alone are the same. Where a domain offers several
textures or cameras, which of them an episode has follows from its look: the same setting gives the
same picture, and frames of one look share them.
"""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from darla.environments.restyling.strengths import Strength
from darla.running.names import nearest

Interval = tuple[float, float]
Values = tuple[Interval, ...] | tuple[str, ...]
WHOLE: Values = ((0.0, 1.0),)
NO_FACTORS = ("textures", "camera", "restyle", "palettes")
"""What a domain may shift beside the factors of its look."""

_KEYS = ("name", "look", "cases", *NO_FACTORS)


def point(value: float) -> Values:
    """One single value of a continuous factor."""
    return ((value, value),)


def without(*held_out: Interval) -> Values:
    """The range from 0 to 1 less the held-out intervals."""
    edges = [0.0, *itertools.chain(*sorted(held_out)), 1.0]
    return tuple(zip(edges[::2], edges[1::2], strict=True))


@dataclass(frozen=True)
class Domain:
    """Where the look comes from.

    Attributes:
        name: the name it is shown by.
        look: for each look factor a union of intervals, each drawn with a chance in proportion
            to its length, or the names that a categorical factor may take.
        cases: conjunctions: each episode takes one of them at random, and its entries replace
            those of ``look``. Empty for none.
        textures: for ``floor``, ``wall`` or ``ceiling`` the name of one of MiniWorld's textures
            (see :func:`darla_envs.description.texture_files.texture_names`), which the surface's
            colour multiplies, or of several, each as likely as often as it is named; what is not
            named is plain paint, and in MiniWorld's environments the surface's own texture, which
            ``own`` stands for among several.
        camera: ``height`` in metres, ``pitch`` in degrees (negative looks down) and
            ``field_of_view`` in degrees, each a number or intervals as in ``look``; what is not
            named is the task's, or the environment's.
        restyle: what is done to pictures after all that: shifts of
            :data:`darla.environments.restyling.SHIFTS` by name, each with a strength from 0 to 1 or
            a range of two. What they draw follows from the setting that an episode starts from, in
            MiniWorld's environments from its seed, its number since then, and its look.
        palettes: for ``floor``, ``wall``, ``ceiling`` or ``object`` (in MiniWorld's environments
            ``floor``, ``wall`` or ``objects``) the name of one of
            :data:`darla_envs.description.palettes.PALETTES`, on which values of ``look`` then are;
            what is not named has its own.
    """

    name: str
    look: Mapping[str, Values] = field(default_factory=dict)
    cases: tuple[Mapping[str, Values], ...] = ()
    textures: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)
    camera: Mapping[str, float | tuple[Interval, ...]] = field(default_factory=dict)
    restyle: Mapping[str, Strength] = field(default_factory=dict)
    palettes: Mapping[str, str] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return the domain as JSON can hold it; what is no look only where there is any."""
        cases = [dict(case) for case in self.cases]
        shifts = {name: dict(getattr(self, name)) for name in NO_FACTORS}
        given = {key: value for key, value in shifts.items() if value}
        return {"name": self.name, "look": dict(self.look), "cases": cases, **given}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Domain":
        """Make a domain from :meth:`to_dict`'s result.

        Raises:
            ValueError: keys are missing or unknown; the nearest is suggested.
        """
        unknown = sorted(set(data) - set(_KEYS))
        if "name" not in data or unknown:
            near = nearest(unknown[0], _KEYS) if unknown else ""
            raise ValueError(
                f"a domain has the keys {', '.join(_KEYS[:-1])} and {_KEYS[-1]}, not "
                f"{sorted(data)}; {near}see Domain.to_dict()"
            )
        look = {key: _values(values) for key, values in data.get("look", {}).items()}
        cases = tuple(
            {key: _values(values) for key, values in case.items()} for case in data.get("cases", ())
        )
        others = [
            {
                name: _values(values) if isinstance(values, list | tuple) else values
                for name, values in data.get(key, {}).items()
            }
            for key in NO_FACTORS
        ]
        return cls(data["name"], look, cases, *others)


def _values(values: Any) -> Any:
    """Return names or intervals as tuples; JSON has lists."""
    return tuple(tuple(value) if isinstance(value, list) else value for value in values)


def within(values: tuple[Interval, ...], allowed: tuple[Interval, ...]) -> tuple[Interval, ...]:
    """Return the parts of some intervals that lie in allowed ones."""
    met = itertools.product(values, allowed)
    ends = [(max(one[0], other[0]), min(one[1], other[1])) for one, other in met]
    return tuple((low, high) for low, high in ends if low <= high)


def draw(values: Values, u: float) -> float | str:
    """Turn one uniform number in [0, 1) into one of the values."""
    if isinstance(values[0], str):
        return values[int(u * len(values))]
    lengths = np.array([high - low for low, high in values])
    if lengths.sum() == 0.0:  # single values, all alike
        return values[int(u * len(values))][0]
    position = u * lengths.sum()
    for (low, _), length in zip(values, lengths, strict=True):
        if position < length:
            return float(low + position)
        position -= length
    return float(values[-1][1])
