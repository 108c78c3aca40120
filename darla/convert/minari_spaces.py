"""Spaces of Gymnasium as Minari writes them, in JSON, and what their actions are for darla."""

import json
import math
from typing import Any

import numpy as np
from gymnasium import spaces

from darla.frames.attributes import MOST_ACTION_NUMBERS
from darla.running.checked_json import parse_json

_DTYPES = ("bool", *(f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)))
_FLOATS = ("float16", "float32", "float64")


def read_space(text: str, where: str) -> spaces.Space[Any]:
    """Return the space that JSON text describes; a ValueError where it describes none."""
    try:
        return _space(parse_json(text, where))
    except (KeyError, TypeError, ValueError, AssertionError, OverflowError) as error:
        raise ValueError(f"{where} describes no space that is known ({error})") from error


def _space(said: Any) -> spaces.Space[Any]:
    """Return the space that a mapping describes; raises what a wrong one leads to."""
    kind = said["type"]
    if kind == "Box":
        return _box(said)
    if kind == "Discrete":
        return spaces.Discrete(int(said["n"]), start=int(said["start"]))
    if kind == "MultiDiscrete":
        return spaces.MultiDiscrete(np.array(said["nvec"], np.int64))
    if kind == "MultiBinary":
        return spaces.MultiBinary(_shape(np.atleast_1d(said["n"]).tolist()))
    if kind == "Dict":
        return spaces.Dict({name: _space(each) for name, each in said["subspaces"].items()})
    if kind == "Tuple":
        return spaces.Tuple([_space(each) for each in said["subspaces"]])
    if kind == "Text":
        return spaces.Text(max_length=int(said["max_length"]), min_length=int(said["min_length"]))
    raise ValueError(f"it is a {str(kind)[:40]!r}")


def _box(said: dict[str, Any]) -> spaces.Box:
    """Return a Box; its bounds are given for every number."""
    shape, dtype = _shape(said["shape"]), str(said["dtype"])
    if dtype not in (*_DTYPES, *_FLOATS):
        raise ValueError(f"its numbers are {dtype[:40]!r}")
    low, high = (np.array(said[bound], dtype) for bound in ("low", "high"))
    if low.shape != shape or high.shape != shape:
        raise ValueError(f"its bounds are of {low.shape} and {high.shape}, not {shape}")
    return spaces.Box(low, high, shape, np.dtype(dtype).type)


def _shape(sides: Any) -> tuple[int, ...]:
    """Return a shape of bounded size."""
    shape = tuple(int(side) for side in sides)
    if len(shape) > 8 or not all(0 <= side <= 1 << 20 for side in shape):
        raise ValueError(f"its shape is {str(shape)[:60]}")
    if math.prod(shape) > 1 << 26:
        raise ValueError(f"its shape is {shape}, more numbers than fit")
    return shape


def action_size(space: spaces.Space[Any]) -> int | None:
    """Return how many numbers an action has, 0 for one whole number; None for what is no numbers.

    Numbers of several axes are counted as they lie, one after the other.
    """
    if isinstance(space, spaces.Discrete):
        return 0
    if not isinstance(space, spaces.Box | spaces.MultiDiscrete | spaces.MultiBinary):
        return None
    numbers = math.prod(space.shape)
    return numbers if 1 <= numbers <= MOST_ACTION_NUMBERS else None


def picture_space_text(size: tuple[int, int]) -> str:
    """Describe pictures uint8 (H, W, 3) as Minari does."""
    shape = (*size, 3)
    return json.dumps(
        {
            "type": "Box",
            "dtype": "uint8",
            "shape": list(shape),
            "low": np.zeros(shape, int).tolist(),
            "high": np.full(shape, 255).tolist(),
        }
    )


def action_space_text(numbers: int, least: int, most: int) -> str:
    """Describe actions as Minari does.

    Args:
        numbers: in an action, float32 without bounds; 0 for a whole number.
        least: the smallest whole number.
        most: the largest one.
    """
    if not numbers:
        said: dict[str, Any] = {"type": "Discrete", "dtype": "int64", "start": least}
        return json.dumps({**said, "n": most - least + 1})
    low, high = [-math.inf] * numbers, [math.inf] * numbers
    said = {"type": "Box", "dtype": "float32", "shape": [numbers], "low": low, "high": high}
    return json.dumps(said)
