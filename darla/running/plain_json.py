"""Dataclasses, mappings and arrays as JSON can hold them."""

import dataclasses
import math
from collections.abc import Mapping
from typing import Any

import numpy as np

_DEEPEST = 20
_LONGEST = 60


def plain(value: Any) -> Any:
    """Return dataclasses, mappings and arrays as JSON can hold them; numbers not finite as null."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {each.name: plain(getattr(value, each.name)) for each in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, np.ndarray | np.generic):
        return plain(value.tolist())
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value if isinstance(value, int | str | None) else str(value)


def as_json(value: Any, where: str, depth: int = 0) -> Any:
    """Return a value as JSON would give it back: tuples become lists; a ValueError if it cannot."""
    if depth > _DEEPEST:
        raise ValueError(f"{where[:60]} is nested too deep; expected at most {_DEEPEST} levels")
    if isinstance(value, Mapping) and all(isinstance(key, str) for key in value):
        return {key: as_json(each, f"{where}.{key}", depth + 1) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [as_json(each, where, depth + 1) for each in value]
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float) and math.isfinite(value):
        return value
    raise ValueError(
        f"{where} holds {shown(value)}; expected what can be recorded as JSON: texts, finite "
        "numbers, true or false, lists and mappings of these"
    )


def shown(value: Any) -> str:
    """Return a value for a message."""
    text = repr(value)
    return text if len(text) < _LONGEST else f"{text[: _LONGEST - 3]}..."
