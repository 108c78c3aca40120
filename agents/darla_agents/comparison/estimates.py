"""A statistic over seeds with its interval, how intervals are made, and how tables show them."""

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


def format_estimate(estimate: Estimate, without: str = "one seed") -> str:
    """Return ``0.89 [0.88, 0.90]``; the brackets hold ``without`` where there is no interval."""
    if not estimate.seeds:
        return "undefined"
    return f"{estimate.value:.2f}" + (format_interval(estimate.interval) or f" [{without}]")


def format_interval(interval: Interval | None) -> str:
    """Return `` [0.88, 0.90]`` with a space before it; nothing without an interval."""
    return "" if interval is None else f" [{interval.low:.2f}, {interval.high:.2f}]"
