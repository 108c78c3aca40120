"""Spearman's rank correlation with a bootstrap interval over units that may hold several pairs.

It asks whether what is measured of encoders, without any agent, foretells how agents do. Agents on
one encoder share its faults, so they are no independent evidence: their encoder is the unit.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from darla_agents.comparison.intervals import Floats, Interval
from darla_agents.comparison.statistics import RESAMPLES, percentile_interval

_LEAST = 3  # two pairs are always in one order or in the other, which says nothing


@dataclass(frozen=True)
class RankCorrelation:
    """A rank correlation."""

    value: float
    """Spearman's coefficient in [-1, 1]; tied values share the mean of their ranks."""
    pairs: int
    """How many pairs it is computed from."""
    units: int
    """How many units the pairs belong to; each pair is one unless they were grouped."""
    interval: Interval | None
    """Over units; None with fewer than three units. With few units it is rough, and where all pairs
    are in perfect order it has no width, however few they are."""


def rank_correlation(
    x: ArrayLike,
    y: ArrayLike,
    groups: Sequence[Hashable] | None = None,
    *,
    level: float = 0.95,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> RankCorrelation | None:
    """Return the rank correlation of pairs, with a percentile bootstrap interval over units.

    A pair in which x or y is NaN, such as an undefined ratio, is left out. Groups say for each pair
    the unit that it belongs to, such as the name of the encoder; units are resampled and bring all
    their pairs along. Each pair is a unit when they are not given. Resamples in which x or y is
    constant are left out.

    None where it is undefined: fewer than three pairs, or x or y constant. A ValueError where
    lengths differ.
    """
    a, b = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    if a.ndim != 1 or a.shape != b.shape or (groups is not None and len(groups) != a.size):
        given = f"{a.shape} and {b.shape}" + ("" if groups is None else f", {len(groups)} groups")
        raise ValueError(
            "a rank correlation needs two equally long lists of numbers, and a group for each "
            f"pair if there are any: got shapes {given}"
        )
    names = list(range(a.size)) if groups is None else list(groups)
    known = np.flatnonzero(np.isfinite(a) & np.isfinite(b))
    a, b, unit = a[known], b[known], _numbered([names[pair] for pair in known])
    if a.size < _LEAST:
        return None
    value = _spearman(np.ones((1, a.size)), a, b)[0]
    if np.isnan(value):
        return None
    units, interval = int(unit.max()) + 1, None
    if units >= _LEAST:
        generator = np.random.default_rng(seed)
        drawn = generator.multinomial(units, np.full(units, 1.0 / units), size=resamples)
        resampled = _spearman(drawn[:, unit].astype(np.float64), a, b)
        interval = percentile_interval(resampled[np.isfinite(resampled)], level)
    return RankCorrelation(float(value), a.size, units, interval)


def _numbered(names: Sequence[Hashable]) -> NDArray[np.int64]:
    """Return names as numbers, from 0 in the order in which they first occur."""
    places = {name: place for place, name in enumerate(dict.fromkeys(names))}
    return np.array([places[name] for name in names], dtype=np.int64)


def _spearman(counts: Floats, x: Floats, y: Floats) -> Floats:
    """Return Spearman's coefficient of samples that hold pair i ``counts[:, i]`` times, (samples,).

    NaN where x or y is constant in the sample.
    """
    a, b = _ranks(counts, x), _ranks(counts, y)
    middle = (counts.sum(axis=1, keepdims=True) + 1.0) / 2.0  # the mean of ranks, ties or not
    a, b = a - middle, b - middle
    covariance = (counts * a * b).sum(axis=1)
    spread = np.sqrt((counts * a**2).sum(axis=1) * (counts * b**2).sum(axis=1))
    result = np.full(len(counts), np.nan)
    np.divide(covariance, spread, out=result, where=spread > 0.0)
    return np.asarray(np.clip(result, -1.0, 1.0))


def _ranks(counts: Floats, values: Floats) -> Floats:
    """Return each pair's rank in each sample, from 1, the mean rank where values are tied."""
    lower = (values[:, None] < values[None, :]).astype(np.float64)
    equal = (values[:, None] == values[None, :]).astype(np.float64)
    return np.asarray(counts @ (lower + equal / 2.0) + 0.5)
