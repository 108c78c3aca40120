"""What probes read from latents: a value of the world for each frame on which it can be seen."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

import numpy as np

Kind = Literal["continuous", "circular", "categorical"]
LEAST_KNOWN = 50
"""Samples on which a target must be known to be probed at all."""


@dataclass(frozen=True)
class ProbeTarget:
    """The true values of one thing for N samples, where they are known.

    What cannot be seen cannot be read: the bearing of an object behind the camera is not known. A
    ValueError where kinds, shapes or values do not fit.
    """

    name: str
    kind: Kind
    """``continuous``, ``circular`` (``low`` and ``high`` are one value) or ``categorical``."""
    values: np.ndarray
    """(N,) float64, a category as its index; ignored where not known."""
    known: np.ndarray
    """(N,) bool."""
    low: float
    """Smallest value; 0 for categories."""
    high: float
    """Largest value; the last category's index."""

    def __post_init__(self) -> None:
        if self.kind not in get_args(Kind):
            raise ValueError(f"target {self.name!r} is {self.kind!r}; expected {get_args(Kind)}")
        if self.values.ndim != 1 or self.values.shape != self.known.shape:
            raise ValueError(
                f"target {self.name!r} has values {self.values.shape} and known "
                f"{self.known.shape}; expected (N,) for both"
            )
        seen = self.values[self.known]
        if not np.isfinite(seen).all():
            raise ValueError(f"target {self.name!r} holds NaN or infinity where it is known")
        if self.kind == "categorical" and (
            (seen != np.floor(seen)).any() or (seen < 0).any() or (seen > self.high).any()
        ):
            raise ValueError(f"target {self.name!r} must hold indices from 0 to {self.high:g}")

    @property
    def width(self) -> int:
        """How many numbers stand for a value: 1, 2 for a circular one, or one a category."""
        if self.kind == "categorical":
            return int(self.high) + 1
        return 2 if self.kind == "circular" else 1

    def encoded(self) -> np.ndarray:
        """Return what is regressed on, (N, width) float64; 0 where the value is not known.

        The value itself; sine and cosine of a circular one; 1 for the category and 0 for others.
        """
        values = np.where(self.known, self.values, self.low)
        if self.kind == "categorical":
            numbers = np.eye(self.width)[values.astype(np.int64)]
        elif self.kind == "circular":
            angles = 2 * np.pi * (values - self.low) / (self.high - self.low)
            numbers = np.stack([np.sin(angles), np.cos(angles)], axis=1)
        else:
            numbers = values[:, None]
        return np.where(self.known[:, None], numbers, 0.0)

    def take(self, rows: np.ndarray) -> "ProbeTarget":
        """Return the target of some samples, given by index or by a mask."""
        return replace(self, values=self.values[rows], known=self.known[rows])

    def unusable(self, least: int = LEAST_KNOWN) -> str:
        """Return why nothing can be learnt or tested on these samples; empty when it can."""
        seen = self.values[self.known]
        if len(seen) < least:
            return f"known in {len(seen)} of {len(self.values)} samples; {least} are needed"
        if np.ptp(seen) == 0.0:
            return "always the same"
        return ""


def described_target(name: str, described: Mapping[str, Any], values: np.ndarray) -> ProbeTarget:
    """Return the values of a factor, (M,), as a target; NaN where it is not known.

    A factor without limits ranges over its values, and one that is said to be circular without
    saying where its ends are is taken for a continuous one.
    """
    numbers = values.astype(np.float64)
    known = np.isfinite(numbers)
    if described["categories"]:
        last = max(len(described["categories"]) - 1, int(numbers[known].max(initial=0)))
        return ProbeTarget(name, "categorical", np.where(known, numbers, 0), known, 0, last)
    low, high = described["low"], described["high"]
    circle = described["kind"] == "circular" and None not in (low, high) and low < high
    if circle:
        return ProbeTarget(name, "circular", np.where(known, numbers, low), known, low, high)
    seen = numbers[known]
    low = min(seen.min(initial=np.inf), np.inf if low is None else low)
    high = max(seen.max(initial=-np.inf), -np.inf if high is None else high)
    return ProbeTarget(name, "continuous", np.where(known, numbers, low), known, low, high)


def split_usable(
    targets: Iterable[ProbeTarget],
) -> tuple[tuple[ProbeTarget, ...], dict[str, str]]:
    """Return the targets that can be learnt, and for the names of the others the reason.

    A ValueError where two targets have one name.
    """
    reasons: dict[str, str] = {}
    kept: dict[str, ProbeTarget] = {}
    for target in targets:
        if target.name in kept or target.name in reasons:
            raise ValueError(f"two targets are called {target.name!r}; give each its own name")
        reason = target.unusable()
        if reason:
            reasons[target.name] = reason
        else:
            kept[target.name] = target
    return tuple(kept.values()), reasons


def check_lengths(what: str, count: int, targets: Sequence[ProbeTarget]) -> None:
    """Raise a ValueError unless each target has a value for each of ``count`` samples."""
    for target in targets:
        if len(target.values) != count:
            raise ValueError(
                f"there are {count} {what}, but target {target.name!r} has {len(target.values)} "
                "values; give one for each"
            )
