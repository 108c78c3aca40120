"""The tables of the transfer study, from its rows alone."""

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np

from darla.running.markdown import markdown_table
from darla_agents.comparison.estimates import (
    Estimate,
    estimate_interquartile_mean,
    estimate_mean,
    format_estimate,
)
from darla_agents.comparison.gap import close_gaps
from darla_agents.comparison.intervals import Floats
from darla_agents.comparison.normalised import normalised
from darla_agents.comparison.scores import Group, TaskScores
from darla_agents.comparison.statistics import (
    optimality_gap,
    probability_of_improvement,
    probability_of_improvement_interval,
)
from darla_envs.suites import suite_of
from novelty import EncoderCoverage, novelty

REFERENCE = "pixels"
FACTORS = "factors"
ENOUGH = 0.9
"""Share of the true-factor agents' return in the source that an agent must have to be compared."""
SOMETHING = 0.5
"""Share below which an agent has nothing to transfer: its ratio would compare noise with noise."""
LITTLE = 0.6
"""Transfer ratio up to which pixels count as having lost to a shift."""


def summary_table(scores: TaskScores, order: Sequence[str], colors: Sequence[str]) -> str:
    """Return a line for each kind of agent: its source, the colour shifts, what of the gap closes.

    Colours are the targets that are averaged over.
    """
    gaps = {gap.agents: gap for gap in close_gaps(scores, colors)}
    groups = [group for group in in_order(scores, order) if not scores.trained_in_target(group)]
    pixels = next((group for group in groups if group.kind == REFERENCE), None)
    header = [
        "agents",
        "seeds",
        "source, mean",
        "source, IQM",
        "colours, mean ratio",
        "colours, IQM of ratios",
    ]
    header += [
        "lowest colour",
        "return, colours",
        "optimality gap",
        "gap closed",
        f"beats {REFERENCE}",
    ]
    lines = []
    for group in groups:
        ratios, encoders = ratios_of(scores, group, colors), group.encoders
        complete = ratios[np.isfinite(ratios).all(axis=1)]
        lowest = complete.mean(axis=0).min() if len(complete) else np.nan
        source = scores.mean_returns(group, [group.source])
        missing = optimality_gap(normalised(scores, group, colors))
        gap = gaps.get(group.label)
        lines.append(
            [
                group.kind,
                str(len(group.seeds)),
                shown(estimate_mean(source, encoders)),
                shown(estimate_interquartile_mean(source)),
                shown(estimate_mean(ratios, encoders)),
                shown(estimate_interquartile_mean(ratios)),
                "-" if np.isnan(lowest) else f"{lowest:.2f}",
                shown(returns_of(scores, group, colors)),
                shown(estimate_mean(missing, encoders)),
                shown(None if gap is None else gap.together),
                "-" if pixels in (None, group) else beats(scores, group, pixels, colors),
            ]
        )
    return markdown_table(header, lines)


def targets_table(
    scores: TaskScores, labels: Mapping[str, Mapping[str, str]], agents: Sequence[str]
) -> str:
    """Return what is new about each target, and what agents return that were trained in it.

    Labels say for each source what is new about each target, see :func:`novelties`; agents are
    those whose returns stand beside.
    """
    groups = {group.kind: group for group in scores.groups}
    ceilings = {group.source: group for group in scores.groups if scores.trained_in_target(group)}
    others = [groups[label] for label in agents if label in groups]
    header = ["target", *(f"new after {source}" for source in labels)]
    header += ["trained there", "seeds", *(group.kind for group in others)]
    lines = []
    for target in scores.targets:
        there = ceilings.get(target)
        found = None if there is None else returns_of(scores, there, [target])
        seeds = "-" if found is None else str(found.seeds)
        line = [target, *(new[target] for new in labels.values()), shown(found), seeds]
        lines.append(line + [shown(returns_of(scores, each, [target])) for each in others])
    return markdown_table(header, lines, left=1 + len(labels))


def ratios_table(scores: TaskScores, order: Sequence[str]) -> str:
    """Return the mean transfer ratio of each kind of agent to each target, agents by lines."""
    lines = [
        [
            group.kind,
            *(shown(ratio_of(scores, group, [name])) for name in scores.targets),
        ]
        for group in in_order(scores, order)
        if not scores.trained_in_target(group)
    ]
    return markdown_table(["agents", *scores.targets], lines)


def options_by_return(
    scores: TaskScores, options: Sequence[str], domain: str
) -> dict[str, Estimate]:
    """Return what wrapper options return in looks of D_U, which no agent has acted in, best first.

    The best of them is the option that the claims are about: it is chosen without any target.
    """
    found = {
        group.kind: returns_of(scores, group, [domain])
        for group in scores.groups
        if group.kind in options
    }
    played = {label: each for label, each in found.items() if each.seeds}
    return dict(sorted(played.items(), key=lambda item: -item[1].value))


def options_table(found: Mapping[str, Estimate], domain: str) -> str:
    """Return a line for each wrapper option, the best one in bold."""
    if not found:
        return f"No wrapper option has been played in {domain} yet."
    lines = [[label, str(each.seeds), shown(each)] for label, each in found.items()]
    lines[0][0] = f"**{lines[0][0]}**"
    return markdown_table(["wrapper option", "seeds", f"return in {domain}, mean"], lines)


