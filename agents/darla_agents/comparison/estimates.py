"""A statistic over seeds with its interval, and how intervals are made."""

from dataclasses import dataclass

from darla_agents.comparison.statistics import RESAMPLES, Interval


@dataclass(frozen=True)
class Sampling:
    """How intervals are made: how often to resample, and the seed of the draws."""

    resamples: int = RESAMPLES
    seed: int = 0


@dataclass(frozen=True)
class Estimate:
    """A statistic over seeds.

    Attributes:
        value: the statistic; NaN where no seed has a score.
        interval: its 95% interval; None where fewer than two seeds have a score.
        seeds: how many seeds have a score.
    """

    value: float
    interval: Interval | None
    seeds: int
