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


_Count = Annotated[int, Meta(ge=1, le=_MOST_VALUES)]


class _Box(msgspec.Struct, tag_field="type", tag="box"):
    shape: Annotated[list[_Count], Meta(max_length=4)]
    dtype: Literal["uint8", "int8", "int16", "int32", "int64", "float16", "float32", "float64"]
    low: _Bound
    high: _Bound


class _Discrete(msgspec.Struct, tag_field="type", tag="discrete"):
    n: _Count
    start: int


class _MultiDiscrete(msgspec.Struct, tag_field="type", tag="multi_discrete"):
    nvec: Annotated[list[_Count], Meta(min_length=1, max_length=4096)]


class _MultiBinary(msgspec.Struct, tag_field="type", tag="multi_binary"):
    n: Annotated[int, Meta(ge=1, le=4096)]


_Flat = _Box | _Discrete | _MultiDiscrete | _MultiBinary


class _Dict(msgspec.Struct, tag_field="type", tag="dict"):
    entries: Annotated[dict[Name, _Flat], Meta(min_length=1, max_length=64)]


_Space = _Flat | _Dict

_CHOSEN: dict[str, tuple[type[spaces.Space[Any]], ...]] = {
    "dqn": (spaces.Discrete,),
    "sac": (spaces.Box,),
    "td3": (spaces.Box,),
}
_ARRAYS: tuple[type[spaces.Space[Any]], ...] = (
    spaces.Discrete,
    spaces.Box,
    spaces.MultiDiscrete,
    spaces.MultiBinary,
)
"""What Stable-Baselines3 has arrays for; PPO and A2C choose actions of them all."""


def check_actions(space: spaces.Space[Any], algorithm: str) -> None:
    """Check that an algorithm can choose actions of a space, and that its agents can be saved.

    Raises:
        ValueError: it cannot; the message says what to do.
    """
    fitting = _CHOSEN.get(algorithm, _ARRAYS)
    if not isinstance(space, fitting):
        others = [name for name in ("ppo", "sac", "dqn") if _chooses(name, space)]
        remedy = f", or give --algorithm {others[0]}" if others else ""
        raise ValueError(
            f"actions are {space}, but agents of {algorithm} choose those of "
            f"{' or '.join(each.__name__ for each in fitting)}; wrap the environment in "
            f"gymnasium.wrappers.TransformAction to make them such{remedy}"
        )
    unfit = _why_unfit(space)
    if unfit is not None:
        raise ValueError(f"actions are {space}, but {unfit}")


def _why_unfit(space: spaces.Space[Any]) -> str | None:
    """Say what is wrong with actions of a type that agents choose, and what to do; None if fit."""
    if np.any(getattr(space, "start", 0)):
        return (
            "those of Stable-Baselines3 begin with 0; wrap the environment in "
            "gymnasium.wrappers.TransformAction to number them from 0"
        )
    if isinstance(space, spaces.MultiDiscrete | spaces.MultiBinary) and len(space.shape) != 1:
        return (
            "agents choose those along one axis; wrap the environment in "
            "gymnasium.wrappers.TransformAction to flatten them"
        )
    if not isinstance(space, spaces.Box):
        return None
    if space.dtype.kind != "f":
        return (
            "agents choose numbers with fractions; wrap the environment in "
            "gymnasium.wrappers.TransformAction with a Box of float32, which it rounds"
        )
    if not space.is_bounded() or not (space.low < space.high).all():
        return (
            "agents choose those between finite bounds; wrap the environment in "
            "gymnasium.wrappers.TransformAction with a Box that has some"
        )
    return None


def check_observations(space: spaces.Space[Any], task: str) -> None:
    """Check that agents can observe a space, for which Stable-Baselines3 has arrays.

    Raises:
        ValueError: they cannot; the message says what is in the way, and what to do.
    """
    entries = space.spaces if isinstance(space, spaces.Dict) else {"": space}
    for name, entry in entries.items():
        if not isinstance(entry, _ARRAYS):
            what = f"the entry {name!r} of what {task} shows is" if name else f"{task} shows"
            raise ValueError(
                f"{what} {type(entry).__name__}, which no agent can observe; leave it out, or turn "
                "it into numbers, with a wrapper such as gymnasium.wrappers.FilterObservation"
            )


def _chooses(algorithm: str, space: spaces.Space[Any]) -> bool:
    """Whether an algorithm chooses actions of the type of a space."""
    return isinstance(space, _CHOSEN.get(algorithm, _ARRAYS))


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
    if isinstance(space, spaces.MultiDiscrete) and space.nvec.ndim == 1 and not space.start.any():
        return {"type": "multi_discrete", "nvec": space.nvec.tolist()}
    if isinstance(space, spaces.MultiBinary) and len(space.shape) == 1:
        return {"type": "multi_binary", "n": space.shape[0]}
    if isinstance(space, spaces.Dict):
        entries = {name: space_to_json(entry) for name, entry in space.spaces.items()}
        return {"type": "dict", "entries": entries}
    raise ValueError(
        f"agents act on Box, Discrete, MultiDiscrete, MultiBinary and Dict spaces, not on {space}"
    )


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
    if data["type"] == "multi_discrete":
        return spaces.MultiDiscrete(data["nvec"])
    if data["type"] == "multi_binary":
        return spaces.MultiBinary(data["n"])
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
