"""Learning curves: what agents returned in each domain while they learned, by steps and by time.

They are read from the events that training wrote for TensorBoard, with its own reader; TensorFlow
is not needed.
"""

import bisect
import logging
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NotRequired, TypedDict, cast

import numpy as np
from tensorboard.backend.event_processing.event_accumulator import SCALARS, EventAccumulator

from darla.environments.spec import EnvironmentSpec
from darla.running.checked_json import Name, check_shape
from darla.running.run_record import RECORD, read_run_config
from darla_agents.agent.augmentations import EPISODE, NONE
from darla_agents.agent.group_labels import GroupKey, label, name_of, rank
from darla_agents.agent.interaction import Interaction
from darla_agents.agent.kinds import KINDS
from darla_agents.comparison.intervals import Floats
from darla_agents.comparison.profiles import Band, mean_band
from darla_agents.comparison.scores import GROUPING, check_grouping

STEP, SECONDS = "step", "seconds"
"""What a curve may be drawn against."""

_RETURN = re.compile(r"eval/(?P<domain>.+)/return")


class _AgentConfig(TypedDict):
    """What is needed of the configuration of an agent's run."""

    task: Name
    kind: Name
    algorithm: Name
    domain: Name
    encoder: NotRequired[str | None]
    seed: int
    total_timesteps: int
    augmentation: NotRequired[Name]
    augmentation_share: NotRequired[float]
    augmentation_each: NotRequired[Name]
    label: NotRequired[str | None]
    env_kwargs: NotRequired[dict[str, Any]]
    wrappers: NotRequired[list[str]]
    looks: NotRequired[dict[str, Any] | None]
    action_repeat: NotRequired[int]
    max_episode_steps: NotRequired[int | None]


@dataclass(frozen=True)
class CurvePoint:
    """One evaluation in one domain while an agent with this seed learned."""

    label: str
    """The kind of the agent, and whatever tells its group from others of that kind."""
    kind: str
    """What it observes, or the label that it was given."""
    seed: int
    domain: str
    """The domain that it was evaluated in."""
    step: int
    """How many steps it had learned for, all environments together."""
    seconds: float
    """How long it had trained by then, evaluations included, on whatever machine that was; of a run
    that was continued the sum over its sessions, without the pauses, and with what was lost when
    it was stopped."""
    episode_return: float
    """Mean return of the evaluation's episodes."""


@dataclass(frozen=True)
class MeanCurve:
    """The mean over the seeds of a group, of that label and kind, in one domain."""

    label: str
    kind: str
    seeds: int
    x: Floats
    """float64 array (points,), the steps of evaluations, over the span that all seeds cover, where
    a seed without one at some step is interpolated; or the median over seeds of the seconds that
    it took them to get there: one that shared its machine counts little."""
    mean: Floats
    """float64 array (points,), mean return."""
    band: Band | None
    """Its pointwise 95% intervals, Student's t over seeds, shared encoders or not; None for one."""


def read_curves(folders: Sequence[Path], by: Sequence[str] = GROUPING) -> list[CurvePoint]:
    """Read the evaluations of agents' runs, finished or not, in folders at any depth.

    They come in the order of groups, seeds, domains as they were logged, and steps. Of a run that
    was continued later values for a step win, and values of steps that were lost, because they came
    after the checkpoint that it continued from, are left out. Agents of one group agree in the
    columns ``by`` of ``darla_agents.comparison.scores.GROUPING``.

    Raises:
        FileNotFoundError: there is no run, or none with an evaluation.
        ValueError: an unknown column, runs of several tasks, or two runs of one group with the same
            seed.
    """
    check_grouping(by)
    runs = {path: _agent_config(path) for path in _runs(folders)}
    tasks = sorted({_task_of(config) for config in runs.values()})
    if len(tasks) > 1:
        raise ValueError(f"these runs are of several tasks, {', '.join(tasks)}; give those of one")
    keys = {path: _group_key(config, by) for path, config in runs.items()}
    _check_seeds({path: (key, runs[path]["seed"]) for path, key in keys.items()})
    groups = sorted({*keys.values()}, key=rank)
    points = []
    for path in sorted(runs, key=lambda path: (groups.index(keys[path]), runs[path]["seed"])):
        name, kind = label(keys[path], groups)[0], keys[path][0][1]
        for domain, step, seconds, value in _evaluations(path / "tensorboard"):
            points.append(CurvePoint(name, kind, runs[path]["seed"], domain, step, seconds, value))
    if not points:
        raise FileNotFoundError(
            f"no evaluation was logged by any agent in {', '.join(map(str, folders))} yet"
        )
    return points


