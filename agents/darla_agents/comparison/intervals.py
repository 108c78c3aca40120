"""Intervals of means over few agents: Student's t, over encoders where a group has several.

Agents that share an encoder share its faults and say less about another encoder than agents with
one of their own. So the independent units are a group's encoders where it has several; where it
has one, or none, they are its agents, and the interval speaks of other agents alone. The mean
itself is over agents either way. Its variance is the cluster-robust one of Bell & McCaffrey (2002),
"Bias reduction in standard errors for linear regression with multi-stage samples", and the degrees
of freedom of Student's t are Satterthwaite's as they give them (Imbens & Kolesar 2016, equation
11). With one agent a unit, or as many agents in each, that is Student's t over units, exactly.

How often such intervals hold the true mean is told, as measured, in agents/README.md. They are not
cut off at the ends of what is possible.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.stats import t as student

Floats = NDArray[np.float64]

LEVEL = 0.95
"""Of intervals in tables and plots."""


@dataclass(frozen=True)
class Interval:
    """An interval that is to hold the true value in a share ``level`` of all studies."""

    low: float
    high: float
    level: float


@dataclass(frozen=True)
class SampleMean:
    """A mean over agents, and how sure it is."""

    value: float
    variance: float
    """Of the mean, estimated; NaN for one unit."""
    freedom: float
    """Degrees of freedom of that estimate, 1 or more and below ``units``; 0 for one unit."""
    units: int
    """Independent ones: encoders or agents."""

    def interval(self, level: float = LEVEL) -> Interval | None:
        """Return Student's t interval; None for one unit."""
        if self.units < 2:
            return None
        reach = _quantile(level, self.freedom) * self.variance**0.5
        return Interval(self.value - reach, self.value + reach, check_level(level))


def independent_units(*encoders: Sequence[str]) -> NDArray[np.int64]:
    """Return the number of the independent unit that each agent belongs to, int64 (agents,).

    Encoders are names (agents,), empty for none. Agents on one encoder are of one unit, unless it
    is the only one. Of pairs of agents there are two such lists, and pairs are of one unit that
    share an encoder on either side, be it by way of others.
    """
    links = []
    for side in encoders:
        if len({*side} - {""}) > 1:
            first = {name: place for place, name in reversed([*enumerate(side)])}
            links += [(first[name], place) for place, name in enumerate(side) if name]
    count = len(encoders[0])
    rows, columns = np.array(links, dtype=np.int64).reshape(-1, 2).T
    graph = coo_array((np.ones(len(links)), (rows, columns)), shape=(count, count))
    return np.asarray(connected_components(graph, directed=False)[1], dtype=np.int64)


def sample_mean(scores: ArrayLike, units: ArrayLike | None = None) -> SampleMean:
    """Return the mean over agents, scores (agents,), with its variance.

    Units are those of :func:`independent_units`; each agent is one when they are not given. A
    ValueError where there is no score, or lengths differ.
    """
    values = np.asarray(scores, dtype=np.float64)
    number = np.arange(values.size) if units is None else np.asarray(units)
    if values.ndim != 1 or values.size == 0 or number.shape != values.shape:
        raise ValueError(
            "a mean over agents takes a list of scores, and a unit for each: got shapes "
            f"{values.shape} and {number.shape}"
        )
    _, number, sizes = np.unique(number, return_inverse=True, return_counts=True)
    value, count = float(values.mean()), len(sizes)
    if count < 2:
        return SampleMean(value, float("nan"), 0.0, 1)
    share = sizes / values.size
    away = np.bincount(number, values) / sizes - value
    weights = share**2 / (1.0 - share)
    return SampleMean(value, float(weights @ away**2), _freedom(share, weights), count)


def mean_interval(
    scores: ArrayLike, *encoders: Sequence[str], level: float = LEVEL
) -> Interval | None:
    """Return the interval of the mean over agents, (agents,); None for one independent unit.

    Encoders are those of :func:`independent_units`; without them each agent is a unit.
    """
    units = independent_units(*encoders) if encoders else None
    return sample_mean(scores, units).interval(level)


def share_interval(
    agents: SampleMean, lower: SampleMean, upper: Sequence[SampleMean], level: float = LEVEL
) -> Interval | None:
    """Return the interval of (agents - lower) / (upper - lower), of three independent means.

    The last is the mean over ``upper``, independent too. It is Fieller's (1954): the shares s for
    which agents - lower - s (upper - lower) is not apart from 0 by Student's t, with degrees of
    freedom of Satterthwaite's at the share that was found. None where upper and lower are not apart
    themselves, so that any share is possible, and where a mean is of one unit.
    """
    if any(each.units < 2 for each in (agents, lower, *upper)):
        return None
    part = agents.value - lower.value
    whole = float(np.mean([each.value for each in upper])) - lower.value
    if whole == 0.0:
        return None
    above = [each.variance / len(upper) ** 2 for each in upper]
    share = part / whole
    terms = [agents.variance, (1 - share) ** 2 * lower.variance, *(share**2 * v for v in above)]
    freedom = _combined_freedom(terms, [each.freedom for each in (agents, lower, *upper)])
    square = _quantile(level, freedom) ** 2
    # (part - s whole)^2 <= square (Var(agents) + (1 - s)^2 Var(lower) + s^2 Var(upper))
    a = whole**2 - square * (lower.variance + sum(above))
    b = part * whole - square * lower.variance
    c = part**2 - square * (agents.variance + lower.variance)
    if a <= 0.0:
        return None
    reach = max(b**2 - a * c, 0.0) ** 0.5
    return Interval((b - reach) / a, (b + reach) / a, level)


def check_level(level: float) -> float:
    """Return the level of an interval; a ValueError where it is no share."""
    if not 0.0 < level < 1.0:
        raise ValueError(
            f"the level of an interval lies between 0 and 1, for example 0.95: {level}"
        )
    return level


def _freedom(share: Floats, weights: Floats) -> float:
    """Return Satterthwaite's degrees of freedom of a variance, were all agents independent."""
    count = len(share)
    apart = np.eye(count) - share  # row k: the mean of unit k less that of all agents
    form = apart.T @ (weights[:, None] * apart) / share  # variances of units' means are 1 / size
    return float(np.trace(form) ** 2 / np.trace(form @ form))


def _combined_freedom(variances: Sequence[float], freedoms: Sequence[float]) -> float:
    """Return Satterthwaite's degrees of freedom of a sum of independent variances."""
    total = sum(variances)
    if total == 0.0:
        return min(freedoms)
    return float(total**2 / sum(v**2 / f for v, f in zip(variances, freedoms, strict=True)))


def _quantile(level: float, freedom: float) -> float:
    """Return how many standard errors an interval reaches to either side."""
    return float(student.ppf((1.0 + check_level(level)) / 2.0, freedom))
