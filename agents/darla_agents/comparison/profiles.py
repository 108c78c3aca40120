"""Performance profiles, and pointwise intervals of curves over training runs.

A performance profile says, for every threshold, which share of runs scores above it: where one
profile lies above another throughout, its agents are better however one looks at them, and where
two cross, a mean would have hidden it. Agarwal et al. 2021, section 4.3 (equation 3).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from darla_agents.comparison.intervals import LEVEL, Floats, check_level, mean_interval
from darla_agents.comparison.statistics import RESAMPLES, units_by_cells


@dataclass(frozen=True)
class Band:
    """An interval at every point of a curve, its ends float64 (points,).

    Intervals are pointwise, not simultaneous.
    """

    low: Floats
    high: Floats
    level: float
    """How often it is to hold the true value at any one point."""


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
    level: float = LEVEL,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> Band | None:
    """Return pointwise intervals of the profile of all scores of all strata together.

    Arguments are those of ``darla_agents.comparison.statistics.bootstrap_interval``, and thresholds
    (thresholds,). None where a stratum has one unit only.
    """
    check_level(level)
    tables = [units_by_cells(stratum) for stratum in strata]
    if any(len(table) < 2 for table in tables):
        return None
    generator = np.random.default_rng(seed)
    total: Floats = np.zeros((resamples, np.size(thresholds)))
    for table in tables:
        # How often each unit was drawn; sums over drawn units are then a product of matrices.
        chance = np.full(len(table), 1.0 / len(table))
        drawn = generator.multinomial(len(table), chance, size=resamples)
        total += drawn @ _counts_above(table, thresholds)
    tail = (1.0 - level) / 2.0
    cells = sum(table.size for table in tables)
    low, high = np.quantile(total / cells, (tail, 1.0 - tail), axis=0)
    return Band(low, high, level)


def mean_band(curves: ArrayLike, *, level: float = LEVEL) -> Band | None:
    """Return pointwise intervals of the mean of several runs' curves; None for one run.

    Curves are (runs, points), and runs are the units: see ``darla_agents.comparison.intervals``.
    """
    table = units_by_cells(curves)
    each = [mean_interval(column, level=level) for column in table.T]
    ends = np.array([(one.low, one.high) for one in each if one is not None])
    return Band(ends[:, 0], ends[:, 1], level) if ends.size else None


def _counts_above(scores: Floats, thresholds: ArrayLike) -> Floats:
    """Return how many cells of each unit lie above each threshold, (units, thresholds)."""
    above = scores[:, :, None] > np.asarray(thresholds, dtype=np.float64)
    return np.asarray(above.sum(axis=1), dtype=np.float64)
