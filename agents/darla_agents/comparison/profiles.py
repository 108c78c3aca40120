"""Performance profiles, and pointwise intervals of curves that are means over training runs.

A performance profile says, for every threshold, which share of runs scores above it: where one
profile lies above another throughout, its agents are better however one looks at them, and where
two cross, a mean would have hidden it. Agarwal et al. 2021, section 4.3 (equation 3).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from darla_agents.comparison.statistics import RESAMPLES, Floats, units_by_cells


@dataclass(frozen=True)
class Band:
    """A bootstrap interval at every point of a curve, its ends float64 (points,).

    Intervals are pointwise, not simultaneous.
    """

    low: Floats
    high: Floats
    level: float
    """Share of the resampled curves that lie between the two at any one point."""


def performance_profile(scores: ArrayLike, thresholds: ArrayLike) -> Floats:
    """Return the share of scores above each threshold, float64 (thresholds,); it never rises.

    Scores are (runs,) or (runs, cells), such as a cell for every domain; every cell counts alike. A
    NaN is above nothing, so leave out what is undefined.
    """
    table = units_by_cells(scores)
    return np.asarray(_counts_above(table, thresholds).sum(axis=0) / table.size)


def performance_profile_band(
    strata: Sequence[ArrayLike],
    thresholds: ArrayLike,
    *,
    level: float = 0.95,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> Band | None:
    """Return pointwise intervals of the profile of all scores of all strata together.

    Arguments are those of ``darla_agents.comparison.statistics.bootstrap_interval``, and thresholds
    (thresholds,). None where a stratum has one unit only.
    """
    tables = [units_by_cells(stratum) for stratum in strata]
    counts = [_counts_above(table, thresholds) for table in tables]
    cells = sum(table.size for table in tables)
    return _band(counts, cells, level, resamples, seed)


def mean_band(
    curves: ArrayLike, *, level: float = 0.95, resamples: int = RESAMPLES, seed: int = 0
) -> Band | None:
    """Return pointwise intervals of the mean of several runs' curves; None for one run.

    Curves are (runs, points), and a run is drawn with its whole curve; the other arguments are
    those of ``darla_agents.comparison.statistics.bootstrap_interval``.
    """
    table = units_by_cells(curves)
    return _band([table], len(table), level, resamples, seed)


def _counts_above(scores: Floats, thresholds: ArrayLike) -> Floats:
    """Return how many cells of each unit lie above each threshold, (units, thresholds)."""
    above = scores[:, :, None] > np.asarray(thresholds, dtype=np.float64)
    return np.asarray(above.sum(axis=1), dtype=np.float64)


def _band(
    strata: Sequence[Floats], divisor: int, level: float, resamples: int, seed: int
) -> Band | None:
    """Resample units, sum their curves, and return pointwise quantiles of sum / divisor."""
    if not 0.0 < level < 1.0:
        raise ValueError(f"the level of a band lies between 0 and 1, for example 0.95: {level}")
    if any(len(curves) < 2 for curves in strata):
        return None
    generator = np.random.default_rng(seed)
    total: Floats = np.zeros((resamples, strata[0].shape[1]))
    for curves in strata:
        # How often each unit was drawn; sums over drawn units are then a product of matrices.
        drawn = generator.multinomial(
            len(curves), np.full(len(curves), 1.0 / len(curves)), size=resamples
        )
        total += drawn @ curves
    tail = (1.0 - level) / 2.0
    low, high = np.quantile(total / divisor, (tail, 1.0 - tail), axis=0)
    return Band(low, high, level)
