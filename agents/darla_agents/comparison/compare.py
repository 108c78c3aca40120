"""Turn transfer rows into tables, numbers and plots."""

import fnmatch
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from darla.environments.spec import digest
from darla.running.atomic import write_json, write_text
from darla.running.names import lookup, unknown
from darla.running.plain_json import plain
from darla.stores.urls import StoreUrl, local_place, place
from darla_agents.agent.kinds import BASELINE, KINDS, RANDOM
from darla_agents.comparison.actions import report_actions, split_by_actions
from darla_agents.comparison.estimates import Sampling
from darla_agents.comparison.gap import close_gaps
from darla_agents.comparison.plots import plot_profiles, plot_ratios, plot_returns
from darla_agents.comparison.report import report_comparison, report_task
from darla_agents.comparison.scores import GROUPING, TaskScores, score_tasks
from darla_agents.comparison.statistics import RESAMPLES
from darla_agents.comparison.summary import (
    THRESHOLDS,
    GroupSummary,
    TaskSummary,
    compare_kinds,
    summarise_group,
)
from darla_agents.playing.row import ACTIONS, Row
from darla_agents.playing.rows import merge_rows, read_rows


@dataclass(frozen=True)
class CompareConfig:
    """What to compare, and where the result goes."""

    rows: tuple[Path, ...] = (Path("results/transfer.csv"),)
    """Files of rows that darla evaluate-transfer wrote, or URLs of such in a store."""
    over: tuple[str, ...] = ()
    """Domains over which the two kinds' mean transfer ratios are compared; every target if none."""
    kinds: tuple[str, str] = ("latent", BASELINE)
    """The two kinds, or labels, of agents that are compared, paired by their seeds."""
    by: tuple[str, ...] = GROUPING
    """Columns in which agents of one group must agree; leave out encoder to pool encoders."""
    without: tuple[str, ...] = ()
    """Agents to leave out, by name as in the rows; * stands for anything."""
    actions: str | None = None
    """Actions to compare agents by, sampled or most_probable; what rows hold of the other is told
    in a table. When not given, sampled in tasks whose rows hold any."""
    out: Path | None = None
    """Where to write, without an ending; beside the first file of rows when not given, or in
    results where that is in a store."""
    plots: bool = True
    """Draw the plots."""
    resamples: int = RESAMPLES
    """How often the bootstrap resamples, for interquartile means, profiles and probabilities."""
    seed: int = 0
    """Seed of the bootstrap."""
    gamma: float = 1.0
    """Normalised score that optimality gaps are measured from: 0 as random, 1 as true factors."""

    def check(self) -> None:
        """Raise a ValueError where there is no file, or too few resamples, or gamma is no score."""
        if not self.rows:
            raise ValueError("no file of rows was given; give --rows results/transfer.csv")
        if self.resamples < 100:
            raise ValueError(f"resamples is {self.resamples}, but must be at least 100")
        if not 0.0 < self.gamma < math.inf:
            raise ValueError(f"gamma is {self.gamma}, but must be a number above 0, such as 1")
        if self.actions is not None:
            lookup("kind of actions", self.actions, dict.fromkeys(ACTIONS))


@dataclass(frozen=True)
class ComparisonFiles:
    """The tables in Markdown, and what was written: their file, all numbers in JSON, pictures."""

    report: str
    table: Path
    numbers: Path
    plots: tuple[Path, ...]


def compare(config: CompareConfig) -> ComparisonFiles:
    """Compare agents by their rows; write a Markdown table, a JSON file and plots.

    Raises:
        FileNotFoundError: there is no file of rows.
        ValueError: a file holds no usable rows, or something named in the configuration is
            unknown.
    """
    config.check()
    actions, rows, others = split_by_actions(_wanted_rows(config), config.actions)
    summaries = [_summarise(scores, config) for scores in score_tasks(rows, config.by)]
    beside = _summarise_others(others, config)
    report = "\n\n".join(
        _section(each, config, report_actions(actions[each.scores.task], each, beside))
        for each in summaries
    )
    stem = local_place(config.out, "tables and plots") if config.out else _beside(config.rows[0])
    plots = _draw(summaries, stem) if config.plots else {}
    table, numbers = (stem.with_name(f"{stem.name}.{ending}") for ending in ("md", "json"))
    write_text(table, _with_pictures(report, summaries, plots))
    write_json(numbers, _numbers(summaries, config, actions, beside))
    return ComparisonFiles(
        report, table, numbers, tuple(path for paths in plots.values() for path in paths)
    )


def _beside(rows: Path) -> Path:
    """Return where to write what rows say, without an ending."""
    where = place(rows)
    local = Path("results", where.name) if isinstance(where, StoreUrl) else where
    return local.with_name(local.name.removesuffix(".gz")).with_suffix("")


def _wanted_rows(config: CompareConfig) -> list[Row]:
    """Read the rows, check what the configuration names, and leave agents out."""
    rows = merge_rows([read_rows(path) for path in config.rows])
    files = ", ".join(str(place(path)) for path in config.rows)
    if not rows:
        raise ValueError(f"{files}: no rows yet; run darla evaluate-transfer first")
    _check_names("kind", config.kinds, {*KINDS, *(row.kind for row in rows)} - {RANDOM})
    _check_names("domain", config.over, {row.domain for row in rows})
    agents = {row.agent for row in rows if row.kind != RANDOM}
    for pattern in config.without:
        left_out = set(fnmatch.filter(agents, pattern))
        if not left_out:
            raise unknown("agent", pattern, agents)
        rows = [row for row in rows if row.agent not in left_out]
    return rows


