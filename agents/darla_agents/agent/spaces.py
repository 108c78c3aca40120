"""Observation and action spaces as JSON, so that an agent can be built again without its world."""

import math
from typing import Annotated, Any, Literal

import msgspec
import numpy as np
from gymnasium import spaces
from msgspec import Meta

from darla.running.checked_json import Name, check_shape
from darla.running.one_line import one_line

_MOST_VALUES = 1 << 20
"""Numbers that one observation may have: a picture of 512 by 512 and four channels."""
_Infinity = Literal["inf", "-inf"]
_Bound = float | _Infinity | list[float | _Infinity]


class _Box(msgspec.Struct, tag_field="type", tag="box"):
    shape: Annotated[list[Annotated[int, Meta(ge=1, le=_MOST_VALUES)]], Meta(max_length=4)]
    dtype: Literal["uint8", "int8", "int16", "int32", "int64", "float16", "float32", "float64"]
    low: _Bound
    high: _Bound


class _Discrete(msgspec.Struct, tag_field="type", tag="discrete"):
    n: Annotated[int, Meta(ge=1, le=_MOST_VALUES)]
    start: int


class _Dict(msgspec.Struct, tag_field="type", tag="dict"):
    entries: Annotated[dict[Name, _Box | _Discrete], Meta(min_length=1, max_length=64)]


_Space = _Box | _Discrete | _Dict


def check_actions(space: spaces.Space[Any], algorithm: str) -> None:
    """Check that an algorithm can choose actions of a space, and that its agents can be saved.

    Raises:
        ValueError: it cannot; the message says what to do.
    """
    if isinstance(space, spaces.Discrete) and space.start != 0:
        raise ValueError(
            f"actions are {space}, but those of Stable-Baselines3 begin with 0; wrap the "
            "environment in gymnasium.wrappers.TransformAction to number them from 0"
        )
    fitting = (spaces.Discrete,) if algorithm == "dqn" else (spaces.Discrete, spaces.Box)
    if not isinstance(space, fitting):
        raise ValueError(
            f"actions are {space}, but agents of {algorithm} choose those of "
            f"{' or '.join(each.__name__ for each in fitting)}; wrap the environment in "
            "gymnasium.wrappers.TransformAction to make them such"
        )


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


def space_from_json(data: Any, where: str, remedy: str) -> spaces.Space[Any]:
    """Make the space that :func:`space_to_json` described.

    Args:
        data: what JSON held.
        where: it stands, for the message.
        remedy: what to do if it is no space.

    Raises:
        ValueError: it is none, or one of more values than an observation may have.
    """
    check_shape(data, _Space, where, remedy)  # type: ignore[arg-type]  # a union is no type
    try:
        return _space(data)
    except (OverflowError, ValueError) as error:
        raise ValueError(f"{where} is damaged: {one_line(error)}; {remedy}") from error


def _space(data: dict[str, Any]) -> spaces.Space[Any]:
    """Make a space of a description that was checked."""
    if data["type"] == "dict":
        return spaces.Dict({name: _space(entry) for name, entry in data["entries"].items()})
    if data["type"] == "discrete":
        return spaces.Discrete(data["n"], start=data["start"])
    shape, dtype = tuple(data["shape"]), np.dtype(data["dtype"])
    if math.prod(shape) > _MOST_VALUES:
        raise ValueError(f"shape is {shape}, expected at most {_MOST_VALUES:,} values")
    low, high = (_bound_from_json(data[name], shape, dtype) for name in ("low", "high"))
    return spaces.Box(low, high, dtype=dtype.type)


def _bound_to_json(bound: np.ndarray) -> Any:
    """One number when all entries agree, else a flat list; infinities become text."""
    numbers = [value if np.isfinite(value) else str(value) for value in bound.ravel().tolist()]
    return numbers[0] if len(set(numbers)) == 1 else numbers


def _bound_from_json(value: Any, shape: tuple[int, ...], dtype: np.dtype[Any]) -> np.ndarray:
    """Undo _bound_to_json."""
    numbers = np.array(value, dtype=np.float64).astype(dtype)
    return numbers.reshape(shape) if numbers.ndim else np.full(shape, numbers)
