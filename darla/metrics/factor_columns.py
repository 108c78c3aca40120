"""Latents and the true factors of the same frames, checked once for every metric.

Where a metric needs classes, continuous and circular factors are cut into equally wide bins over
their range; where it needs numbers to predict, a circular factor is its sine and cosine, so that
the two ends of its range are one place.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from darla.running.names import unknown

FactorKind = Literal["continuous", "circular", "categorical"]

BINS = 20  # as in Chen et al. (2018) and Locatello et al. (2019)
LEAST_SAMPLES = 1000  # with fewer, histograms of 20 x 20 bins see structure in noise
DEAD_STD = 1e-3  # as darla.encoder.frozen_encoder.ACTIVE_STD, which would import torch
_ROUNDING = 1e-5  # how far, in ranges, float32 may push a value out of its range


@dataclass(frozen=True, eq=False)
class FactorColumn:
    """The true values of one factor for N samples.

    Raises ValueError when the kind is unknown, the values are not of shape (N,), a category is no
    index, a value is out of the range, or a continuous or circular factor has no finite range.
    """

    name: str
    kind: FactorKind
    """``continuous``, ``circular`` (the ends of the range are one) or ``categorical``."""
    values: np.ndarray
    """float64 (N,) in the factor's unit; a category's index for ``categorical``."""
    low: float
    """Lower end of the range; for ``categorical`` it does not matter."""
    high: float
    """Upper end of the range; the period of a circular factor is ``high - low``."""

    def __post_init__(self) -> None:
        values = np.asarray(self.values, dtype=np.float64)
        object.__setattr__(self, "values", values)
        if self.kind not in get_args(FactorKind):
            raise unknown(f"kind of factor {self.name!r}", self.kind, get_args(FactorKind))
        if values.ndim != 1:
            raise ValueError(
                f"values of factor {self.name!r} have shape {values.shape}; expected (N,)"
            )
        if not np.isfinite(values).all():
            raise ValueError(
                f"factor {self.name!r} has {(~np.isfinite(values)).sum()} values that are not "
                "finite; leave those samples out"
            )
        if self.kind == "categorical":
            self._check_categories()
        else:
            self._check_range()

    def targets(self) -> np.ndarray:
        """Return what regressions predict: the values, float64 (N, 1).

        Of circular factors (N, 2), sine and cosine of the angle, 2 pi values / (high - low). A
        ValueError where the factor is categorical.
        """
        if self.kind == "categorical":
            raise ValueError(
                f"factor {self.name!r} is categorical: it has classes to tell apart, and no number "
                "to predict"
            )
        if self.kind == "continuous":
            return self.values[:, np.newaxis]
        angles = 2 * np.pi * self.values / (self.high - self.low)
        return np.stack([np.sin(angles), np.cos(angles)], axis=1)

    def classes(self, bins: int = BINS) -> np.ndarray:
        """Return a class for each sample, int64 (N,).

        Categories are classes. Continuous and circular factors are cut into ``bins`` equally wide
        bins from ``low`` to ``high``, with circular values wrapped into the range first; a class
        may have no sample.
        """
        if self.kind == "categorical":
            return self.values.astype(np.int64)
        places = (self.values - self.low) / (self.high - self.low)
        if self.kind == "circular":
            places = places % 1.0
        return np.clip(np.floor(places * bins), 0, bins - 1).astype(np.int64)

    def _check_categories(self) -> None:
        """Check that values are categories' indices."""
        wrong = self.values[(self.values < 0) | (self.values % 1 != 0)]
        if len(wrong):
            raise ValueError(
                f"categorical factor {self.name!r} has the value {wrong[0]:g}; expected a "
                "category's index, 0 or more"
            )

    def _check_range(self) -> None:
        """Check that the range is one, and that values lie in it."""
        extent = self.high - self.low
        if not (np.isfinite(extent) and extent > 0):
            raise ValueError(
                f"factor {self.name!r} ranges from {self.low} to {self.high}; expected two finite "
                "numbers, the lower one first"
            )
        if self.kind == "circular" or not len(self.values):
            return
        low, high = self.values.min(), self.values.max()
        if low < self.low - _ROUNDING * extent or high > self.high + _ROUNDING * extent:
            raise ValueError(
                f"values of factor {self.name!r} run from {low:g} to {high:g}, out of its range of "
                f"{self.low:g} to {self.high:g}; give the range that they come from"
            )


