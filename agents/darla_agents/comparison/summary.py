"""From scores to what is reported: means with intervals, transfer ratios, paired comparisons."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np

from darla_agents.comparison.estimates import (
    Estimate,
    Sampling,
    estimate_interquartile_mean,
    estimate_mean,
)
from darla_agents.comparison.gap import GapClosed
from darla_agents.comparison.intervals import Floats, Interval
from darla_agents.comparison.normalised import normalised
from darla_agents.comparison.profiles import Band, performance_profile, performance_profile_band
from darla_agents.comparison.scores import Group, TaskScores
from darla_agents.comparison.statistics import (
    PairedDifference,
    optimality_gap,
    paired_difference,
    probability_of_improvement,
    probability_of_improvement_interval,
)
from darla_envs.description.usual_domains import UNSUPERVISED

THRESHOLDS = np.linspace(-1.0, 2.0, 301)
"""Transfer ratios at which performance profiles are given."""

ALL_TARGETS = "all targets"
"""How tables and plots call all targets together, as if they were a domain."""

RATIO, RETURN = "transfer ratio", "return"
"""What a comparison may be of."""


@dataclass(frozen=True)
class DomainSummary:
    """How a group does in one domain, or over all targets together; means are of returns."""

    mean: Estimate
    interquartile_mean: Estimate
    optimality_gap: Estimate
    """Mean shortfall of normalised scores (``darla_agents.comparison.normalised``)."""
    success: float
    """Share of episodes that ended in success; NaN where the task does not say."""
    ratio: Estimate
    """Mean transfer ratio over the seeds for which it is defined."""
    random: float
    """The random policy's mean return."""
    returns: Floats
    """float64 array (seeds,), mean return of each seed; NaN where not evaluated."""
    ratios: Floats
    """float64 array (seeds,), transfer ratio of each seed; NaN where undefined."""
    episodes: np.ndarray
    """int array (seeds,), episodes of each seed."""


@dataclass(frozen=True)
class Profile:
    """The performance profile of a group over its transfer ratios to all targets."""

    share: Floats
    """float64 array (thresholds,), the share of seeds and targets whose ratio lies above each of
    THRESHOLDS."""
    band: Band | None
    """Its pointwise 95% intervals over seeds; None for one seed."""
    seeds: int
    """How many seeds have a ratio to every target; the others are left out."""


@dataclass(frozen=True)
class GroupSummary:
    """How a group does in every domain that it was evaluated in."""

    group: Group
    domains: dict[str, DomainSummary]
    """By name, in the order of tables."""
    targets: DomainSummary | None
    """Over all targets together; None where there are fewer than two, where no seed was evaluated
    in all of them, or where the group learned in one of them."""
    profile: Profile | None
    """Over all targets; None where there is none, where no seed has a ratio to each of them, or
    where the group learned in one of them."""

    def over(self, domain: str) -> DomainSummary | None:
        """Return what was found in a domain, or over ALL_TARGETS; None where nothing was."""
        return self.targets if domain == ALL_TARGETS else self.domains.get(domain)


@dataclass(frozen=True)
class Comparison:
    """Two groups, by their labels, paired by seed, by their mean score over some domains."""

    first: str
    second: str
    measure: str
    """What the scores are: RATIO, or RETURN for groups of different sources, whose ratios have
    different denominators."""
    domains: tuple[str, ...]
    """The domains that scores are averaged over."""
    seeds: tuple[int, ...]
    """For which both scores are defined."""
    left_out: tuple[int, ...]
    """Seeds of either group without a partner, or without a defined score."""
    first_scores: Floats
    """float64 array (seeds,), mean score over the domains."""
    second_scores: Floats
    difference: PairedDifference | None
    """First minus second; None where no pair is left."""
    probability: float
    """The chance that an agent of the first group beats one of the second; NaN without pairs."""
    probability_interval: Interval | None
    """Its 95% interval; None with fewer than two pairs."""


@dataclass(frozen=True)
class TaskSummary:
    """All that was found in one task.

    ``gaps`` is what groups close of the gap to agents that were trained in the targets; empty
    without such agents.
    """

    scores: TaskScores
    groups: tuple[GroupSummary, ...]
    gaps: tuple[GapClosed, ...]
    comparisons: tuple[Comparison, ...]


def summarise_group(
    scores: TaskScores, group: Group, sampling: Sampling, gamma: float = 1.0
) -> GroupSummary:
    """Summarise a group in every domain, and over the targets together.

    Gamma is the normalised score that the optimality gap is measured from.
    """
    here = [domain for domain in scores.domains if domain in group.returns]
    domains = {domain: _summarise(scores, group, [domain], sampling, gamma) for domain in here}
    # Agents trained in one target have fewer of them: over those they would not compare.
    complete = set(scores.targets) <= {*here} and not scores.trained_in_target(group)
    together = profile = None
    if complete and len(scores.targets) > 1:
        found = _summarise(scores, group, scores.targets, sampling, gamma)
        together = found if found.mean.seeds else None
    if complete and scores.targets:
        profile = _profile(scores, group, sampling)
    return GroupSummary(group, domains, together, profile)


