"""The true factors that an environment reports: what they are, and their values as numbers."""

import math
from collections.abc import Callable
from typing import Any

from darla.frame_source import Environment


def describe_factors(env: Environment, reported: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Describe the factors that an environment reports, in the order of its report.

    Args:
        env: its ``unwrapped.factors`` describes them; where it does not, a factor is taken for
            a continuous one without limits.
        reported: ``info["factors"]`` of a reset.

    Returns:
        For each name: kind, low, high (None: no limit), unit, categories and role.

    Raises:
        ValueError: a factor is text, and no categories are known for it.
    """
    known = getattr(env.unwrapped, "factors", {})
    described = {}
    for name, value in reported.items():
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
    return float(value) if value is not None and math.isfinite(value) else None


def factor_reader(name: str, description: dict[str, Any]) -> Callable[[dict[str, Any]], float]:
    """Return a function that reads one factor from ``info["factors"]`` as a number.

    A category is read as its index. The function raises a ValueError when the factor is missing
    or no category of its own.

    Args:
        name: the factor's name.
        description: what :func:`describe_factors` said about it.
    """
    categories = description["categories"]
    indices = {category: float(index) for index, category in enumerate(categories)}

    def read(values: dict[str, Any]) -> float:
        try:
            value = values[name]
            return indices[value] if indices else float(value)
        except KeyError as error:
            raise ValueError(
                f"the environment reported factor {name!r} as {values.get(name, 'nothing')!r}; "
                f"expected {'one of ' + ', '.join(categories) if categories else 'a number'}"
            ) from error

    return read
