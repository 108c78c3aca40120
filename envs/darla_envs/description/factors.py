"""Factors: the named causes of a picture, their ranges, and checks of settings."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from darla.running.names import nearest

FactorValue = float | str
Setting = dict[str, FactorValue]


@dataclass(frozen=True)
class Factor:
    """One named cause of the picture.

    Attributes:
        name: the key in ``info["factors"]``.
        kind: ``continuous``, ``circular`` (the ends of the range are one) or ``categorical``.
        role: ``look`` (how things are painted), ``state`` (where they are) or ``derived``
            (computed from the state; reported, never set).
        low: smallest value; 0 for categorical factors.
        high: largest value; the number of categories less one for categorical factors.
        unit: unit of the value: ``m``, ``rad``, or empty for pure numbers.
        categories: the names a categorical factor can take, otherwise empty.
    """

    name: str
    kind: Literal["continuous", "circular", "categorical"]
    role: Literal["look", "state", "derived"]
    low: float
    high: float
    unit: str = ""
    categories: tuple[str, ...] = ()

    @property
    def settable(self) -> bool:
        """Whether a reset can put the world into a value of this factor."""
        return self.role != "derived"

    @property
    def allowed(self) -> str:
        """The allowed values, for people."""
        if self.categories:
            return "one of " + ", ".join(self.categories)
        return f"{self.low:g} to {self.high:g}" + (f" {self.unit}" if self.unit else "")

    def check(self, value: FactorValue) -> FactorValue:
        """Return the value as the world uses it (circular ones wrapped into the range).

        Raises:
            ValueError: the value is not of this factor; names factor, value and what is allowed.
        """
        if self.categories:
            if value in self.categories:
                return value
            raise ValueError(f"factor {self.name!r} cannot be {value!r}; allowed: {self.allowed}")
        try:
            number = float(value)
        except (TypeError, ValueError):
            number = math.nan
        if self.kind == "circular" and math.isfinite(number):
            period = self.high - self.low
            is_within = self.low <= number <= self.high
            return number if is_within else (number - self.low) % period + self.low
        if self.low <= number <= self.high:
            return number
        raise ValueError(f"factor {self.name!r} cannot be {value!r}; allowed: {self.allowed}")


def category(name: str, categories: tuple[str, ...], role: Literal["look", "state"]) -> Factor:
    """Make a categorical factor."""
    return Factor(name, "categorical", role, 0.0, len(categories) - 1.0, "", categories)


def check_setting(factors: Mapping[str, Factor], setting: Mapping[str, FactorValue]) -> Setting:
    """Check the names and ranges of a setting, and return it with values as the world uses them.

    Raises:
        ValueError: a factor is unknown (the nearest is suggested), derived, or out of range.
    """
    checked: Setting = {}
    for name, value in setting.items():
        if name not in factors:
            known = [factor.name for factor in factors.values() if factor.settable]
            near = nearest(name, known)
            raise ValueError(f"unknown factor {name!r} = {value!r}; {near}allowed: {known}")
        if not factors[name].settable:
            raise ValueError(
                f"factor {name!r} = {value!r} cannot be set: it follows from positions; "
                f"set the agent's and the object's instead"
            )
        checked[name] = factors[name].check(value)
    return checked
