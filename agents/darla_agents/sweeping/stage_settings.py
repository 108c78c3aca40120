"""From values by name to the configurations of the commands, whose own checks say what is wrong.

Names are those of :class:`darla.vision.config.VisionConfig` and of its objective's settings, and of
:class:`darla_agents.learning.config.TrainAgentConfig`; settings of an agent's algorithm are
``settings.n_steps``.
"""

import dataclasses
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_type_hints

import msgspec

from darla.objectives import OBJECTIVES
from darla.objectives.registry import no_such_setting
from darla.running.names import unknown
from darla.vision.config import VisionConfig
from darla_agents.learning.config import TrainAgentConfig, make_spec

VISION, AGENT = "vision", "agent"
STAGES = (VISION, AGENT)
"""What a trial may train, in this order."""
SETTINGS = "settings"
"""The table of an agent's that holds settings of its algorithm."""

_OWN = {
    VISION: {"out": "every trial has a folder of its own"},
    AGENT: {
        "out": "every trial has a folder of its own",
        "progress": "it is an option of the command",
        "export_zip": "trials leave no zip files",
        "eval_domains": "a sweep looks at agents in the domain of its objective alone",
    },
}
"""Options that a sweep decides itself, and why."""


def check_may_be_set(stage: str, name: str, where: str, encoder_is_trained: bool) -> None:
    """Raise a ValueError for an option of a stage that the sweep decides itself."""
    reasons = dict(_OWN[stage])
    if stage == AGENT and encoder_is_trained:
        reasons["encoder"] = "it is the one that the trial has trained"
    if name in reasons:
        raise ValueError(f"{where} cannot be given in a sweep: {reasons[name]}; leave it out")


def vision_config(values: Mapping[str, Any], out: Path) -> VisionConfig:
    """Return the configuration of a vision model's training, checked.

    A ValueError where a name is unknown (the nearest is suggested), or a value is of a wrong type
    or out of range.
    """
    name = _objective_of(values)
    kind = OBJECTIVES[name].settings_class
    training, own = get_type_hints(VisionConfig), get_type_hints(kind)
    known = {*training, *kind.names()} - {"objective"}
    found: dict[str, dict[str, Any]] = {"training": {}, "objective": {}}
    for key, value in values.items():
        if key == "objective":
            continue
        if key not in known:
            others = any(
                key in each.settings_class.names() for each in OBJECTIVES.usable().values()
            )
            raise no_such_setting(name, key) if others else unknown("setting of vision", key, known)
        of_run = key in training
        hint = training[key] if of_run else own[key]
        found["training" if of_run else "objective"][key] = typed(value, hint, f"vision.{key}")
    config = VisionConfig(out=out, objective=kind(**found["objective"]), **found["training"])
    config.check()
    return config


def _objective_of(values: Mapping[str, Any]) -> str:
    """Return the name of the objective that is trained."""
    name = values.get("objective", VisionConfig().objective.objective)
    if not isinstance(name, str):
        raise ValueError(f"vision.objective is {name!r}; expected the name of one")
    return name


def agent_config(values: Mapping[str, Any], out: Path, **own: Any) -> TrainAgentConfig:
    """Return the configuration of an agent's training, checked; ``own`` is what a sweep decides.

    For errors see :func:`vision_config`.
    """
    hints = get_type_hints(TrainAgentConfig)
    found: dict[str, Any] = {}
    for key, value in values.items():
        if key not in hints:
            raise unknown("setting of agent", key, hints)
        found[key] = (
            _settings(value) if key == SETTINGS else typed(value, hints[key], f"agent.{key}")
        )
    config = TrainAgentConfig(**{**found, "out": out, **own})
    make_spec(config)  # checks all that can be checked without environments
    return config


def _settings(table: Any) -> tuple[str, ...]:
    """Return an algorithm's settings as the command takes them, from a table."""
    if not isinstance(table, Mapping):
        raise ValueError(f"agent.settings is {table!r}; expected a table such as [agent.settings]")
    return tuple(
        f"{name}={value if isinstance(value, str) else json.dumps(value)}"
        for name, value in table.items()
    )


def typed(value: Any, hint: Any, where: str) -> Any:
    """Return a value of TOML as the type of a field; a ValueError if it is of another.

    Lists become tuples, and texts paths.
    """
    try:
        return msgspec.convert(value, hint, dec_hook=lambda kind, given: kind(given))
    except (msgspec.ValidationError, TypeError) as error:
        said = str(error).partition(" - at ")[0]
        raise ValueError(f"{where} is {value!r}; {said[0].lower()}{said[1:]}") from error


def type_of(stage: str, name: str, values: Mapping[str, Any]) -> Any:
    """Return the type of a setting of a stage; Any where it is not known."""
    if stage == AGENT:
        return get_type_hints(TrainAgentConfig).get(name, Any)
    hints = get_type_hints(VisionConfig)
    kind = OBJECTIVES[_objective_of(values)].settings_class
    return (hints | get_type_hints(kind)).get(name, Any)


def set_value(values: dict[str, Any], name: str, value: Any) -> None:
    """Set a value in the table of a stage; ``settings.n_steps`` is one of the table in it."""
    table, _, key = name.rpartition(".")
    if table:
        values[table] = {**values.get(table, {}), key: value}
    else:
        values[name] = value


def changed_from_defaults(config: Any) -> dict[str, Any]:
    """Return the fields of a dataclass, all of which have defaults, that differ from these."""
    usual = type(config)()
    given = {each.name: getattr(config, each.name) for each in dataclasses.fields(config)}
    return {name: value for name, value in given.items() if value != getattr(usual, name)}
