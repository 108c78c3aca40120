"""Ranges of settings, declared with their types, and one check for all of them.

@dataclass(frozen=True)
class Settings:
epochs: Positive = 7.0
kernel: Literal["rbf", "imq"] = "rbf"

check_ranges(Settings(epochs=-1.0))  # ValueError: epochs is -1.0; expected a number above 0
"""

import dataclasses
import math
from dataclasses import dataclass
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from darla.running.names import unknown


@dataclass(frozen=True)
class Range:
    """Which numbers a setting may be; never NaN or infinity."""

    expected: str
    """What is accepted, in words, for messages."""
    least: float = -math.inf
    above: float | None = None
    """All must be larger than this."""
    most: float = math.inf

    def holds(self, value: Any) -> bool:
        """Whether a value lies in the range."""
        if not (isinstance(value, int | float) and math.isfinite(value)):
            return False
        return self.least <= value <= self.most and (self.above is None or value > self.above)


_POSITIVE = Range("a number above 0", above=0)

Positive = Annotated[float, _POSITIVE]
PositiveInt = Annotated[int, _POSITIVE]
AtLeastZero = Annotated[float, Range("a number of at least 0", least=0)]
WholeNumber = Annotated[int, Range("a whole number of at least 0", least=0)]
Share = Annotated[float, Range("a share from 0 to 1", least=0, most=1)]


def check_ranges(settings: Any) -> None:
    """Check the fields of a dataclass: ranges and literals, also of optional fields and of tuples.

    A ValueError for one that is out of its range; it names the field and what is expected.
    """
    hints = get_type_hints(type(settings), include_extras=True)
    for field in dataclasses.fields(settings):
        _check(field.name, getattr(settings, field.name), hints[field.name])


def _check(name: str, value: Any, hint: Any) -> None:
    """Check one value against its type's ranges and literals."""
    kind, parts = get_origin(hint), get_args(hint)
    if kind in (Union, UnionType):
        kinds = [part for part in parts if part is not NoneType]
        if value is not None and len(kinds) == 1:
            _check(name, value, kinds[0])
    elif kind is tuple and parts[1:] == (Ellipsis,) and isinstance(value, tuple | list):
        for each in value:
            _check(name, each, parts[0])
    elif kind is Literal and value not in parts:
        raise unknown(name, value, map(str, parts))
    elif kind is Annotated:
        for each in parts[1:]:
            if isinstance(each, Range) and not each.holds(value):
                raise ValueError(f"{name} is {value}; expected {each.expected}")
