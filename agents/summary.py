"""From scores to what is reported: means with intervals, transfer ratios, paired comparisons."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from agents.scores import Group, TaskScores
from agents.statistics import (
    RESAMPLES,
    Floats,
    Interval,
    PairedDifference,
    Statistic,
    bootstrap_interval,
    interquartile_mean,
    mean,
    paired_difference,
    probability_of_improvement,
    probability_of_improvement_interval,
)


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


@dataclass(frozen=True)
class DomainSummary:
    """How a group does in one domain, or over all targets together.

    Attributes:
        mean: mean return.
        interquartile_mean: of the returns.
        success: share of episodes that ended in success; NaN where the task does not say.
        ratio: mean transfer ratio over the seeds for which it is defined.
        random: the random policy's mean return.
        returns: float64 array (seeds,), mean return of each seed; NaN where not evaluated.
        ratios: float64 array (seeds,), transfer ratio of each seed; NaN where undefined.
        episodes: int array (seeds,), episodes of each seed.
    """

    mean: Estimate
    interquartile_mean: Estimate
    success: float
    ratio: Estimate
    random: float
    returns: Floats
    ratios: Floats
    episodes: np.ndarray


@dataclass(frozen=True)
class GroupSummary:
    """How a group does in every domain that it was evaluated in.

    Attributes:
        group: the agents.
        domains: by name, in the order of tables.
        targets: over all targets together; None where there are fewer than two, or where no seed
            was evaluated in all of them.
    """

    group: Group
    domains: dict[str, DomainSummary]
    targets: DomainSummary | None


@dataclass(frozen=True)
class Comparison:
    """Two groups, paired by seed, by their mean transfer ratio over some domains.

    Attributes:
        first: label of one group.
        second: label of the other.
        domains: that ratios are averaged over.
        seeds: for which both ratios are defined.
        left_out: seeds of either group without a partner, or without a defined ratio.
        first_ratios: float64 array (seeds,), mean ratio over the domains.
        second_ratios: the same of the other group.
        difference: first minus second; None where no pair is left.
        probability: that an agent of the first group beats one of the second; NaN without pairs.
        probability_interval: its 95% interval; None with fewer than two pairs.
    """

    first: str
    second: str
    domains: tuple[str, ...]
    seeds: tuple[int, ...]
    left_out: tuple[int, ...]
    first_ratios: Floats
    second_ratios: Floats
    difference: PairedDifference | None
    probability: float
    probability_interval: Interval | None


@dataclass(frozen=True)
class TaskSummary:
    """All that was found in one task: the scores, a summary of each group, the comparisons."""

    scores: TaskScores
    groups: tuple[GroupSummary, ...]
    comparisons: tuple[Comparison, ...]


def summarise_group(scores: TaskScores, group: Group, sampling: Sampling) -> GroupSummary:
    """Summarise a group in every domain, and over the targets together."""
    here = [domain for domain in scores.domains if domain in group.returns]
    domains = {domain: _summarise(scores, group, [domain], sampling) for domain in here}
    targets = [domain for domain in scores.targets if domain != group.source]
    complete = len(targets) > 1 and all(domain in here for domain in targets)
    together = _summarise(scores, group, targets, sampling) if complete else None
    if together is not None and together.mean.seeds == 0:
        together = None
    return GroupSummary(group, domains, together)


def _summarise(
    scores: TaskScores, group: Group, domains: Sequence[str], sampling: Sampling
) -> DomainSummary:
    """Summarise over domains; the results of one agent in several of them stay together."""
    returns = np.stack([group.returns[domain] for domain in domains], axis=1)
    ratios = scores.mean_ratios(group, domains)
    successes = np.stack([group.successes[domain] for domain in domains], axis=1)
    known = successes[~np.isnan(successes).any(axis=1)]
    return DomainSummary(
        mean=_estimate(returns, mean, sampling),
        interquartile_mean=_estimate(returns, interquartile_mean, sampling),
        success=float(known.mean()) if known.size else float("nan"),
        ratio=_estimate(ratios, mean, sampling),
        random=float(np.mean([scores.random[domain].mean_return for domain in domains])),
        returns=returns.mean(axis=1),
        ratios=ratios,
        episodes=np.min([group.episodes[domain] for domain in domains], axis=0),
    )


def _estimate(per_seed: ArrayLike, statistic: Statistic, sampling: Sampling) -> Estimate:
    """Estimate over the seeds, the first axis, that have a score in every cell."""
    scores = np.asarray(per_seed, dtype=np.float64)
    scores = scores.reshape(len(scores), -1)
    scores = scores[~np.isnan(scores).any(axis=1)]
    if not len(scores):
        return Estimate(float("nan"), None, 0)
    interval = bootstrap_interval(
        [scores], statistic, resamples=sampling.resamples, seed=sampling.seed
    )
    return Estimate(float(statistic(scores.ravel())), interval, len(scores))


def compare_kinds(
    scores: TaskScores, first: str, second: str, over: Sequence[str], sampling: Sampling
) -> list[Comparison]:
    """Compare every group of one kind with the groups of another that match it.

    Groups match when they share algorithm, source and steps; their encoders may differ, because
    a kind may have none.

    Args:
        scores: of one task.
        first: a kind.
        second: the kind that it is compared with.
        over: domains to average transfer ratios over; those that the task lacks are left out.
        sampling: how intervals are made.

    Returns:
        A comparison for each matching pair of groups; none where no groups match.
    """
    domains = tuple(domain for domain in over if domain in scores.domains)
    if not domains:
        return []
    return [
        _compare(scores, one, other, domains, sampling)
        for one in scores.groups
        for other in scores.groups
        if (one.kind, other.kind) == (first, second) and _match(one, other)
    ]


def _match(one: Group, other: Group) -> bool:
    shared = [column for column in one.settings if column != "encoder"]
    return all(one.settings[column] == other.settings[column] for column in shared)


def _compare(
    scores: TaskScores,
    first: Group,
    second: Group,
    domains: tuple[str, ...],
    sampling: Sampling,
) -> Comparison:
    first_by_seed, second_by_seed = (
        dict(zip(group.seeds, scores.mean_ratios(group, domains), strict=True))
        for group in (first, second)
    )
    every_seed = sorted({*first.seeds, *second.seeds})
    seeds = tuple(
        seed
        for seed in every_seed
        if np.isfinite(first_by_seed.get(seed, np.nan))
        and np.isfinite(second_by_seed.get(seed, np.nan))
    )
    a, b = (np.array([table[seed] for seed in seeds]) for table in (first_by_seed, second_by_seed))
    return Comparison(
        first=first.label,
        second=second.label,
        domains=domains,
        seeds=seeds,
        left_out=tuple(seed for seed in every_seed if seed not in seeds),
        first_ratios=a,
        second_ratios=b,
        difference=paired_difference(a, b, resamples=sampling.resamples, seed=sampling.seed)
        if seeds
        else None,
        probability=probability_of_improvement(a, b) if seeds else float("nan"),
        probability_interval=probability_of_improvement_interval(
            a, b, resamples=sampling.resamples, seed=sampling.seed
        )
        if seeds
        else None,
    )
