"""Where a setting is searched: a range of numbers, or a few values.

In a sweep's file these are tables::

    learning_rate = { low = 1e-4, high = 1e-2, log = true }
    latents = { low = 8, high = 64 }
    channels = { values = [[32, 32], [64, 64]] }
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypedDict

from darla.running.checked_json import mismatch
from darla.running.names import unknown


class DimensionTable(TypedDict, total=False):
    """What a file says of one setting."""

    low: int | float
    high: int | float
    log: bool
    step: int | float
    values: list[Any]


@dataclass(frozen=True)
class Numbers:
    """All numbers of a range."""

    low: float
    """The least."""
    high: float
    """The largest, which may be taken too."""
    whole: bool = False
    """Whether they are whole numbers."""
    log: bool = False
    """Whether they are drawn by their magnitude: as many from 1 to 10 as from 10 to 100."""
    step: float | None = None
    """How far neighbours lie apart; None for 1 and, of numbers that are not whole, for any."""

    def samples(self) -> tuple[Any, ...]:
        """Return values between which all others lie: the ends."""
        return (self.low, self.high)

    def value_of(self, drawn: Any) -> Any:
        """Return the setting's value for what was drawn."""
        return int(drawn) if self.whole else float(drawn)


@dataclass(frozen=True)
class Choices:
    """A few values of any kind that TOML has."""

    values: tuple[Any, ...]

    def samples(self) -> tuple[Any, ...]:
        """Return all values."""
        return self.values

    @property
    def labels(self) -> tuple[str | int | float | bool, ...]:
        """Return a text, a number or a truth value for each; lists and tables become JSON."""
        return tuple(
            each if isinstance(each, str | int | float) else json.dumps(each)
            for each in self.values
        )

    def value_of(self, drawn: Any) -> Any:
        """Return the setting's value for the label that was drawn."""
        return self.values[self.labels.index(drawn)]


Dimension = Numbers | Choices


def check_table(table: Mapping[str, Any], kind: type, where: str) -> None:
    """Raise a ValueError unless a table of TOML is of a TypedDict, and has no other keys."""
    for key in table:
        if key not in kind.__annotations__:
            raise unknown(f"key of {where}", key, kind.__annotations__)
    said = mismatch(table, kind)
    if said is not None:
        raise ValueError(f"{where}: {said}")


def read_dimension(table: Any, where: str) -> Dimension:
    """Return what a table of a file says; a ValueError, which says ``where`` it stands."""
    if not isinstance(table, Mapping):
        raise ValueError(
            f"{where} is {table!r}; expected {{ low = ..., high = ... }} or {{ values = [...] }}"
        )
    check_table(table, DimensionTable, where)
    if "values" in table:
        return _choices(table, where)
    if "low" not in table or "high" not in table:
        raise ValueError(f"{where} has no {'high' if 'low' in table else 'low'}; give low and high")
    return _numbers(table, where)


def _choices(table: Mapping[str, Any], where: str) -> Choices:
    """Return the values of a table; a ValueError where there are fewer than two different ones."""
    if len(table) > 1:
        raise ValueError(f"{where} has values and a range; give one of them")
    found = Choices(tuple(table["values"]))
    told = [(type(label), label) for label in found.labels]  # true is not 1
    if len(told) < 2 or len(set(told)) < len(told) or len(set(found.labels)) < len(told):
        raise ValueError(f"{where} has the values {table['values']}; give two or more, each once")
    return found


def _numbers(table: Mapping[str, Any], where: str) -> Numbers:
    """Return the range of a table; a ValueError where it is none."""
    low, high = table["low"], table["high"]
    log, step = table.get("log", False), table.get("step")
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        raise ValueError(f"{where} goes from {low} to {high}; give finite numbers, low below high")
    if log and (low <= 0 or step is not None):
        raise ValueError(f"{where} is drawn by magnitude; give a low above 0, and no step")
    whole = isinstance(low, int) and isinstance(high, int)
    if step is not None and (not 0 < step <= high - low or (whole and not isinstance(step, int))):
        raise ValueError(f"{where} has the step {step}; give one above 0 that fits into the range")
    return Numbers(low, high, whole, log, step)