def rivals_table(scores: TaskScores, options: Sequence[str]) -> str:
    """Return where pixels keep little, what options keep there, and whether intervals are apart."""
    groups = {group.kind: group for group in scores.groups}
    if REFERENCE not in groups or not options:
        return "There are no agents to set against each other yet."
    lines = []
    for target in scores.targets:
        pixels, *others = (
            ratio_of(scores, groups[kind], [target]) for kind in (REFERENCE, *options)
        )
        if pixels.value <= LITTLE:
            apart = [shown(each) + (" apart" if _above(each, pixels) else "") for each in others]
            lines.append([target, shown(pixels), *apart])
    return markdown_table(["target", REFERENCE, *options], lines)


def learnt_too_little(scores: TaskScores, order: Sequence[str]) -> str:
    """Return which agents have less than 90% of the true factors' return in the source.

    And how many have less than half of it, see :func:`nothing_learnt`.
    """
    returns = {
        group.kind: returns_of(scores, group, [group.source]).value
        for group in in_order(scores, order)
        if not scores.trained_in_target(group)
    }
    if FACTORS not in returns:
        return "There are no agents on true factors to compare the source's returns with."
    factors = returns[FACTORS]
    few = [
        f"{name} ({value / factors:.0%})"
        for name, value in returns.items()
        if value < ENOUGH * factors
    ]
    said = ", ".join(few) if few else "none"
    whole = f"the true-factor agents' return ({factors:.2f}) in the source"
    idle = Counter(kind for kind, _ in nothing_learnt(scores))
    seeds = {group.kind: len(group.seeds) for group in scores.groups}
    none = ", ".join(f"{count} of {seeds[name]} {name}" for name, count in idle.items())
    left_out = f" Below {SOMETHING:.0%}, without a transfer ratio: {none}." if idle else ""
    return f"Below {ENOUGH:.0%} of {whole}: {said}.{left_out}"


def nothing_learnt(scores: TaskScores) -> list[tuple[str, int]]:
    """Return kind and seed of agents with less than half the true factors' return in their source.

    None where there are no agents on true factors to compare them with.
    """
    return [
        (group.kind, seed)
        for group in scores.groups
        for seed, learnt in zip(group.seeds, _learnt(scores, group), strict=True)
        if not learnt
    ]


def novelties(scores: TaskScores, encoder: EncoderCoverage) -> dict[str, dict[str, str]]:
    """Return what is new about each target to agents with an encoder, by where they learnt."""
    learnt_in = {group.source for group in scores.groups}
    names = (*scores.sources, *scores.targets)
    domains = {name: suite_of(scores.task).whole_domain(name) for name in names}
    return {
        source: {
            each: novelty(domains[each], domains[source], encoder).target for each in scores.targets
        }
        for source in scores.sources
        if source in learnt_in
    }


def in_order(scores: TaskScores, order: Sequence[str]) -> list[Group]:
    """Return groups in the order of their labels; those that are not named come last."""
    places = {label: place for place, label in enumerate(order)}
    return sorted(scores.groups, key=lambda group: places.get(group.kind, len(places)))


def ratios_of(scores: TaskScores, group: Group, targets: Sequence[str]) -> Floats:
    """Return transfer ratios (seeds, targets); NaN where they are undefined.

    Agents that learnt nothing have none, see :func:`nothing_learnt`.
    """
    ratios = np.stack([scores.ratios(group, target) for target in targets], axis=1)
    return np.where(_learnt(scores, group)[:, None], ratios, np.nan)


def ratio_of(scores: TaskScores, group: Group, targets: Sequence[str]) -> Estimate:
    """Return a group's mean transfer ratio over targets."""
    return estimate_mean(ratios_of(scores, group, targets), group.encoders)


def returns_of(scores: TaskScores, group: Group, domains: Sequence[str]) -> Estimate:
    """Return a group's mean return over domains."""
    return estimate_mean(scores.mean_returns(group, domains), group.encoders)


def beats(scores: TaskScores, group: Group, other: Group, targets: Sequence[str]) -> str:
    """Return the chance that a run of a group has a higher mean ratio than one of another."""
    first, second = (ratios_of(scores, each, targets).mean(axis=1) for each in (group, other))
    first, second = (each[np.isfinite(each)] for each in (first, second))
    if not len(first) or not len(second):
        return "-"
    chance = probability_of_improvement(first, second)
    interval = probability_of_improvement_interval(first, second)
    return shown(Estimate(chance, interval, len(first)))


def shown(found: Estimate | None) -> str:
    """Return an estimate for a table; a dash where there is none."""
    return "-" if found is None or not found.seeds else format_estimate(found)


def _learnt(scores: TaskScores, group: Group) -> np.ndarray:
    """Whether each of a group's agents, bool (seeds,), has something to transfer."""
    factors = [each for each in scores.groups if each.kind == FACTORS]
    here = [each.returns[group.source] for each in factors if group.source in each.returns]
    if not here or group.source not in group.returns:
        return np.ones(len(group.seeds), dtype=bool)
    return group.returns[group.source] >= SOMETHING * np.nanmean(np.concatenate(here))


def _above(one: Estimate, other: Estimate) -> bool:
    """Whether the interval of one lies above that of the other."""
    if one.interval is None or other.interval is None:
        return False
    return one.interval.low > other.interval.high
