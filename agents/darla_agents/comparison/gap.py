"""How much of the gap between pixels in the source and agents trained in a target is closed.

A transfer ratio compares an agent with itself in its source. A target may be harder than that, or
easier; only agents that learned there say what one can reach. Between them and what pixels make of
the target without any of this lies the gap.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from darla_agents.agent.kinds import BASELINE
from darla_agents.comparison.estimates import Estimate
from darla_agents.comparison.intervals import (
    SampleMean,
    independent_units,
    sample_mean,
    share_interval,
)
from darla_agents.comparison.scores import Group, TaskScores
from darla_agents.comparison.statistics import gap_closed


@dataclass(frozen=True)
class GapClosed:
    """What share of the gap a group of this label closes."""

    agents: str
    lower: str
    """Label of the pixels that were trained in the source."""
    upper: dict[str, str]
    """For each target the label of the agents that were trained there."""
    domains: dict[str, Estimate]
    """For each target the share (``darla_agents.comparison.statistics.gap_closed``) between the
    means over seeds of the three; its value is NaN where the gap is under 0.1. The interval is
    Fieller's, of the means of three groups that are independent
    (``darla_agents.comparison.intervals.share_interval``); None where one of them has a single
    seed, or where the two references are not apart."""
    together: Estimate | None
    """The share between the means over all these targets, so that a target counts by the width of
    its gap, and one without a gap does no harm; None where there is one target."""


def close_gaps(scores: TaskScores, over: Sequence[str] | None = None) -> list[GapClosed]:
    """Return the shares of every group but the references; empty without agents of targets.

    Targets are those in ``over``, and all when not given.

    The lower reference shares a group's source (of groups trained in D_U: the task's), and its
    algorithm and steps if there are several; the upper ones are pixels if there are any, and share
    the lower one's algorithm and steps if there are several.
    """
    targets = scores.targets if over is None else over
    found = []
    for group in scores.groups:
        lower = _lower(scores, group)
        if lower is None or group is lower or scores.trained_in_target(group):
            continue
        upper = {
            domain: reference
            for domain in targets
            if domain in group.returns
            and domain in lower.returns
            and (reference := _upper(scores, lower, domain)) is not None
        }
        if upper:
            found.append(_close(scores, group, lower, upper))
    return found


def _lower(scores: TaskScores, group: Group) -> Group | None:
    """Return the pixels trained in a group's source; None where that is ambiguous."""
    sources = [group.source] if group.source in scores.sources else scores.sources
    candidates = [
        other for other in scores.groups if other.kind == BASELINE and other.source in sources
    ]
    return _nearest(candidates, group)


def _upper(scores: TaskScores, lower: Group, domain: str) -> Group | None:
    """Return the agents that were trained in a target; None where that is ambiguous."""
    candidates = [
        group for group in scores.groups if group.source == domain and domain in group.returns
    ]
    same_kind = [group for group in candidates if group.kind == lower.kind]
    return _nearest(same_kind or candidates, lower)


def _nearest(candidates: Sequence[Group], group: Group) -> Group | None:
    """Return the one with a group's settings, or the only one; None where that is ambiguous."""
    alike = [each for each in candidates if group.shares_settings(each, but=("encoder", "source"))]
    chosen = alike or candidates
    return chosen[0] if len(chosen) == 1 else None


def _close(scores: TaskScores, group: Group, lower: Group, upper: dict[str, Group]) -> GapClosed:
    """Return the shares that a group closes, in each target and together."""
    domains = {
        domain: _estimate(scores, group, lower, {domain: reference})
        for domain, reference in upper.items()
    }
    return GapClosed(
        group.label,
        lower.label,
        {domain: reference.label for domain, reference in upper.items()},
        domains,
        _estimate(scores, group, lower, upper) if len(upper) > 1 else None,
    )


def _estimate(scores: TaskScores, group: Group, lower: Group, upper: dict[str, Group]) -> Estimate:
    """Estimate the share over some targets; an agent's results in several of them are averaged."""
    agents = _mean(scores, group, [*upper])
    low = _mean(scores, lower, [*upper])
    high = [_mean(scores, reference, [domain]) for domain, reference in upper.items()]
    seeds = int(np.isfinite(scores.mean_returns(group, [*upper])).sum())
    if agents is None or low is None or any(each is None for each in high):
        return Estimate(float("nan"), None, seeds)
    above = [each for each in high if each is not None]
    top = np.mean([each.value for each in above])
    value = float(gap_closed(agents.value, low.value, top))
    interval = share_interval(agents, low, above) if np.isfinite(value) else None
    return Estimate(value, interval, seeds)


def _mean(scores: TaskScores, group: Group, domains: Sequence[str]) -> SampleMean | None:
    """Return a group's mean over the seeds that were evaluated in all domains; None without any."""
    returns = scores.mean_returns(group, domains)
    known = np.flatnonzero(np.isfinite(returns))
    if not known.size:
        return None
    units = independent_units([group.encoders[place] for place in known])
    return sample_mean(returns[known], units)