@dataclass(frozen=True, eq=False)
class Samples:
    """What metrics are computed from; made by :func:`check_samples`."""

    latents: np.ndarray
    """float64 (N, z), posterior means; dead ones are kept in their places."""
    factors: tuple[FactorColumn, ...]
    """The factors that vary, each with N values."""
    excluded_factors: dict[str, str]
    """Why each of the other factors was left out, by name."""
    dead_latents: dict[int, str]
    """Why each dead latent counts as carrying nothing, by its index."""

    @property
    def count(self) -> int:
        """Number of samples, N."""
        return len(self.latents)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the factors that vary, in order."""
        return tuple(factor.name for factor in self.factors)

    @property
    def active(self) -> np.ndarray:
        """Which latents are not dead, bool (z,)."""
        active = np.ones(self.latents.shape[1], dtype=bool)
        active[list(self.dead_latents)] = False
        return active

    def split(self, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Deal samples at random: two thirds to train on, one to test on; int64 indices."""
        rows = rng.permutation(self.count)
        return rows[: 2 * self.count // 3], rows[2 * self.count // 3 :]

    def standardised(self) -> np.ndarray:
        """Return the latents with mean 0 and standard deviation 1, and dead ones all 0; (N, z)."""
        centred = self.latents - self.latents.mean(axis=0)
        std = np.where(self.active, self.latents.std(axis=0), 1.0)
        return np.where(self.active, centred / std, 0.0)


def check_samples(
    latents: np.ndarray,
    factors: Iterable[FactorColumn],
    active: np.ndarray | None = None,
) -> Samples:
    """Check latents and factors of the same frames, and find what cannot be measured.

    A factor is excluded when all samples are of one class (see :meth:`FactorColumn.classes`): it
    is constant, or varies within a twentieth of its range. A latent is dead when its standard
    deviation is below 0.001, or when ``active`` says so. Metrics keep dead latents in their
    places and give them no information.

    Args:
        latents: (N, z), converted to float64.
        factors: the factors' values; every column has N.
        active: bool (z,), which latents carry anything, such as
            :attr:`darla.encoder.frozen_encoder.FrozenEncoder.active`; None: all, as far as is
            known.

    Raises:
        ValueError: shapes do not fit, there are too few samples, a latent is not finite, two
            factors have one name, or no factor varies.
    """
    latents = check_latents(latents, LEAST_SAMPLES)
    columns = tuple(factors)
    _check_columns(columns, len(latents))
    excluded = {factor.name: why for factor in columns if (why := _why_excluded(factor))}
    if len(excluded) == len(columns):
        raise ValueError(
            f"none of the {len(columns)} factors varies; sample frames in which factors differ"
        )
    varied = tuple(factor for factor in columns if factor.name not in excluded)
    return Samples(latents, varied, excluded, find_dead_latents(latents, active))


def find_dead_latents(latents: np.ndarray, active: np.ndarray | None = None) -> dict[int, str]:
    """Return why each latent of (N, z) that carries nothing is dead, by its index.

    ``active``, bool (z,), says what is known otherwise; a ValueError where it does not fit.
    """
    width = latents.shape[1]
    if active is not None and (active.shape != (width,) or active.dtype != bool):
        raise ValueError(
            f"active is {active.dtype} of shape {active.shape}; expected bool of shape ({width},)"
        )
    std = latents.std(axis=0)
    dead = {}
    for index in range(width):
        if std[index] < DEAD_STD:
            dead[index] = f"its standard deviation, {std[index]:.2g}, is below {DEAD_STD:g}"
        elif active is not None and not active[index]:
            dead[index] = "the encoder says that it carries nothing"
    return dead


def check_latents(latents: np.ndarray, least: int) -> np.ndarray:
    """Return latents as float64 (N, z).

    A ValueError where they have another shape, N is below ``least``, or one is not finite.
    """
    latents = np.asarray(latents, dtype=np.float64)
    if latents.ndim != 2 or latents.shape[1] == 0:
        raise ValueError(f"latents have shape {latents.shape}; expected (N, z)")
    if len(latents) < least:
        raise ValueError(
            f"{len(latents)} samples are too few; give at least {least}, or scores are noise"
        )
    if not np.isfinite(latents).all():
        broken = np.flatnonzero(~np.isfinite(latents).all(axis=0))
        raise ValueError(
            f"latents {broken.tolist()} have values that are not finite; check the encoder"
        )
    return latents


def _check_columns(columns: tuple[FactorColumn, ...], count: int) -> None:
    """Check that factors have names of their own, and a value for each latent."""
    names = [factor.name for factor in columns]
    if not names:
        raise ValueError("there are no factors; give at least one column")
    for name in names:
        if names.count(name) > 1:
            raise ValueError(f"there are {names.count(name)} factors {name!r}; name each once")
    for factor in columns:
        if len(factor.values) != count:
            raise ValueError(
                f"factor {factor.name!r} has {len(factor.values)} values for {count} latents; give "
                "the factors of the same frames"
            )


def _why_excluded(factor: FactorColumn) -> str | None:
    """Return why a factor cannot be measured; None if it can."""
    if np.ptp(factor.values) == 0:
        return f"it is constant ({factor.values[0]:g})"
    if np.ptp(factor.classes()) == 0:
        return f"it varies by less than 1/{BINS} of its range ({factor.low:g} to {factor.high:g})"
    return None
