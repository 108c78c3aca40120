"""How strong shifts are: a number, or a range to draw from, each checked against what is known."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from darla.environments.restyling.registry import SHIFTS
from darla.running.names import unknown

Strength = float | tuple[float, float]
"""From 0, which changes nothing, to 1; of a range, a strength is drawn anew for each episode."""

_EXPECTED = "expected a number from 0 (no change) to 1, or a range of two, such as [0.2, 0.8]"


def checked_strengths(shifts: Mapping[str, Any]) -> dict[str, Strength]:
    """Return the strengths of shifts, as floats and pairs of floats.

    Raises:
        ValueError: a shift is unknown (the nearest is suggested), or a strength is out of range.
    """
    checked: dict[str, Strength] = {}
    for name, strength in shifts.items():
        if name not in SHIFTS:
            raise unknown("shift", name, SHIFTS)
        checked[SHIFTS.name_of(name)] = _checked(name, strength)
    return checked


def strength_range(strength: Strength) -> tuple[float, float]:
    """Return the least and the largest strength that may be drawn."""
    return strength if isinstance(strength, tuple) else (strength, strength)


def _checked(name: str, strength: Any) -> Strength:
    """Return one strength; a ValueError where it is none."""
    if _is_share(strength):
        return float(strength)
    pair = isinstance(strength, Sequence) and not isinstance(strength, str) and len(strength) == 2
    if not pair or not all(map(_is_share, strength)):
        raise ValueError(f"the strength of shift {name!r} is {str(strength)[:60]}; {_EXPECTED}")
    low, high = map(float, strength)
    if low > high:
        raise ValueError(
            f"the strength of shift {name!r} is a range from {low:g} to {high:g}; "
            f"expected the smaller first: [{high:g}, {low:g}]"
        )
    return low, high


def _is_share(value: Any) -> bool:
    """Whether something is a number from 0 to 1."""
    number = isinstance(value, int | float | np.number) and not isinstance(value, bool)
    return number and bool(0 <= value <= 1)