def mean_curves(points: Iterable[CurvePoint], domain: str, against: str) -> list[MeanCurve]:
    """Return the mean curve of every group that has a span in common, in one domain.

    It is drawn against STEP or SECONDS.
    """
    groups: dict[tuple[str, str], dict[int, list[tuple[float, float, float]]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for point in points:
        if point.domain == domain:
            place = (float(point.step), point.seconds, point.episode_return)
            groups[point.label, point.kind][point.seed].append(place)
    curves = []
    for (name, kind), seeds in groups.items():
        each = [np.array(sorted(places)).T for places in seeds.values()]
        start, end = max(steps[0] for steps, *_ in each), min(steps[-1] for steps, *_ in each)
        shared = np.unique(np.concatenate([steps for steps, *_ in each]))
        shared = shared[(shared >= start) & (shared <= end)]
        if shared.size:
            values = np.stack([np.interp(shared, steps, returns) for steps, _, returns in each])
            seconds = [np.interp(shared, steps, seconds) for steps, seconds, _ in each]
            x = shared if against == STEP else np.median(seconds, axis=0)
            mean, band = values.mean(axis=0), mean_band(values)
            curves.append(MeanCurve(name, kind, len(each), x, mean, band))
    return curves


def _runs(folders: Sequence[Path]) -> list[Path]:
    """Return the folders of agents' runs; those of encoders are passed over."""
    found = []
    for folder in folders:
        runs = sorted(file.parent for file in folder.rglob(RECORD))
        agents = [run for run in runs if "kind" in read_run_config(run)]
        if not agents:
            raise FileNotFoundError(
                f"there is no agent's run in {folder}; train one with darla train-agent"
            )
        found += agents
    return list(dict.fromkeys(run.resolve() for run in found))


def _agent_config(run: Path) -> _AgentConfig:
    """Return what a run's record says of its agent."""
    where = f"config in {run / RECORD}"
    remedy = "leave its folder out, or train the agent again"
    return check_shape(cast(_AgentConfig, read_run_config(run)), _AgentConfig, where, remedy)


def _task_of(config: _AgentConfig) -> str:
    """Return what tables call a run's task: its environment, and how time passes there."""
    environment = EnvironmentSpec.from_json({"env": config["task"], **config})
    repeat, limit = config.get("action_repeat", 1), config.get("max_episode_steps")
    return environment.text + Interaction(action_repeat=repeat, max_episode_steps=limit).suffix


def _group_key(config: _AgentConfig, by: Sequence[str]) -> GroupKey:
    """Return the columns that all runs of a group share, as (column, value) pairs."""
    kind = KINDS.usable().get(config["kind"])  # None: of a package that is not here
    values = {
        "algorithm": config["algorithm"],
        "source": config["domain"],
        "encoder": config.get("encoder") if kind is not None and kind.sees_latents else "",
        "total_timesteps": str(config["total_timesteps"]),
    }
    shared = [(column, str(values[column])) for column in GROUPING if column in by]
    name = name_of(
        config["kind"],
        config.get("augmentation", NONE),
        config.get("augmentation_share", 1.0),
        config.get("augmentation_each", EPISODE),
        label=config.get("label"),
    )
    return (("kind", name), *shared)


def _check_seeds(runs: dict[Path, tuple[GroupKey, int]]) -> None:
    """Check that no two runs of one group share a seed."""
    first: dict[tuple[GroupKey, int], Path] = {}
    for path, (key, seed) in runs.items():
        other = first.setdefault((key, seed), path)
        if other != path:
            raise ValueError(
                f"the runs {other} and {path} differ in nothing that is known, and share their "
                f"seed {seed}; leave one out"
            )


def _evaluations(folder: Path) -> list[tuple[str, int, float, float]]:
    """Return the evaluations of a run as (domain, step, seconds, return), domain by domain."""
    sessions = _sessions(folder)
    if not sessions:
        return []
    events = _load(folder)  # all files, without what came after a checkpoint and was lost
    points = []
    for tag in events.Tags()[SCALARS]:  # in the order in which they were logged
        match = _RETURN.fullmatch(tag)
        if match:
            # The last value for a step is kept.
            last = {event.step: event for event in events.Scalars(tag)}
            for step, event in sorted(last.items()):
                seconds = _time_spent(event.wall_time, sessions)
                points.append((match["domain"], step, seconds, event.value))
    return points


def _sessions(folder: Path) -> list[tuple[float, float]]:
    """Return when the processes that trained a run began and last wrote, in seconds since 1970."""
    sessions = []
    for file in sorted(folder.glob("*tfevents*")):
        events = _load(file)
        times = [event.wall_time for tag in events.Tags()[SCALARS] for event in events.Scalars(tag)]
        if times:
            sessions.append((events.FirstEventTimestamp(), max(times)))
    return sorted(sessions)


def _time_spent(time: float, sessions: Sequence[tuple[float, float]]) -> float:
    """Return the seconds spent in sessions up to a time."""
    place = max(0, bisect.bisect_right([start for start, _ in sessions], time) - 1)
    before = sum(end - start for start, end in sessions[:place])
    return before + time - sessions[place][0]


def _load(path: Path) -> EventAccumulator:
    """Read all scalars of a file of events, or of a folder of such files."""
    events = EventAccumulator(str(path), size_guidance={SCALARS: 0})
    logger = logging.getLogger("tensorboard")
    level = logger.level
    logger.setLevel(logging.ERROR)  # it warns of every run that was continued
    try:
        events.Reload()
    finally:
        logger.setLevel(level)
    return events
