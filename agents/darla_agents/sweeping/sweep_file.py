"""What is swept, and by what it is judged: a TOML file, checked before anything is trained."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, NotRequired, TypedDict

from darla.environments.spec import EnvironmentSpec
from darla.frames.joined import open_frames
from darla.running.names import unknown
from darla.running.plain_json import as_json
from darla.running.toml_files import read_toml
from darla.vision.config import VisionConfig
from darla_agents.learning.config import TrainAgentConfig
from darla_agents.sweeping.measures import ValidationReturn, read_measure
from darla_agents.sweeping.space import Choices, Dimension, check_table, read_dimension
from darla_agents.sweeping.stage_settings import (
    AGENT,
    SETTINGS,
    STAGES,
    VISION,
    agent_config,
    check_may_be_set,
    set_value,
    type_of,
    typed,
    vision_config,
)
from darla_agents.sweeping.validation_domains import check_no_target

MEDIAN, NONE = "median", "none"
_MOST_OBJECTIVES = 2


class _File(TypedDict):
    """What a sweep's file holds; what its tables hold is checked one by one."""

    commands: list[Literal["vision", "agent"]]
    objectives: list[dict[str, Any]]
    search: dict[str, dict[str, Any]]
    vision: NotRequired[dict[str, Any]]
    agent: NotRequired[dict[str, Any]]
    pruning: NotRequired[Literal["median", "none"]]


