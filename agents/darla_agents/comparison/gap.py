"""How much of the gap between pixels in the source and agents trained in a target is closed.

A transfer ratio compares an agent with itself in its source. A target may be harder than that, or
easier; only agents that learned there say what one can reach. Between them and what pixels make of
the target without any of this lies the gap.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np

from darla_agents.agent.kinds import BASELINE
from darla_agents.comparison.estimates import Estimate, Sampling
from darla_agents.comparison.scores import Group, TaskScores
from darla_agents.comparison.statistics import (
    Floats,
    Interval,
    bootstrap,
    gap_closed,
    percentile_interval,
)

_LEVEL = 0.95


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
    means over seeds of the three; its value is NaN where the gap is under 0.1. Intervals are
    over the seeds of all three, which are resampled apart from each other; None where one of
    them has a single seed, or where the gap is under 0.1 in so many resamples that the ends of
    the interval could lie there."""
    together: Estimate | None
    """The share between the means over all these targets, so that a target counts by the width of
    its gap, and one without a gap does no harm; None where there is one target."""


def close_gaps(
    scores: TaskScores, sampling: Sampling, over: Sequence[str] | None = None
) -> list[GapClosed]:
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
            found.append(_close(group, lower, upper, sampling))
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


def _close(group: Group, lower: Group, upper: dict[str, Group], sampling: Sampling) -> GapClosed:
    """Return the shares that a group closes, in each target and together."""
    domains = {
        domain: _estimate(group, lower, {domain: reference}, sampling)
        for domain, reference in upper.items()
    }
    return GapClosed(
        group.label,
        lower.label,
        {domain: reference.label for domain, reference in upper.items()},
        domains,
        _estimate(group, lower, upper, sampling) if len(upper) > 1 else None,
    )


def _estimate(group: Group, lower: Group, upper: dict[str, Group], sampling: Sampling) -> Estimate:
    """Estimate the share over some targets; an agent's results in several of them stay together."""
    agents, low = group.complete_returns([*upper]), lower.complete_returns([*upper])
    high = [reference.complete_returns([domain]) for domain, reference in upper.items()]
    strata = [agents, low, *high]
    if not all(len(stratum) for stratum in strata):
        return Estimate(float("nan"), None, len(agents))
    ends = np.cumsum([stratum.size for stratum in strata])[:-1]

    def share(drawn: Floats) -> Floats:
        """Map the returns of all strata side by side, (resamples, cells), to (resamples,)."""
        first, second, *references = (part.mean(axis=1) for part in np.split(drawn, ends, axis=1))
        return gap_closed(first, second, np.mean(references, axis=0))

    value = float(share(np.concatenate([stratum.ravel() for stratum in strata])[None])[0])
    interval = None
    if np.isfinite(value) and min(len(stratum) for stratum in strata) > 1:
        interval = _interval(bootstrap(strata, share, **asdict(sampling)))
    return Estimate(value, interval, len(agents))


def _interval(shares: Floats) -> Interval | None:
    """Return the interval of those that are defined, if the others cannot reach its ends."""
    defined = shares[np.isfinite(shares)]
    if len(shares) - len(defined) > (1.0 - _LEVEL) / 2.0 * len(shares):
        return None
    return percentile_interval(defined, _LEVEL)
