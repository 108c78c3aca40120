"""Names for groups of agents: the kind, and whatever tells a group from others of its kind."""

from collections import defaultdict
from collections.abc import Sequence
from pathlib import PurePath

from darla_agents.agent.augmentations import EPISODE, NONE
from darla_agents.agent.kinds import KINDS, kind_of_label
from darla_envs.description.usual_domains import SOURCES, UNSUPERVISED

GroupKey = tuple[tuple[str, str], ...]
"""What the agents of a group share, as (column, value) pairs; the first is their kind."""


def name_of(
    kind: str,
    augmentation: str = NONE,
    share: float = 1.0,
    each: str = EPISODE,
    *,
    label: str | None = None,
) -> str:
    """Return what tables call an agent: its label; else its kind, with the augmentation.

    A share below 1 and draws for each step are told: ``pixels_recolor_0.25_step``.
    """
    if label or augmentation == NONE:
        return label or kind
    words = [kind, augmentation]
    words += [f"{share:g}"] if share < 1 else []
    words += [each] if each != EPISODE else []
    return "_".join(words)


def rank(key: GroupKey) -> tuple[int, list[str]]:
    """Return what groups are ordered by: their kind, then the values of their columns.

    Labels that begin with a kind (``pixels_shift``) come after it, and those that do not come last.
    """
    kinds, kind = list(KINDS), kind_of_label(key[0][1])
    place = len(kinds) if kind is None else kinds.index(kind)
    return place, [_sortable(column, value) for column, value in key]


def _sortable(column: str, value: str) -> str:
    """Return a value of a column as text that sorts as the column should."""
    if column == "source":  # agents of the task's own sources come before others of their kind
        return f"{(value == UNSUPERVISED) + (value not in SOURCES)}{value}"
    return f"{value:>12}" if value.isdigit() else value


def label(key: GroupKey, keys: Sequence[GroupKey]) -> tuple[str, str]:
    """Return a group's label among others, and the details that its label leaves out.

    The keys are those of all groups, this one included, and have the same columns. The label is the
    kind with the values that differ within it, as ``pixels (60,000 steps)``; the details, joined by
    commas, are those that differ between kinds only.
    """
    within_kind = _differences([other for other in keys if other[0] == key[0]], key)
    details = [text for text in _differences(keys, key) if text not in within_kind]
    text = key[0][1] + (f" ({', '.join(within_kind)})" if within_kind else "")
    return text, ", ".join(details)


def _differences(keys: Sequence[GroupKey], key: GroupKey) -> list[str]:
    """Return the values of a group's columns in which it differs from one of ``keys``."""
    values: dict[str, set[str]] = defaultdict(set)
    for column, value in (pair for each in keys for pair in each):
        if value:
            values[column].add(value)
    return [
        _readable(column, value, values[column])
        for column, value in key[1:]
        if value and len(values[column]) > 1
    ]


def _readable(column: str, value: str, all_values: set[str]) -> str:
    """Return a value as labels show it, given all values of its column."""
    if column == "encoder":
        names = [PurePath(other).name for other in all_values]
        return PurePath(value).name if len(set(names)) == len(names) else value
    if column == "total_timesteps":
        return f"{int(value):,} steps"
    return {"source": f"from {value}", "actions": f"actions {value}"}.get(column, value)