@dataclass(frozen=True)
class Sweep:
    """What a file says."""

    stages: tuple[str, ...]
    """What each trial trains, one after the other: vision, agent."""
    fixed: Mapping[str, Mapping[str, Any]]
    """By stage, the settings that all trials have."""
    space: Mapping[str, Dimension]
    """What is searched, by names such as ``vision.learning_rate``, ``agent.settings.n_steps``."""
    measures: tuple[Any, ...]
    """One or two of :data:`darla_agents.sweeping.measures.Measure`."""
    pruned: bool
    """Whether trials end early whose agents return less than the median did by then."""
    recorded: Mapping[str, Any]
    """The file as it was read, for JSON."""

    def values(self, drawn: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
        """Return all settings of a trial by stage, given what was drawn for the space."""
        found = {stage: dict(self.fixed[stage]) for stage in self.stages}
        for name, dimension in self.space.items():
            stage, _, setting = name.partition(".")
            set_value(found[stage], setting, dimension.value_of(drawn[name]))
        return found

    def vision_config(self, values: Mapping[str, Mapping[str, Any]], folder: Path) -> VisionConfig:
        """Return how a trial in a folder trains its vision model."""
        return vision_config(values[VISION], folder / VISION)

    def agent_config(
        self, values: Mapping[str, Mapping[str, Any]], folder: Path, progress: bool = True
    ) -> TrainAgentConfig:
        """Return how a trial in a folder trains its agent, which is looked at in one domain."""
        own: dict[str, Any] = {"progress": progress, "eval_domains": self.watched_domains}
        if VISION in self.stages:
            own["encoder"] = folder / VISION / "encoder"
        return agent_config(values[AGENT], folder / AGENT, **own)

    @property
    def watched_domains(self) -> tuple[str, ...]:
        """The domains in which agents are looked at while they learn."""
        return tuple(each.domain for each in self.measures if isinstance(each, ValidationReturn))


def read_sweep(path: Path) -> Sweep:
    """Read a sweep's file, and check all that can be checked before the first trial.

    Raises:
        FileNotFoundError: there is no such file, or no dataset.
        ValueError: it is not TOML, holds something else than a sweep, names what is unknown (the
            nearest is suggested) or a target, or a setting could not be trained with.
    """
    table = read_toml(path)
    check_table(table, _File, str(path))
    stages = tuple(stage for stage in STAGES if stage in table["commands"])
    if not stages:
        raise ValueError(f"{path} has no commands; give one or both of {', '.join(STAGES)}")
    for name in (*table["search"], *(each for each in STAGES if each in table)):
        if name not in STAGES:
            raise unknown("command in search", name, stages)
        if name not in stages:
            raise ValueError(
                f"{path} has settings of {name}, which is not among commands; add it there, or "
                "leave them out"
            )
    fixed = {stage: table.get(stage, {}) for stage in stages}
    _check_own(fixed, table["search"], stages)
    space = _read_space(table["search"], fixed)
    recorded = as_json(table, str(path))
    environment = _check_values(Sweep(stages, fixed, space, (), False, recorded))
    measures = _read_measures(table["objectives"], environment)
    pruned = _is_pruned(table.get("pruning"), measures)
    return Sweep(stages, fixed, space, measures, pruned, recorded)


def _check_own(
    fixed: Mapping[str, Mapping[str, Any]],
    search: Mapping[str, Mapping[str, Any]],
    stages: tuple[str, ...],
) -> None:
    """Raise a ValueError where an option is given that sweeps decide themselves."""
    for stage in stages:
        for name in fixed[stage]:
            check_may_be_set(stage, name, f"{stage}.{name}", VISION in stages)
        for name in search.get(stage, {}):
            check_may_be_set(stage, name, f"search.{stage}.{name}", VISION in stages)
            if name in fixed[stage] and name != SETTINGS:
                raise ValueError(f"{stage}.{name} is given and searched; leave one of them out")


def _read_space(
    search: Mapping[str, Mapping[str, Any]], fixed: Mapping[str, Mapping[str, Any]]
) -> dict[str, Dimension]:
    """Return what is searched; a ValueError where it is nothing, or not understood."""
    found: dict[str, Dimension] = {}
    for stage in fixed:
        for name, table in search.get(stage, {}).items():
            if stage == AGENT and name == SETTINGS and isinstance(table, Mapping):
                for setting, inner in table.items():
                    label = f"{AGENT}.{SETTINGS}.{setting}"
                    if setting in fixed[stage].get(SETTINGS, {}):
                        raise ValueError(f"{label} is given and searched; leave one of them out")
                    found[label] = read_dimension(inner, f"search.{label}")
            else:
                dimension = read_dimension(table, f"search.{stage}.{name}")
                found[f"{stage}.{name}"] = _suited(dimension, stage, name, fixed[stage])
    if not found:
        raise ValueError("nothing is searched; give [search.vision] or [search.agent] a setting")
    return found


def _suited(dimension: Dimension, stage: str, name: str, fixed: Mapping[str, Any]) -> Dimension:
    """Return a range with whole numbers only where the setting is one."""
    if isinstance(dimension, Choices):
        return dimension
    hint, where = type_of(stage, name, fixed), f"search.{stage}.{name}"
    ends = [typed(end, hint, where) for end in (dimension.low, dimension.high)]
    return replace(dimension, whole=all(isinstance(end, int) for end in ends))


def _check_values(sweep: Sweep) -> EnvironmentSpec | None:
    """Check the ends of ranges and all choices, one setting after the other.

    The commands' own checks say what is wrong, of single values and of what does not go together.

    Returns:
        What agents act in; None where none is trained.
    """
    usual = {name: _drawn(each)[0] for name, each in sweep.space.items()}
    environment = _check_trial(sweep, usual)
    for name, dimension in sweep.space.items():
        for value in _drawn(dimension)[1:]:
            try:
                _check_trial(sweep, {**usual, name: value})
            except ValueError as error:
                raise ValueError(f"{error} (with {name} = {dimension.value_of(value)})") from error
    return environment


def _drawn(dimension: Dimension) -> tuple[Any, ...]:
    """Return what may be drawn of a dimension, as far as it must be tried."""
    return dimension.labels if isinstance(dimension, Choices) else dimension.samples()


def _check_trial(sweep: Sweep, drawn: Mapping[str, Any]) -> EnvironmentSpec | None:
    """Check the configurations of a trial; return what its agent acts in."""
    values, folder = sweep.values(drawn), Path("trial")
    if VISION in sweep.stages:
        open_frames(sweep.vision_config(values, folder).data)
    if AGENT not in sweep.stages:
        return None
    config = sweep.agent_config(values, folder)
    environment = config.environment_of(config.task)
    check_no_target(environment, config.domain, "agent.domain")
    return environment


def _read_measures(
    tables: list[dict[str, Any]], environment: EnvironmentSpec | None
) -> tuple[Any, ...]:
    """Return the measures; a ValueError where there is none, or too many, or one twice."""
    if not 1 <= len(tables) <= _MOST_OBJECTIVES:
        raise ValueError(f"there are {len(tables)} objectives; give one, or two to be traded off")
    found = [
        read_measure(table, environment, f"objectives[{index}]")
        for index, table in enumerate(tables)
    ]
    if len({each.label for each in found}) < len(found):
        raise ValueError(f"the objective {found[0].label!r} is given twice; give it once")
    return tuple(found)


def _is_pruned(asked: str | None, measures: tuple[Any, ...]) -> bool:
    """Whether trials may end early: where the return of an agent is all that counts."""
    possible = len(measures) == 1 and isinstance(measures[0], ValidationReturn)
    if asked == MEDIAN and not possible:
        raise ValueError(
            f"pruning is {MEDIAN!r}, but trials can be compared before their end only where the "
            f'return of an agent is the one objective; give pruning = "{NONE}"'
        )
    return possible and asked != NONE
