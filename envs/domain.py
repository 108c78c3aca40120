"""Domains: where each factor of the look is drawn from.

A domain is data. The unsupervised domain D_U is where frames for the encoder come from, the source
is where agents learn, and targets are where they are tested without further training. What a
domain does not name keeps the value that it has in the task's source.
"""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

Interval = tuple[float, float]
Values = tuple[Interval, ...] | tuple[str, ...]
WHOLE: Values = ((0.0, 1.0),)


def point(value: float) -> Values:
    """One single value of a continuous factor."""
    return ((value, value),)


def without(*held_out: Interval, low: float = 0.0, high: float = 1.0) -> Values:
    """The range from ``low`` to ``high`` less the held-out intervals."""
    edges = [low, *itertools.chain(*sorted(held_out)), high]
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
    """

    name: str
    look: Mapping[str, Values] = field(default_factory=dict)
    cases: tuple[Mapping[str, Values], ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the domain as JSON can hold it."""
        cases = [dict(case) for case in self.cases]
        return {"name": self.name, "look": dict(self.look), "cases": cases}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Domain":
        """Make a domain from :meth:`to_dict`'s result.

        Raises:
            ValueError: keys are missing or unknown.
        """
        if "name" not in data or set(data) - {"name", "look", "cases"}:
            raise ValueError(
                f"a domain has the keys name, look and cases, not {sorted(data)}; "
                "see Domain.to_dict()"
            )
        look = {key: _values(values) for key, values in data.get("look", {}).items()}
        cases = tuple(
            {key: _values(values) for key, values in case.items()} for case in data.get("cases", ())
        )
        return cls(data["name"], look, cases)


def _values(values: Any) -> Values:
    return tuple(value if isinstance(value, str) else tuple(value) for value in values)


def draw(values: Values, u: float) -> float | str:
    """Turn one uniform number into a value.

    Args:
        values: a union of intervals, or names.
        u: in [0, 1).
    """
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
