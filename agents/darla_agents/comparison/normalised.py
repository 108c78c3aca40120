"""Scores between the random policy and the best that is known, for the optimality gap.

A transfer ratio compares an agent with itself in its source. Here every agent is compared, domain
by domain, with the same reference: agents on true factors, or where nobody evaluated any the group
that returned most there.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from darla_agents.agent.kinds import FACTORS
from darla_agents.comparison.intervals import Floats
from darla_agents.comparison.scores import Group, TaskScores
from darla_agents.comparison.statistics import gap_closed


@dataclass(frozen=True)
class Reference:
    """What stands for 1 in a domain."""

    agents: str
    """Label of its group."""
    mean_return: float
    """Over its agents; it counts as known."""


def reference_in(scores: TaskScores, domain: str) -> Reference | None:
    """Return a domain's reference; None where no agent was evaluated there.

    Of several groups on true factors it is the best.
    """
    found = [
        (group.kind == FACTORS, float(np.nanmean(group.returns[domain])), group.label)
        for group in scores.groups
        if domain in group.returns
    ]
    if not found:
        return None
    _, mean_return, name = max(found)
    return Reference(name, mean_return)


def normalised(scores: TaskScores, group: Group, domains: Sequence[str]) -> Floats:
    """Return each seed's normalised score in each domain, (seeds, domains).

    (R - R_random) / (R_reference - R_random); NaN where the seed was not evaluated, or the
    reference is not 0.1 above the random policy.
    """
    nowhere = np.full(len(group.seeds), np.nan)
    columns = []
    for domain in domains:
        reference = reference_in(scores, domain)
        top = np.nan if reference is None else reference.mean_return
        low = scores.random[domain].mean_return
        columns.append(gap_closed(group.returns.get(domain, nowhere), low, top))
    return np.stack(columns, axis=1)
