"""Estimates and their intervals as tables show them."""

from darla_agents.comparison.estimates import Estimate
from darla_agents.comparison.statistics import Interval


def format_estimate(estimate: Estimate, without: str = "one seed") -> str:
    """Return ``0.89 [0.88, 0.90]``.

    Args:
        estimate: over seeds.
        without: what the brackets say where there is no interval.
    """
    if not estimate.seeds:
        return "undefined"
    return f"{estimate.value:.2f}" + (format_interval(estimate.interval) or f" [{without}]")


def format_interval(interval: Interval | None) -> str:
    """Return `` [0.88, 0.90]`` with a space before it; nothing without an interval."""
    return "" if interval is None else f" [{interval.low:.2f}, {interval.high:.2f}]"
