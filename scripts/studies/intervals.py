"""How sure a score is that was found with several seeds."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import t


@dataclass(frozen=True)
class Interval:
    """A score over several seeds.

    Attributes:
        mean: mean over seeds.
        std: standard deviation over seeds, with one degree of freedom taken off.
        low: lower end of the interval for the mean.
        high: upper end of it.
        values: the score of each seed, in order.
    """

    mean: float
    std: float
    low: float
    high: float
    values: tuple[float, ...]


def interval_of(values: Sequence[float], confidence: float = 0.95) -> Interval:
    """Return the mean of scores, one a seed, with its interval.

    It is Student's t interval: mean +- t std / sqrt(seeds), which is right for few seeds and scores
    that are about normal, and is not cut off at 0 or 1.

    Args:
        values: two or more.
        confidence: how often such intervals hold the true mean, between 0 and 1.
    """
    mean, std = float(np.mean(values)), float(np.std(values, ddof=1))
    quantile = float(t.ppf((1 + confidence) / 2, len(values) - 1))
    reach = quantile * std / len(values) ** 0.5
    return Interval(mean, std, mean - reach, mean + reach, tuple(values))
