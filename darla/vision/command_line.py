"""Read the command line of a training: an objective, and flags for its own settings alone.

    --objective beta_vae --beta 2 --epochs 3

Which flags there are depends on the objective, so that ``--objective`` is read first. ``--help``
shows the settings of the objective that is given with it.
"""

import dataclasses
from collections.abc import Sequence
from typing import Annotated, Any, Literal

import tyro

from darla.objectives import OBJECTIVES, ObjectiveSettings
from darla.objectives.registry import families, no_such_setting
from darla.running.option_help import option_help
from darla.vision.config import VisionConfig

_FLAG = "--objective"


def parse_vision_config(
    arguments: Sequence[str],
    default: VisionConfig,
    description: str = "",
    program: str | None = None,
) -> VisionConfig:
    """Return the configuration that arguments, without the command's own name, ask for.

    ``--help``, which begins with the description, and flags that nobody knows end the process, as
    tyro does. What is not given has the default's value, the objective too. The program is how the
    command is called in its help; by default as this process was. A ValueError where the objective
    is unknown (the nearest is suggested), or a flag belongs to settings that only other objectives
    have.
    """
    name, rest = _take_objective(arguments, default.objective.objective)
    settings = default.objective
    if name != settings.objective:
        settings = OBJECTIVES[name].settings_class()
    rest = [_renamed(each, settings) for each in rest]
    _check_flags(rest, settings)
    parsed: VisionConfig = tyro.cli(
        _with_objective(name, dataclasses.replace(default, objective=settings)),
        args=rest,
        description=f"{description.strip()}\n\n{_how_to_see_others(name)}",
        prog=program,
        registry=option_help(),
    )
    return parsed


def flags_of_all(default: VisionConfig) -> Any:
    """Return what tyro would read if an objective had the settings of all, for shells to complete.

    Args:
        default: the values of what is not given.
    """
    known = set(ObjectiveSettings.names())
    others: list[tuple[str, Any, Any]] = []
    for kind in OBJECTIVES.usable().values():
        for each in dataclasses.fields(kind.settings_class):
            if each.name not in known:
                known.add(each.name)
                others.append((each.name, each.type, _with_default_of(each)))
    every = dataclasses.make_dataclass(
        "EverySetting", others, bases=(ObjectiveSettings,), frozen=True
    )
    name = default.objective.objective
    return _with_objective(name, dataclasses.replace(default, objective=every()))


def _with_default_of(setting: "dataclasses.Field[Any]") -> Any:
    """Return a new field with the default of another."""
    if setting.default_factory is not dataclasses.MISSING:
        return dataclasses.field(default_factory=setting.default_factory)
    return dataclasses.field(default=setting.default)


def _take_objective(arguments: Sequence[str], default: str) -> tuple[str, list[str]]:
    """Return the name of the objective, not an alias, and all arguments but this."""
    name, rest, given = default, [], iter(arguments)
    for each in given:
        if each.startswith(f"{_FLAG}="):
            name = each.partition("=")[2]
        elif each == _FLAG:
            name = next(given, "")
        else:
            rest.append(each)
    if name not in OBJECTIVES:
        OBJECTIVES[name]  # raises the error that suggests the nearest
    return OBJECTIVES.name_of(name), rest


def _renamed(argument: str, settings: ObjectiveSettings) -> str:
    """Return a flag of version 0.1, such as ``--factor-vae.units``, as it is called today."""
    flag, equals, value = argument.partition("=")
    for name, earlier in settings.earlier_names.items():
        if flag.replace("_", "-") == _flag(earlier):
            return _flag(name) + equals + value
    return argument


def _check_flags(arguments: Sequence[str], settings: ObjectiveSettings) -> None:
    """Check that no flag belongs to settings that only other objectives have."""
    trained = [each.name for each in dataclasses.fields(VisionConfig)]
    own = {_flag(name) for name in [*trained, *settings.names()]}
    for argument in arguments:
        flag = argument.partition("=")[0].replace("_", "-")
        if not flag.startswith("--") or flag in own:
            continue
        for kind in OBJECTIVES.usable().values():
            others = kind.settings_class
            names = {_flag(name): name for name in others.names()}
            names |= {_flag(earlier): name for name, earlier in others.earlier_names.items()}
            if flag in names:
                raise no_such_setting(settings.objective, names[flag])


def _with_objective(name: str, default: VisionConfig) -> Any:
    """Return a function of all flags for tyro: the objective's name, and the flat settings."""

    def configured(objective: str, config: VisionConfig) -> VisionConfig:
        """Return the configuration: the objective is in it already."""
        return config

    names: Any = Literal[tuple(OBJECTIVES)]
    configured.__annotations__ = {
        "objective": Annotated[names, tyro.conf.arg(help="What to train.")],
        "config": Annotated[
            tyro.conf.OmitArgPrefixes[VisionConfig], tyro.conf.arg(name="", prefix_name=False)
        ],
        "return": VisionConfig,
    }
    configured.__defaults__ = (name, default)
    return configured


def _how_to_see_others(name: str) -> str:
    """Say whose settings the help shows, and how to see those of others."""
    listed = "\n".join(f"    {family}: {', '.join(names)}" for family, names in families().items())
    return (
        f"The settings below are those of {name}; for those of another objective: "
        f"{_FLAG} NAME --help, where NAME is one of\n\n{listed}"
    )


def _flag(name: str) -> str:
    """Return the flag of a setting."""
    return f"--{name.replace('_', '-')}"
