"""Actions that agents draw from their policies, or their most probable ones: one is compared.

The same agent may do well by one and badly by the other. So tables, plots and comparisons are of
one sort of actions in each task, and what agents do by the other stands beside it in a table.
"""

from collections.abc import Mapping, Sequence

from darla.running.markdown import markdown_table
from darla_agents.agent.kinds import RANDOM
from darla_agents.comparison.estimates import format_estimate
from darla_agents.comparison.scores import Group
from darla_agents.comparison.summary import ALL_TARGETS, GroupSummary, TaskSummary
from darla_agents.playing.row import ACTIONS, Row


def split_by_actions(
    rows: Sequence[Row], wanted: str | None = None
) -> tuple[dict[str, str], list[Row], list[Row]]:
    """Split rows into those that are compared and the others.

    Args:
        rows: of agents and of the random policy, which belong to both.
        wanted: the actions to compare by; where a task has none of these, or when None, the first
            of ``ACTIONS`` that it has.

    Returns:
        The actions that each task is compared by, the rows of these, and the rows of the others.

    Raises:
        ValueError: there are no rows of the actions that are wanted.
    """
    held: dict[str, set[str]] = {}
    for row in rows:
        if row.kind != RANDOM:
            held.setdefault(row.task, set()).add(row.actions)
    if wanted and held and not any(wanted in each for each in held.values()):
        raise ValueError(
            f"the rows hold no episode of {_words(wanted)} actions; add some with "
            f"darla evaluate-transfer --actions {wanted}"
        )
    chosen = {
        task: next(each for each in (wanted, *ACTIONS) if each in actions)
        for task, actions in held.items()
    }
    random = [row for row in rows if row.kind == RANDOM]
    agents = [row for row in rows if row.kind != RANDOM]
    others = [row for row in agents if row.actions != chosen[row.task]]
    compared = [row for row in rows if row.kind == RANDOM or row.actions == chosen[row.task]]
    return chosen, compared, [*random, *others] if others else []


def report_actions(
    actions: str, summary: TaskSummary, beside: Mapping[str, Sequence[GroupSummary]]
) -> list[str]:
    """Say of which actions all else is, and tell what agents do by the others in a table."""
    scores, others = summary.scores, beside.get(summary.scores.task, ())
    said = f"Actions: {_words(actions)}."
    if not others:
        return [said]
    (other,) = (each for each in ACTIONS if each != actions)
    pairs = {_who(each.group): each for each in summary.groups}
    others_of = {_who(each.group): each for each in others}
    labels = {key: each.group.label for key, each in {**others_of, **pairs}.items()}
    domains = dict.fromkeys([*scores.domains, *(name for each in others for name in each.domains)])
    rows = [
        [domain, label, *(_return(found.get(key), domain) for found in (pairs, others_of))]
        for domain in (*domains, ALL_TARGETS)
        for key, label in labels.items()
    ]
    table = markdown_table(
        ["domain", "agents", _words(actions), _words(other)],
        [row for row in rows if any(row[2:])],
        left=2,
    )
    return [f"{said} All but this table is of these; mean return by either:", table]


def _words(actions: str) -> str:
    """Return what text calls actions."""
    return actions.replace("_", " ")


def _who(group: Group) -> tuple[tuple[str, str], ...]:
    """Return what tells groups apart but their actions."""
    shared = tuple(pair for pair in group.settings.items() if pair[0] != "actions")
    return (("kind", group.kind), *shared)


def _return(summary: GroupSummary | None, domain: str) -> str:
    """Return a group's cell for a domain; empty where it was not evaluated."""
    cell = None if summary is None else summary.over(domain)
    return "" if cell is None else format_estimate(cell.mean)
