"""Observation and action spaces as JSON, so that an agent can be built again without its world."""

from typing import Any

import numpy as np
from gymnasium import spaces

from darla.running.names import unknown


def space_to_json(space: spaces.Space[Any]) -> dict[str, Any]:
    """Describe a space with what JSON can hold; a ValueError for kinds that agents do not use."""
    if isinstance(space, spaces.Box):
        return {
            "type": "box",
            "shape": list(space.shape),
            "dtype": space.dtype.name,
            "low": _bound_to_json(space.low),
            "high": _bound_to_json(space.high),
        }
    if isinstance(space, spaces.Discrete):
        return {"type": "discrete", "n": int(space.n), "start": int(space.start)}
    if isinstance(space, spaces.Dict):
        entries = {name: space_to_json(entry) for name, entry in space.spaces.items()}
        return {"type": "dict", "entries": entries}
    raise ValueError(f"agents act on Box, Discrete and Dict spaces, not on {space}")


def space_from_json(data: dict[str, Any]) -> spaces.Space[Any]:
    """Make the space that :func:`space_to_json` described; a ValueError for unknown types."""
    match data.get("type", ""):
        case "box":
            shape, dtype = tuple(data["shape"]), np.dtype(data["dtype"])
            low, high = (_bound_from_json(data[name], shape, dtype) for name in ("low", "high"))
            return spaces.Box(low, high, dtype=dtype.type)
        case "discrete":
            return spaces.Discrete(data["n"], start=data["start"])
        case "dict":
            entries = data["entries"].items()
            return spaces.Dict({name: space_from_json(entry) for name, entry in entries})
        case other:
            raise unknown("type of space", other, ("box", "discrete", "dict"))


def _bound_to_json(bound: np.ndarray) -> Any:
    """One number when all entries agree, else a flat list; infinities become text."""
    numbers = [value if np.isfinite(value) else str(value) for value in bound.ravel().tolist()]
    return numbers[0] if len(set(numbers)) == 1 else numbers


def _bound_from_json(value: Any, shape: tuple[int, ...], dtype: np.dtype[Any]) -> np.ndarray:
    """Undo _bound_to_json."""
    numbers = np.array(value, dtype=np.float64).astype(dtype)
    return numbers.reshape(shape) if numbers.ndim else np.full(shape, numbers)
