"""From transfer rows to scores: a number per agent and domain, agents grouped by what they are.

Episodes of one agent in one domain are averaged; agents that differ in their seed alone form a
group, whose spread over seeds is what intervals are about.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from darla.running.names import unknown
from darla_agents.agent.group_labels import GroupKey, label, rank
from darla_agents.agent.kinds import RANDOM
from darla_agents.comparison.intervals import Floats
from darla_agents.comparison.statistics import transfer_ratio
from darla_agents.playing.row import SAMPLED, Row
from darla_envs.description.usual_domains import SEEN_LOOKS, SOURCES, UNSUPERVISED

GROUPING = ("algorithm", "source", "encoder", "total_timesteps")
"""Columns that can tell groups of one kind apart."""


@dataclass(frozen=True)
class Group:
    """Agents of one kind that differ in nothing but their seed."""

    label: str
    """The kind, and whatever tells this group from others of its kind."""
    details: str
    """Whatever else tells it from groups of other kinds, such as fewer steps."""
    kind: str
    """What the agents observe, or the label that they were given."""
    source: str
    """The domain that they were trained in."""
    settings: dict[str, str]
    """The columns that all of its agents share, as far as rows were grouped by them."""
    seeds: tuple[int, ...]
    """Of the agents, ascending."""
    encoders: tuple[str, ...]
    """Of the agents, in the order of seeds; empty where an agent has none."""
    returns: dict[str, Floats]
    """For each domain a float64 array (seeds,), each agent's mean return over its episodes; NaN
    where the agent was not evaluated."""
    successes: dict[str, Floats]
    """The same with the share of episodes that ended in success; NaN where unknown."""
    episodes: dict[str, np.ndarray]
    """For each domain an int array (seeds,), how many episodes were averaged."""

    def shares_settings(self, other: "Group", but: Sequence[str]) -> bool:
        """Whether it agrees with another in all columns of its settings but some."""
        shared = [column for column in self.settings if column not in but]
        return all(self.settings[column] == other.settings[column] for column in shared)


@dataclass(frozen=True)
class RandomScore:
    """How the random policy does in one domain: mean return, success share, episodes averaged."""

    mean_return: float
    success: float
    episodes: int


@dataclass(frozen=True)
class TaskScores:
    """All scores in one task."""

    task: str
    domains: tuple[str, ...]
    """In the order of tables and plots: sources, targets, those of D_U's looks."""
    sources: tuple[str, ...]
    """The tasks' own source domains (``darla_envs.description.domains.SOURCES``) that agents were
    evaluated in or trained in; where agents were trained in none of these, every domain that
    they were trained in."""
    targets: tuple[str, ...]
    """Those domains that are no source, without those of D_U's looks. Some agents may have been
    trained in one, to say how well one can do there."""
    groups: tuple[Group, ...]
    """In the order of tables and plots."""
    random: dict[str, RandomScore]
    """The random policy's score in every domain."""

    def trained_in_target(self, group: Group) -> bool:
        """Whether a group learned in a target, to say how well one can do there."""
        return group.source in self.targets

    def ratios(self, group: Group, domain: str) -> Floats:
        """Return each seed's transfer ratio to a domain, (seeds,); NaN where it is undefined.

        It is relative to the margin in the group's own source, which for agents trained in D_U is
        D_U.
        """
        nowhere = np.full(len(group.seeds), np.nan)
        if group.source not in self.random or domain not in self.random:
            return nowhere
        return transfer_ratio(
            group.returns.get(domain, nowhere),
            group.returns.get(group.source, nowhere),
            self.random[domain].mean_return,
            self.random[group.source].mean_return,
        )

    def mean_ratios(self, group: Group, domains: Sequence[str]) -> Floats:
        """Return each seed's mean transfer ratio over domains, (seeds,); NaN if one is NaN."""
        return np.asarray(np.mean([self.ratios(group, domain) for domain in domains], axis=0))

    def mean_returns(self, group: Group, domains: Sequence[str]) -> Floats:
        """Return each seed's mean return over domains, (seeds,); NaN if one is NaN."""
        nowhere = np.full(len(group.seeds), np.nan)
        return np.asarray(
            np.mean([group.returns.get(domain, nowhere) for domain in domains], axis=0)
        )


def check_grouping(by: Sequence[str]) -> None:
    """Raise a ValueError for columns to group agents by that are not among GROUPING."""
    for column in by:
        if column not in GROUPING:
            raise unknown("column to group agents by", column, GROUPING)


