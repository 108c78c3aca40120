"""All numbers of a comparison as JSON can hold them; what is undefined is null."""

import dataclasses
import math
from typing import Any

import numpy as np

from agents.summary import GroupSummary, TaskSummary


def task_to_json(summary: TaskSummary) -> dict[str, Any]:
    """Return everything that is known about one task.

    Lists over seeds are in the order of their group's ``seeds``; lists of a comparison in the
    order of its own.
    """
    scores = summary.scores
    return {
        "task": scores.task,
        "domains": list(scores.domains),
        "targets": list(scores.targets),
        "random": _plain(scores.random),
        "groups": [_group(group) for group in summary.groups],
        "comparisons": _plain(summary.comparisons),
    }


def _group(summary: GroupSummary) -> dict[str, Any]:
    group = summary.group
    return {
        "label": group.label,
        "kind": group.kind,
        **group.settings,
        "seeds": list(group.seeds),
        "domains": _plain(summary.domains),
        "all_targets": _plain(summary.targets),
    }


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value):
        fields = dataclasses.fields(value)
        return {field.name: _plain(getattr(value, field.name)) for field in fields}
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, np.ndarray):
        return _plain(value.tolist())
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return None if isinstance(value, float) and math.isnan(value) else value