def _profile(scores: TaskScores, group: Group, sampling: Sampling) -> Profile | None:
    """Return a group's profile over all targets; None where no seed has all ratios."""
    ratios = np.stack([scores.ratios(group, domain) for domain in scores.targets], axis=1)
    ratios = ratios[np.isfinite(ratios).all(axis=1)]
    if not len(ratios):
        return None
    band = performance_profile_band([ratios], THRESHOLDS, **asdict(sampling))
    return Profile(performance_profile(ratios, THRESHOLDS), band, len(ratios))


def _summarise(
    scores: TaskScores, group: Group, domains: Sequence[str], sampling: Sampling, gamma: float
) -> DomainSummary:
    """Summarise over domains; the results of one agent in several of them stay together."""
    returns = np.stack([group.returns[domain] for domain in domains], axis=1)
    ratios = scores.mean_ratios(group, domains)
    successes = np.stack([group.successes[domain] for domain in domains], axis=1)
    missing = optimality_gap(normalised(scores, group, domains), gamma)
    known = successes[~np.isnan(successes).any(axis=1)]
    return DomainSummary(
        mean=estimate_mean(returns, group.encoders),
        interquartile_mean=estimate_interquartile_mean(returns, sampling),
        optimality_gap=estimate_mean(missing, group.encoders),
        success=float(known.mean()) if known.size else float("nan"),
        ratio=estimate_mean(ratios, group.encoders),
        random=float(np.mean([scores.random[domain].mean_return for domain in domains])),
        returns=returns.mean(axis=1),
        ratios=ratios,
        episodes=np.min([group.episodes[domain] for domain in domains], axis=0),
    )


def compare_kinds(
    scores: TaskScores, first: str, second: str, over: Sequence[str], sampling: Sampling
) -> list[Comparison]:
    """Compare every group of one kind with the groups of another that match it, pair by pair.

    Groups match when they share algorithm, source and steps; their encoders may differ, because a
    kind may have none. Such groups are compared by their transfer ratios. A group that learned in
    D_U is also compared with those of the same algorithm that learned in a source, by returns.
    Groups that learned in a target are left out. Scores are averaged over those of the domains that
    the task has.
    """
    domains = tuple(domain for domain in over if domain in scores.domains)
    if not domains:
        return []
    groups = [group for group in scores.groups if not scores.trained_in_target(group)]
    pairs = [
        (one, other)
        for one in groups
        for other in groups
        if (one.kind, other.kind) == (first, second)
    ]
    return [
        _compare(scores, one, other, measure, domains, sampling)
        for one, other in pairs
        if (measure := _measure(scores, one, other)) is not None
    ]


def _measure(scores: TaskScores, one: Group, other: Group) -> str | None:
    """Return what two groups are compared by, None if they do not match."""
    if one.shares_settings(other, but=("encoder",)):
        return RATIO
    places = {group.source for group in (one, other)}
    alike = one.shares_settings(other, but=("encoder", "source", "total_timesteps"))
    randomised = UNSUPERVISED in places and places & {*scores.sources}
    return RETURN if alike and randomised else None


def _compare(
    scores: TaskScores,
    first: Group,
    second: Group,
    measure: str,
    domains: tuple[str, ...],
    sampling: Sampling,
) -> Comparison:
    """Compare two groups by their mean score over domains, paired by seed."""
    average = scores.mean_ratios if measure == RATIO else scores.mean_returns
    tables = [
        dict(zip(group.seeds, average(group, domains), strict=True)) for group in (first, second)
    ]
    every_seed = sorted({*first.seeds, *second.seeds})
    seeds = tuple(
        seed for seed in every_seed if all(np.isfinite(table.get(seed, np.nan)) for table in tables)
    )
    a, b = (np.array([table[seed] for seed in seeds]) for table in tables)
    encoders = [[group.encoders[group.seeds.index(s)] for s in seeds] for group in (first, second)]
    how = asdict(sampling)
    return Comparison(
        first=first.label,
        second=second.label,
        measure=measure,
        domains=domains,
        seeds=seeds,
        left_out=tuple(seed for seed in every_seed if seed not in seeds),
        first_scores=a,
        second_scores=b,
        difference=paired_difference(a, b, *encoders) if seeds else None,
        probability=probability_of_improvement(a, b) if seeds else float("nan"),
        probability_interval=probability_of_improvement_interval(a, b, **how) if seeds else None,
    )