def _check_names(what: str, names: Sequence[str], known: set[str]) -> None:
    """Raise a ValueError for the first name that is not known."""
    for name in names:
        if name not in known:
            raise unknown(what, name, known)


def _summarise(scores: TaskScores, config: CompareConfig) -> TaskSummary:
    """Summarise the groups of one task, and compare the two kinds."""
    sampling = Sampling(config.resamples, config.seed)
    groups = tuple(
        summarise_group(scores, group, sampling, config.gamma) for group in scores.groups
    )
    over = config.over or scores.targets
    comparisons = tuple(compare_kinds(scores, *config.kinds, over, sampling))
    return TaskSummary(scores, groups, tuple(close_gaps(scores)), comparisons)


def _summarise_others(
    rows: Sequence[Row], config: CompareConfig
) -> dict[str, tuple[GroupSummary, ...]]:
    """Summarise by task what agents did by the actions that they are not compared by."""
    sampling = Sampling(config.resamples, config.seed)
    return {
        scores.task: tuple(
            summarise_group(scores, group, sampling, config.gamma) for group in scores.groups
        )
        for scores in (score_tasks(rows, config.by) if rows else ())
    }


def _section(summary: TaskSummary, config: CompareConfig, actions: Sequence[str]) -> str:
    """Return the Markdown section of one task, given what is said of actions."""
    paragraphs = [report_comparison(comparison) for comparison in summary.comparisons]
    if not paragraphs:
        first, second = config.kinds
        paragraphs = [
            f"**{first} against {second}**: nothing to compare; it takes agents of both kinds with "
            "the same algorithm, source and steps, and a domain other than the source."
        ]
    return report_task(summary, [*actions, *paragraphs], config.gamma)


def _draw(summaries: Sequence[TaskSummary], stem: Path) -> dict[str, list[Path]]:
    """Draw the pictures of each task, and return where they are."""
    plots = {}
    for summary in summaries:
        task = _file_name(summary.scores.task, [each.scores.task for each in summaries])
        draw = {"returns": plot_returns, "ratios": plot_ratios}
        if any(group.profile is not None for group in summary.groups):
            draw["profiles"] = plot_profiles
        paths = {what: stem.with_name(f"{stem.name}_{task}_{what}.png") for what in draw}
        for what, plot in draw.items():
            plot(summary.scores, summary.groups, paths[what])
        plots[summary.scores.task] = [*paths.values()]
    return plots


def _file_name(task: str, tasks: Sequence[str]) -> str:
    """Return a task's name for files, which no other of the tasks shares."""

    def short(text: str) -> str:
        """Return the id alone, without its package and what it was made with."""
        env = re.split(r"[( ]", text, maxsplit=1)[0]
        return re.sub(r"\W+", "_", env.rpartition("/")[2]).strip("_")

    is_alone = [short(each) for each in tasks].count(short(task)) == 1
    return short(task) if is_alone else f"{short(task)}_{digest(task)}"


def _with_pictures(
    report: str, summaries: Sequence[TaskSummary], plots: dict[str, list[Path]]
) -> str:
    """Return the whole Markdown file, pictures at its end."""
    pictures = [
        f"![{path.stem.rpartition('_')[2]} of {summary.scores.task}]({path.name})"
        for summary in summaries
        for path in plots.get(summary.scores.task, [])
    ]
    return "\n\n".join(["# Transfer", report, *pictures]) + "\n"


def _numbers(
    summaries: Sequence[TaskSummary],
    config: CompareConfig,
    actions: Mapping[str, str],
    beside: Mapping[str, Sequence[GroupSummary]],
) -> dict[str, Any]:
    """Return all that goes into the JSON file; what is undefined is null."""
    return {
        "rows": [str(place(path)) for path in config.rows],
        "resamples": config.resamples,
        "seed": config.seed,
        "gamma": config.gamma,
        "tasks": [
            {
                **_task_numbers(summary),
                "actions": actions[summary.scores.task],
                "other_actions": [
                    _group_numbers(group) for group in beside.get(summary.scores.task, ())
                ],
            }
            for summary in summaries
        ],
    }


def _task_numbers(summary: TaskSummary) -> dict[str, Any]:
    """Return the numbers of one task; lists are in the order of the ``seeds`` beside them."""
    scores = summary.scores
    return {
        "task": scores.task,
        "domains": list(scores.domains),
        "sources": list(scores.sources),
        "targets": list(scores.targets),
        "random": plain(scores.random),
        "groups": [_group_numbers(group) for group in summary.groups],
        "profile_thresholds": plain(THRESHOLDS),
        "gaps": plain(summary.gaps),
        "comparisons": plain(summary.comparisons),
    }


def _group_numbers(summary: GroupSummary) -> dict[str, Any]:
    """Return the numbers of one group."""
    group = summary.group
    return {
        "label": group.label,
        "kind": group.kind,
        **group.settings,
        "seeds": list(group.seeds),
        "encoders": list(group.encoders),
        "domains": plain(summary.domains),
        "all_targets": plain(summary.targets),
        "profile": plain(summary.profile),
    }
