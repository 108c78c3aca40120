"""A statistic over seeds with its interval, how intervals are made, and how tables show them."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import ArrayLike

from darla_agents.comparison.intervals import Floats, Interval, mean_interval
from darla_agents.comparison.statistics import RESAMPLES, bootstrap_interval, interquartile_mean


@dataclass(frozen=True)
class Sampling:
    """How bootstrap intervals are made: how often to resample, and the seed of the draws."""

    resamples: int = RESAMPLES
    seed: int = 0


@dataclass(frozen=True)
class Estimate:
    """A statistic over seeds."""

    value: float
    """The statistic; NaN where no seed has a score."""
    interval: Interval | None
    """Its 95% interval; None where fewer than two seeds have a score."""
    seeds: int
    """How many seeds have a score."""


def estimate_mean(per_seed: ArrayLike, encoders: Sequence[str]) -> Estimate:
    """Estimate the mean over the seeds, the first axis, that have a score in every cell.

    Scores are (seeds,) or (seeds, cells), and encoders names (seeds,), empty for none: see
    ``darla_agents.comparison.intervals``, which makes the interval.
    """
    scores, known = _complete(per_seed)
    if not len(scores):
        return Estimate(float("nan"), None, 0)
    means = scores.mean(axis=1)
    theirs = [encoders[place] for place in known]
    return Estimate(float(means.mean()), mean_interval(means, theirs), len(means))


def estimate_interquartile_mean(per_seed: ArrayLike, sampling: Sampling | None = None) -> Estimate:
    """Estimate the interquartile mean of all cells of the seeds that have a score in each.

    Scores are those of :func:`estimate_mean`. The interval is the bootstrap's, in which seeds bring
    their cells along.
    """
    scores, _ = _complete(per_seed)
    if not len(scores):
        return Estimate(float("nan"), None, 0)
    how = asdict(sampling or Sampling())
    interval = bootstrap_interval([scores], interquartile_mean, **how)
    return Estimate(float(interquartile_mean(scores.ravel())), interval, len(scores))


def format_estimate(found: Estimate, without: str = "one seed") -> str:
    """Return ``0.89 [0.88, 0.90]``; the brackets hold ``without`` where there is no interval."""
    if not found.seeds:
        return "undefined"
    return f"{found.value:.2f}" + (format_interval(found.interval) or f" [{without}]")


def format_interval(interval: Interval | None) -> str:
    """Return `` [0.88, 0.90]`` with a space before it; nothing without an interval."""
    return "" if interval is None else f" [{interval.low:.2f}, {interval.high:.2f}]"


def _complete(per_seed: ArrayLike) -> tuple[Floats, np.ndarray]:
    """Return the scores (seeds, cells) of the seeds that have all, and which these are."""
    scores = np.asarray(per_seed, dtype=np.float64)
    scores = scores[:, None] if scores.ndim == 1 else scores
    known = np.flatnonzero(~np.isnan(scores).any(axis=1))
    return scores[known], known