def score_tasks(rows: Sequence[Row], by: Sequence[str] = GROUPING) -> list[TaskScores]:
    """Average rows into scores, one ``TaskScores`` per task in the order of the rows.

    Columns of GROUPING tell groups of one kind apart. A ValueError where there are no rows of
    agents, the random policy was not evaluated in a domain, or two agents of one group share a
    seed.
    """
    check_grouping(by)
    if not any(row.kind != RANDOM for row in rows):
        raise ValueError(
            "the rows hold no episode of any trained agent; "
            "evaluate some with darla evaluate-transfer --agents runs/agents"
        )
    tasks = dict.fromkeys(row.task for row in rows if row.kind != RANDOM)
    return [_score_task(task, [row for row in rows if row.task == task], by) for task in tasks]


def _score_task(task: str, rows: list[Row], by: Sequence[str]) -> TaskScores:
    """Average the rows of one task."""
    groups = _groups(rows, by)
    domains, sources, targets = _order_domains(rows, groups)
    random = {}
    for domain in domains:
        played = [row for row in rows if row.kind == RANDOM and row.domain == domain]
        if played:
            random[domain] = RandomScore(
                float(np.mean([row.episode_return for row in played])),
                _success(played),
                len(played),
            )
    missing = [domain for domain in domains if domain not in random]
    if missing:
        raise ValueError(
            f"no episodes of the random policy in {', '.join(missing)} of {task}, so there is no "
            "transfer ratio; add them with darla evaluate-transfer --random "
            f"--domains {' '.join(missing)}"
        )
    return TaskScores(task, domains, sources, targets, groups, random)


def _order_domains(
    rows: Iterable[Row], groups: Sequence[Group]
) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Return all domains that agents were evaluated in, the sources, and the targets."""
    found = dict.fromkeys(row.domain for row in rows if row.kind != RANDOM)
    trained_in = dict.fromkeys(group.source for group in groups if group.source != UNSUPERVISED)
    # Agents that were trained in a target do not make a source of it, unless there is no other.
    sources = [name for name in trained_in if name in SOURCES] or [*trained_in]
    sources = [name for name in dict.fromkeys([*SOURCES, *sources]) if name in {*found, *sources}]
    targets = [name for name in found if name not in (*sources, *SEEN_LOOKS)]
    domains = [name for name in (*sources, *targets, *SEEN_LOOKS) if name in found]
    return tuple(domains), tuple(sources), tuple(targets)


def _groups(rows: Iterable[Row], by: Sequence[str]) -> tuple[Group, ...]:
    """Return the groups of agents, in the order of tables."""
    members: dict[GroupKey, dict[str, list[Row]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        if row.kind != RANDOM:
            members[_group_key(row, by)][row.agent].append(row)
    keys = sorted(members, key=rank)
    return tuple(_group(*label(key, keys), key, members[key]) for key in keys)


def _group_key(row: Row, by: Sequence[str]) -> GroupKey:
    """Return the columns that all agents of a group share, as (column, value) pairs."""
    # Ratios need a source of their own, so agents of different sources never share a group.
    columns = [column for column in GROUPING if column in by or column == "source"]
    actions = "drawn" if row.actions == SAMPLED else "most probable"
    shared = [(column, str(getattr(row, column))) for column in columns]
    return (("kind", row.kind), *shared, ("actions", actions))


def _group(name: str, details: str, key: GroupKey, agents: dict[str, list[Row]]) -> Group:
    """Make a group of agents, given the rows of each; their seeds must differ."""
    by_seed: dict[int, str] = {}
    for agent, rows in agents.items():
        other = by_seed.setdefault(rows[0].agent_seed, agent)
        if other != agent:
            raise ValueError(
                f"agents {other!r} and {agent!r} are both {name!r} with seed "
                f"{rows[0].agent_seed}; leave one out, for example --without {other!r}"
            )
    seeds = tuple(sorted(by_seed))
    played = defaultdict(list)
    for seed in seeds:
        for row in agents[by_seed[seed]]:
            played[row.domain, seed].append(row)
    settings = dict(key)
    scores: dict[str, dict[str, np.ndarray]] = {"returns": {}, "successes": {}, "episodes": {}}
    for domain in dict.fromkeys(domain for domain, _ in played):
        cells = [played[domain, seed] for seed in seeds]
        scores["returns"][domain] = np.array([_mean_return(cell) for cell in cells])
        scores["successes"][domain] = np.array([_success(cell) for cell in cells])
        scores["episodes"][domain] = np.array([len(cell) for cell in cells])
    kind, source = settings.pop("kind"), settings["source"]
    encoders = tuple(agents[by_seed[seed]][0].encoder for seed in seeds)
    return Group(name, details, kind, source, settings, seeds, encoders, **scores)


def _mean_return(rows: Sequence[Row]) -> float:
    """Return the mean return of episodes; NaN where there is none."""
    return float(np.mean([row.episode_return for row in rows])) if rows else float("nan")


def _success(rows: Sequence[Row]) -> float:
    """Return the share of episodes that ended in success; NaN where the task does not say."""
    known = [row.success for row in rows if row.success is not None]
    return float(np.mean(known)) if known else float("nan")
