"""How an environment must describe its factors."""

import math
from collections.abc import Mapping
from typing import Any

KINDS = ("continuous", "circular", "categorical")
ROLES = ("look", "state", "derived")


def described_factors(name: str, env: Any) -> Mapping[str, Any]:
    """Return the factors of an environment, each of which says what it is.

    A ValueError says what to mend.
    """
    factors = getattr(env.unwrapped, "factors", None)
    if not isinstance(factors, Mapping) or not factors:
        raise ValueError(
            f"{name} does not describe its factors: give it an attribute 'factors', a mapping from "
            f"names to objects with kind, low, high, categories and role; not {factors!r}"
        )
    for factor, described in factors.items():
        where = f"factor {factor!r} of {name}"
        kind, role = getattr(described, "kind", None), getattr(described, "role", None)
        if kind not in KINDS:
            raise ValueError(f"{where} is of kind {kind!r}; give one of {', '.join(KINDS)}")
        if role not in ROLES:
            raise ValueError(f"{where} has the role {role!r}; give one of {', '.join(ROLES)}")
        if kind == "categorical" and not getattr(described, "categories", ()):
            raise ValueError(f"{where} is categorical; name its categories")
        low, high = (getattr(described, each, None) for each in ("low", "high"))
        if kind == "circular" and not is_range(low, high):
            raise ValueError(f"{where} is circular; give low and high, between which it turns once")
        if low is not None and high is not None and low > high:
            raise ValueError(f"{where} has low={low} above high={high}")
    return factors


def is_range(low: Any, high: Any) -> bool:
    """Whether two values are the ends of a range."""
    return None not in (low, high) and math.isfinite(high - low) and low < high


def is_tint(factor: Any) -> bool:
    """Whether two frames of one look share this factor: tints, but no kinds."""
    return bool(factor.role == "look" and factor.kind != "categorical")


def name_of(env: Any) -> str:
    """Return what an environment is called in messages."""
    return env.spec.id if env.spec is not None else type(env.unwrapped).__name__
