"""A statistic over seeds with its interval, how intervals are made, and how tables show them."""

from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import ArrayLike

from darla_agents.comparison.statistics import RESAMPLES, Interval, Statistic, bootstrap_interval


@dataclass(frozen=True)
class Sampling:
    """How intervals are made: how often to resample, and the seed of the draws."""

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


def estimate(
    per_seed: ArrayLike, statistic: Statistic, sampling: Sampling | None = None
) -> Estimate:
    """Estimate over the seeds, the first axis, that have a score in every cell.

    Scores are (seeds,) or (seeds, cells); seeds are resampled, and bring their cells along.
    """
    scores = np.asarray(per_seed, dtype=np.float64)
    scores = scores[:, None] if scores.ndim == 1 else scores
    scores = scores[~np.isnan(scores).any(axis=1)]
    if not len(scores):
        return Estimate(float("nan"), None, 0)
    interval = bootstrap_interval([scores], statistic, **asdict(sampling or Sampling()))
    return Estimate(float(statistic(scores.ravel())), interval, len(scores))


def format_estimate(found: Estimate, without: str = "one seed") -> str:
    """Return ``0.89 [0.88, 0.90]``; the brackets hold ``without`` where there is no interval."""
    if not found.seeds:
        return "undefined"
    return f"{found.value:.2f}" + (format_interval(found.interval) or f" [{without}]")


def format_interval(interval: Interval | None) -> str:
    """Return `` [0.88, 0.90]`` with a space before it; nothing without an interval."""
    return "" if interval is None else f" [{interval.low:.2f}, {interval.high:.2f}]"
