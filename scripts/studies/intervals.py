"""How sure a score is: the same evaluation with several seeds."""

from collections.abc import Callable, Mapping, Sequence
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


def over_seeds(
    metric: Callable[[np.random.Generator], Mapping[str, float]],
    seeds: Sequence[int],
    confidence: float = 0.95,
) -> dict[str, Interval]:
    """Evaluate with each seed, and give an interval for the mean of each score.

    It is Student's t interval: mean +- t std / sqrt(seeds), which is right for few seeds and scores
    that are about normal, and is not cut off at 0 or 1. It covers what the metric draws: frames,
    splits, trees. Subsamples of the same frames overlap, so that their interval is a little too
    narrow; how much another training run would differ, it does not say at all.

    Example:
        over_seeds(lambda rng: dci(samples.subsample(5000, rng), rng).scores, range(5))

    Args:
        metric: returns scores by name, given a generator for everything that it draws.
        seeds: one evaluation each.
        confidence: how often such intervals hold the true mean, between 0 and 1.

    Raises:
        ValueError: there are fewer than two seeds, a seed is given twice, or the confidence is not
            between 0 and 1.
    """
    if len(seeds) < 2:
        raise ValueError(f"an interval takes two seeds or more, and got {len(seeds)}")
    if len(set(seeds)) < len(seeds):
        raise ValueError(f"seeds {list(seeds)} repeat one; give different seeds")
    if not 0 < confidence < 1:
        raise ValueError(f"confidence is {confidence:g}; expected a number between 0 and 1")
    evaluations = [metric(np.random.default_rng(seed)) for seed in seeds]
    return {
        name: interval_of([float(scores[name]) for scores in evaluations], confidence)
        for name in evaluations[0]
    }


def interval_of(values: Sequence[float], confidence: float = 0.95) -> Interval:
    """Return the mean of two values or more, with its Student's t interval."""
    mean, std = float(np.mean(values)), float(np.std(values, ddof=1))
    quantile = float(t.ppf((1 + confidence) / 2, len(values) - 1))
    reach = quantile * std / len(values) ** 0.5
    return Interval(mean, std, mean - reach, mean + reach, tuple(values))
