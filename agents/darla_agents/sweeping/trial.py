"""One trial: what its settings train, by the functions that the commands call, and its measures."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from darla.environments.spec import EnvironmentSpec
from darla.running.one_line import one_line
from darla.stores.urls import local_place
from darla.vision.train import train_vision
from darla_agents.learning.callbacks import Watch
from darla_agents.learning.train import train_agent
from darla_agents.sweeping.measures import TrialFolder
from darla_agents.sweeping.stage_settings import AGENT, VISION
from darla_agents.sweeping.sweep_file import Sweep


def run_trial(
    sweep: Sweep,
    values: Mapping[str, Mapping[str, Any]],
    folder: Path,
    watch: Watch | None = None,
    progress: bool = True,
) -> tuple[float, ...]:
    """Train what a trial's settings say, or go on where it was cut; return its measures.

    ``watch`` is told of the agent's evaluations, and may end the trial by an error of its own.

    Raises:
        ValueError: what was trained is of no use, as its run or a measure says.
    """
    encoder: Path | None = None
    agent: Path | None = None
    environment: EnvironmentSpec | None = None
    if VISION in sweep.stages:
        trained = train_vision(sweep.vision_config(values, folder))
        encoder = local_place(trained.bundle, "trials")
    if AGENT in sweep.stages:
        config = sweep.agent_config(values, folder, progress)
        agent = local_place(train_agent(config, watch), "trials")
        environment = config.environment_of(config.task)
    made = TrialFolder(folder, encoder, agent, environment)
    return tuple(measure.measure(made) for measure in sweep.measures)


@dataclass(frozen=True)
class TrialTask:
    """A trial that may run on another machine."""

    sweep: Sweep
    values: Mapping[str, Mapping[str, Any]]
    folder: Path


def try_task(task: TrialTask) -> tuple[float, ...] | str:
    """Run a trial without bars; return its measures, or why it failed."""
    try:
        return run_trial(task.sweep, task.values, task.folder, progress=False)
    except ValueError as error:
        return one_line(error)
