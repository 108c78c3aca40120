"""All numbers of a comparison as JSON can hold them; what is undefined is null."""

from typing import Any

from darla.running.plain_json import plain
from darla_agents.comparison.summary import THRESHOLDS, GroupSummary, TaskSummary


def task_to_json(summary: TaskSummary) -> dict[str, Any]:
    """Return everything that is known about one task.

    Lists over seeds are in the order of their group's ``seeds``; lists of a comparison in the
    order of its own.
    """
    scores = summary.scores
    return {
        "task": scores.task,
        "domains": list(scores.domains),
        "sources": list(scores.sources),
        "targets": list(scores.targets),
        "random": plain(scores.random),
        "groups": [_group(group) for group in summary.groups],
        "profile_thresholds": plain(THRESHOLDS),
        "gaps": plain(summary.gaps),
        "comparisons": plain(summary.comparisons),
    }


def _group(summary: GroupSummary) -> dict[str, Any]:
    """Return everything that is known about one group."""
    group = summary.group
    return {
        "label": group.label,
        "kind": group.kind,
        **group.settings,
        "seeds": list(group.seeds),
        "domains": plain(summary.domains),
        "all_targets": plain(summary.targets),
        "profile": plain(summary.profile),
    }
