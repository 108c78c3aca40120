"""Statistics of a few training runs: robust means, transfer ratios, differences, the bootstrap.

Episodes of one agent are averaged first, because they share its weights and say nothing about
another run. Intervals of means are those of ``darla_agents.comparison.intervals``. Those of
interquartile means, probabilities of improvement and profiles are percentile bootstraps over runs,
as in rliable, the same for the same seed. With few runs they are too short: agents/README.md has a
table of how often they hold the true value.

The robust mean, the optimality gap, the stratified bootstrap and the probability of improvement
follow Agarwal et al., "Deep Reinforcement Learning at the Edge of the Statistical Precipice",
NeurIPS 2021 (2108.13264); so do the performance profiles of ``darla_agents.comparison.profiles``.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import trim_mean

from darla_agents.comparison.intervals import (
    LEVEL,
    Floats,
    Interval,
    check_level,
    independent_units,
    sample_mean,
)

Statistic = Callable[[Floats], Floats]

RESAMPLES = 10_000
MINIMUM_MARGIN = 0.1


@dataclass(frozen=True)
class PairedDifference:
    """The mean of first minus second over pairs, with an interval per level.

    There is none for one independent unit.
    """

    mean: float
    pairs: int
    units: int
    """Independent ones: pairs, or encoders where pairs share them."""
    intervals: tuple[Interval, ...]


def mean(scores: ArrayLike) -> Floats:
    """Return the mean over the last axis: (..., n) -> (...)."""
    return np.asarray(np.mean(np.asarray(scores, dtype=np.float64), axis=-1))


def interquartile_mean(scores: ArrayLike) -> Floats:
    """Return the mean of the middle half over the last axis: (..., n) -> (...).

    The lowest and the highest quarter are cut, rounded down to whole scores: fewer than four
    scores give the plain mean. Agarwal et al. 2021, section 4.3.
    """
    return np.asarray(trim_mean(np.asarray(scores, dtype=np.float64), 0.25, axis=-1))


def optimality_gap(normalised: ArrayLike, gamma: float = 1.0) -> Floats:
    """Return by how much scores fall short of ``gamma`` on average over the last axis.

    The mean of max(0, gamma - score), (..., n) -> (...): 0 where all scores reach gamma, and what
    is won beyond it makes up for nothing. Scores are normalised, so that 1 is what can be asked.
    Agarwal et al. 2021, section 4.3.
    """
    missing = np.maximum(0.0, gamma - np.asarray(normalised, dtype=np.float64))
    return np.asarray(missing.mean(axis=-1))


def bootstrap(
    strata: Sequence[ArrayLike],
    statistic: Statistic,
    *,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> Floats:
    """Resample units within each stratum; the statistic of each resample, float64 (resamples,).

    A stratum is an array (units, cells), or (units,) for one cell a unit, with at least one unit.
    Units are drawn with replacement and bring all their cells along, so results of one agent in
    several domains stay together (one stratum, a cell per domain), whereas results of runs that
    have nothing to do with each other, such as those of different tasks, belong in strata of their
    own. The statistic maps (resamples, all cells of all strata) to (resamples,). The same seed
    gives the same result.
    """
    generator = np.random.default_rng(seed)
    drawn = []
    for stratum in strata:
        scores = units_by_cells(stratum)
        chosen = generator.integers(0, len(scores), size=(resamples, len(scores)))
        drawn.append(scores[chosen].reshape(resamples, -1))
    return statistic(np.concatenate(drawn, axis=1))


def percentile_interval(distribution: ArrayLike, level: float = LEVEL) -> Interval:
    """Return the interval that leaves half of ``1 - level`` of a distribution on either side."""
    tail = (1.0 - check_level(level)) / 2.0
    low, high = np.quantile(np.asarray(distribution, dtype=np.float64), (tail, 1.0 - tail))
    return Interval(float(low), float(high), level)


def bootstrap_interval(
    strata: Sequence[ArrayLike],
    statistic: Statistic,
    *,
    level: float = LEVEL,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> Interval | None:
    """Return the percentile interval of a statistic, or None where a stratum has one unit only.

    See ``bootstrap`` for the arguments.
    """
    if any(len(units_by_cells(stratum)) < 2 for stratum in strata):
        return None
    return percentile_interval(
        bootstrap(strata, statistic, resamples=resamples, seed=seed), level=level
    )


def transfer_ratio(
    target: ArrayLike, source: ArrayLike, random_target: ArrayLike, random_source: ArrayLike
) -> Floats:
    """Return how much of its margin over the random policy an agent keeps in a target domain.

    (R_target - R_random,target) / (R_source - R_random,source): 1 where nothing is lost, 0 where
    the agent is as good as random. Arguments are mean returns and broadcast against each other.
    NaN, "undefined", where the agent's margin in the source is under 0.1, because the ratio of
    two small numbers says nothing, and wherever an argument is NaN. The random policy's scores
    count as known; they are means over many episodes.
    """
    margin = np.asarray(source, dtype=np.float64) - np.asarray(random_source, dtype=np.float64)
    kept = np.asarray(target, dtype=np.float64) - np.asarray(random_target, dtype=np.float64)
    return _share(kept, margin)


def gap_closed(agent: ArrayLike, lower: ArrayLike, upper: ArrayLike) -> Floats:
    """Return how much of the gap between two references an agent closes.

    (agent - lower) / (upper - lower): 0 where the agent is as good as the lower reference, 1 where
    it is as good as the upper one, and outside of both where it is worse or better than they are.
    Arguments are mean returns and broadcast against each other. NaN, "undefined", where the upper
    reference is not at least 0.1 above the lower one, and wherever an argument is NaN.
    """
    low = np.asarray(lower, dtype=np.float64)
    gap = np.asarray(upper, dtype=np.float64) - low
    return _share(np.asarray(agent, dtype=np.float64) - low, gap)


def _share(part: Floats, whole: Floats) -> Floats:
    """Return ``part / whole``; NaN where the whole is under the least margin that says anything."""
    part, whole = np.broadcast_arrays(part, whole)
    share = np.full(part.shape, np.nan)
    # A whole of exactly 0.1 counts, also when rounding leaves it a hair below.
    np.divide(part, whole, out=share, where=whole >= MINIMUM_MARGIN - 1e-9)
    return share


def paired_difference(
    first: ArrayLike,
    second: ArrayLike,
    *encoders: Sequence[str],
    levels: Sequence[float] = (0.8, LEVEL),
) -> PairedDifference:
    """Return the mean of ``first - second`` over pairs, with an interval of each level.

    Scores are (pairs,), and entry i of both belongs to the same seed. Encoders are names (pairs,)
    of either side's, see ``darla_agents.comparison.intervals.independent_units``; without them each
    pair is a unit. A ValueError where the lengths differ or there is no pair.
    """
    a, b = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    if a.shape != b.shape or a.ndim != 1 or a.size == 0:
        raise ValueError(
            "a paired difference needs two equally long lists of scores, one entry a pair: "
            f"got shapes {a.shape} and {b.shape}"
        )
    found = sample_mean(a - b, independent_units(*encoders) if encoders else None)
    each = (found.interval(level) for level in levels)
    intervals = tuple(interval for interval in each if interval is not None)
    return PairedDifference(found.value, a.size, found.units, intervals)


def probability_of_improvement(first: ArrayLike, second: ArrayLike) -> float:
    """Return the chance that a run of ``first`` beats one of ``second``; ties count half.

    Scores are (n,) and (m,); runs are compared each with each, without pairing.
    """
    return float(_wins(first, second).mean())


def probability_of_improvement_interval(
    first: ArrayLike,
    second: ArrayLike,
    *,
    level: float = LEVEL,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> Interval | None:
    """Return the interval of ``probability_of_improvement``; None where a side has one run only."""
    wins = _wins(first, second)
    n, m = wins.shape
    if min(n, m) < 2:
        return None
    generator = np.random.default_rng(seed)
    # How often each run was drawn; the mean over drawn pairs is then a product of matrices.
    first_counts = generator.multinomial(n, np.full(n, 1.0 / n), size=resamples)
    second_counts = generator.multinomial(m, np.full(m, 1.0 / m), size=resamples)
    resampled = ((first_counts @ wins) * second_counts).sum(axis=1) / (n * m)
    return percentile_interval(resampled, level)


def _wins(first: ArrayLike, second: ArrayLike) -> Floats:
    """Return (n, m): 1 where first[i] is above second[j], a half for a tie, else 0."""
    a = np.asarray(first, dtype=np.float64)[:, None]
    b = np.asarray(second, dtype=np.float64)[None, :]
    if a.size == 0 or b.size == 0:
        raise ValueError("the probability of improvement needs at least one score on either side")
    return np.asarray((np.sign(a - b) + 1.0) / 2.0)


def units_by_cells(stratum: ArrayLike) -> Floats:
    """Return a stratum's scores as float64 (units, cells); a ValueError for other shapes."""
    scores = np.asarray(stratum, dtype=np.float64)
    if scores.ndim == 1:
        scores = scores[:, None]
    if scores.ndim != 2 or scores.size == 0:
        raise ValueError(
            "a stratum is an array of scores (units,) or (units, cells) with at least one unit: "
            f"got shape {scores.shape}"
        )
    return scores
