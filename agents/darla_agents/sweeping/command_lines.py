"""Configurations as the commands that ask for them, ready to be pasted."""

import json
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from darla.vision.config import VisionConfig
from darla_agents.learning.config import TrainAgentConfig
from darla_agents.sweeping.stage_settings import changed_from_defaults

_LEFT_OUT = ("progress", "eval_domains")


def train_vision_line(config: VisionConfig) -> str:
    """Return the ``darla train-vision`` that trains what a configuration says."""
    settings = changed_from_defaults(config)
    own = changed_from_defaults(config.objective)
    first = {"data": config.data, "objective": config.objective.objective}
    rest = {name: value for name, value in settings.items() if name not in (*first, "out")}
    return _line("train-vision", {**first, **rest, **own, "out": config.out})


def train_agent_line(config: TrainAgentConfig) -> str:
    """Return the ``darla train-agent`` that trains what a configuration says."""
    settings = changed_from_defaults(config)
    rest = {name: value for name, value in settings.items() if name not in (*_LEFT_OUT, "out")}
    return _line("train-agent", {**rest, "out": config.out})


def _line(command: str, settings: Mapping[str, Any]) -> str:
    """Return a command with its options."""
    words = ["darla", command]
    for name, value in settings.items():
        words += _option(name.replace("_", "-"), value)
    return shlex.join(words)


def _option(flag: str, value: Any) -> list[str]:
    """Return an option and its values as they are written."""
    if isinstance(value, bool):
        return [f"--{flag}" if value else f"--no-{flag}"]
    if isinstance(value, Mapping):
        pairs = [[name, _word(json.dumps(each))] for name, each in value.items()]
        return [f"--{flag}", *(word for pair in pairs for word in pair)]
    if isinstance(value, tuple):
        return [f"--{flag}", *map(_word, value)]
    return [f"--{flag}", _word(value)]


def _word(value: Any) -> str:
    """Return a value as it is written."""
    return value.as_posix() if isinstance(value, Path) else str(value)
