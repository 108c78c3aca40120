"""The true factors that an environment reports: what they are, and their values as numbers."""

import math
from collections.abc import Callable, Mapping
from typing import Any

import gymnasium as gym
import numpy as np


def describe_factors(env: Any, reported: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Describe the factors in ``info["factors"]`` of an environment's, or one of a vector's, reset.

    Its mapping ``factors``, or a wrapper's, describes them, and their order is kept; where there is
    none, a method say, a factor is taken for a continuous one without limits, and follows in the
    order of the report. For each name there are kind, low, high (None: no limit), unit, categories
    and role. A ValueError where a factor is text, and no categories are known for it.
    """
    if isinstance(env, gym.Env):  # a vector of environments has no such way to ask wrappers
        has_any = env.has_wrapper_attr("factors")
        offered = env.get_wrapper_attr("factors") if has_any else None
    else:
        offered = getattr(env.unwrapped, "factors", None)
    known = offered if isinstance(offered, Mapping) else {}
    described = {}
    for name in sorted(reported, key=[*known, *reported].index):
        value = reported[name]
        factor = known.get(name)
        categories = list(getattr(factor, "categories", ()))
        if isinstance(value, str) and not categories:
            raise ValueError(
                f"factor {name!r} is text ({value!r}), and the environment's 'factors' attribute "
                "does not name its categories"
            )
        described[name] = {
            "kind": getattr(factor, "kind", "continuous"),
            "low": _finite(getattr(factor, "low", None)),
            "high": _finite(getattr(factor, "high", None)),
            "unit": getattr(factor, "unit", ""),
            "categories": categories,
            "role": getattr(factor, "role", "state"),
        }
    return described


def _finite(value: float | None) -> float | None:
    """Return a limit as a number; None where there is none."""
    return float(value) if value is not None and math.isfinite(value) else None


def factor_reader(name: str, description: dict[str, Any]) -> Callable[[dict[str, Any]], float]:
    """Return a function that reads one factor from ``info["factors"]`` as a number.

    A category is read as its index. The function raises a ValueError when the factor is missing
    or no category of those that :func:`describe_factors` found.
    """
    categories = description["categories"]
    indices = {category: float(index) for index, category in enumerate(categories)}

    def read(values: dict[str, Any]) -> float:
        """Return the factor as numbers."""
        value = values.get(name, "nothing")
        try:
            return indices[value] if indices else _number(value)
        except (KeyError, TypeError, ValueError) as error:
            raise _misreported(name, value, categories) from error

    return read


def column_reader(name: str, description: dict[str, Any]) -> Callable[[dict[str, Any]], np.ndarray]:
    """Return what :func:`factor_reader` does, of ``infos["factors"]`` of n environments: (n,)."""
    categories = description["categories"]
    indices = {category: float(index) for index, category in enumerate(categories)}

    def read(infos: dict[str, Any]) -> np.ndarray:
        """Return the factor as numbers."""
        values = infos.get(name)
        reporting = infos.get(f"_{name}")
        if values is None or (reporting is not None and not reporting.all()):
            raise _misreported(name, "nothing", categories)
        try:
            if indices:
                return np.array([*map(indices.__getitem__, values)])
            numbers = np.asarray(values)
            if numbers.ndim == 1 and numbers.dtype.kind in "biuf":
                return numbers.astype(np.float64)
            return np.array([*map(_number, values)])
        except KeyError as error:
            raise _misreported(name, error.args[0], categories) from error
        except (TypeError, ValueError) as error:
            raise _misreported(name, values, categories) from error

    return read


def _number(value: Any) -> float:
    """Return a number, or the only one of an array or list; a TypeError or ValueError if none."""
    if isinstance(value, str | bytes) or value is None:
        raise TypeError(value)
    return float(np.asarray(value).item())


def _misreported(name: str, value: Any, categories: list[str]) -> ValueError:
    """Return the error for a value that is missing or of another kind."""
    return ValueError(
        f"the environment reported factor {name!r} as {value!r}; "
        f"expected {'one of ' + ', '.join(categories) if categories else 'a number'}"
    )
