"""The algorithms, and settings that suit each of them with each kind of agent.

The settings are for tasks of short episodes with a handful of actions, learned in 50,000 to 100,000
steps on 8 environments. Kinds share all settings of an algorithm, so that agents differ in what
they see and in nothing else, but for what a kind changes itself, such as the size of a memory (of
DQN, SAC and TD3), which pixels would fill.
"""

import inspect
import json
import math
import re
from typing import Any

from gymnasium import spaces
from stable_baselines3 import A2C, DQN, PPO, SAC, TD3
from stable_baselines3.common.base_class import BaseAlgorithm
from stable_baselines3.common.off_policy_algorithm import OffPolicyAlgorithm

from darla.running.names import lookup, unknown
from darla_agents.agent.kinds import KINDS
from darla_agents.agent.settings_schema import check_values

ALGORITHMS: dict[str, type[BaseAlgorithm]] = {
    "ppo": PPO,
    "a2c": A2C,
    "dqn": DQN,
    "sac": SAC,
    "td3": TD3,
}
"""PPO and A2C take any actions, DQN a Discrete action, SAC and TD3 a Box of them."""

_OF_A_BOX: dict[str, Any] = {
    "learning_rate": "linear:1e-3",
    "buffer_size": 50_000,
    "learning_starts": 2_000,
    "batch_size": 128,
    "gamma": 0.98,
    "tau": 0.01,
    "train_freq": 1,
    "gradient_steps": 2,
}
"""What SAC and TD3 have in common."""

_SHARED: dict[str, dict[str, Any]] = {
    "ppo": {
        "learning_rate": "linear:1e-3",
        "n_steps": 128,
        "batch_size": 128,
        "n_epochs": 4,
        "gamma": 0.98,
        "gae_lambda": 0.95,
        "clip_range": 0.2,
        "ent_coef": 0.005,
        "vf_coef": 0.5,
        "max_grad_norm": 0.5,
        "target_kl": 0.03,  # convolutional policies otherwise take a step too far now and then
    },
    "a2c": {
        "learning_rate": "linear:7e-4",
        "n_steps": 16,
        "gamma": 0.98,
        "gae_lambda": 0.95,
        "ent_coef": 0.01,
        "vf_coef": 0.5,
        "max_grad_norm": 0.5,
    },
    "dqn": {
        "learning_rate": "linear:1e-3",
        "buffer_size": 50_000,
        "learning_starts": 2_000,
        "batch_size": 64,
        "gamma": 0.98,
        "n_steps": 5,  # with one, a reward at the end of an episode takes too long to spread
        "train_freq": 1,
        "gradient_steps": 2,
        "target_update_interval": 1_000,
        "exploration_fraction": 0.5,
        "exploration_final_eps": 0.05,
    },
    "sac": {**_OF_A_BOX, "ent_coef": "auto"},
    "td3": {**_OF_A_BOX, "action_noise": 0.1},
}

# The entropy of a normal distribution has no bound: a reward for it widens policies for ever.
_IN_A_BOX = {name: {"ent_coef": 0.0} for name in ("ppo", "a2c")}
"""What is otherwise where actions are a Box."""

LARGEST_MEMORY = 1 << 30
"""Bytes of observations that an algorithm remembers, unless its buffer_size is set."""

SCHEDULED = ("learning_rate", "clip_range", "clip_range_vf")
"""Settings that may change over a run: "linear:3e-4" falls from 3e-4 to 0."""

_ADAPTED = {
    "ent_coef": re.compile(r"auto(_[0-9]{1,3}(\.[0-9]{1,9})?)?"),
    "target_entropy": re.compile("auto"),
}
"""Settings of SAC that may be adapted to how it learns, and how that is written."""

_NOT_SETTINGS = {
    "self",
    "policy",
    "env",
    "seed",
    "device",
    "verbose",
    "tensorboard_log",
    "monitor_wrapper",
    "rollout_buffer_class",
    "rollout_buffer_kwargs",
    "replay_buffer_class",
    "replay_buffer_kwargs",
    "_init_setup_model",
}


def settings_for(
    algorithm: str,
    kind: str,
    overrides: dict[str, Any],
    observed: spaces.Space[Any] | None = None,
    actions: spaces.Space[Any] | None = None,
) -> dict[str, Any]:
    """Return the settings of an algorithm for a kind of agent.

    Overrides replace settings by the names of the algorithm's own arguments; ``action_noise`` is
    the standard deviation of the noise, where actions go from -1 to 1. Once it is known what the
    agent observes, and what its actions are, settings suit these too: no reward for entropy in a
    Box, and a memory of at most :data:`LARGEST_MEMORY` bytes of observations.

    Raises:
        ValueError: an unknown algorithm, kind or setting, or a value of the wrong type.
    """
    own = KINDS[kind].settings.get(algorithm, {})
    check_settings(algorithm, overrides)
    suited = _IN_A_BOX.get(algorithm, {}) if isinstance(actions, spaces.Box) else {}
    settings = {**_SHARED[algorithm], **suited, **own}
    if observed is not None and remembers(algorithm):
        most = max(LARGEST_MEMORY // (2 * _bytes_of(observed)), 1)  # what was seen, and what next
        settings["buffer_size"] = min(settings["buffer_size"], most)
    return {**settings, **overrides}


def remembers(algorithm: str) -> bool:
    """Whether an algorithm learns from a memory of earlier steps, which is not saved."""
    return issubclass(lookup("algorithm", algorithm, ALGORITHMS), OffPolicyAlgorithm)


def _bytes_of(space: spaces.Space[Any]) -> int:
    """Return how many bytes a memory needs for an observation."""
    entries = list(space.values()) if isinstance(space, spaces.Dict) else [space]
    return sum(
        math.prod(each.shape or ()) * (8 if each.dtype is None else each.dtype.itemsize)
        for each in entries
    )


def check_settings(algorithm: str, settings: dict[str, Any]) -> None:
    """Check the names and values of settings, wherever they come from.

    Raises:
        ValueError: an unknown algorithm or setting, or a value that cannot be used.
    """
    parameters = _parameters(algorithm)
    for name in settings:
        if name not in parameters:
            raise unknown(f"setting of {algorithm}", name, parameters)
    check_values(settings)
    for name in SCHEDULED:
        if isinstance(settings.get(name), str):
            schedule_start(name, settings[name])
    for name, pattern in _ADAPTED.items():
        value = settings.get(name)
        if isinstance(value, str) and not (algorithm == "sac" and pattern.fullmatch(value)):
            adapted = ", or auto for one that is adapted" if algorithm == "sac" else ""
            raise ValueError(f"setting {name} is {value!r}, but must be a number{adapted}")


def _parameters(algorithm: str) -> dict[str, inspect.Parameter]:
    """Return what can be set of an algorithm, by name."""
    algorithm_class = lookup("algorithm", algorithm, ALGORITHMS)
    parameters = inspect.signature(algorithm_class.__init__).parameters
    return {name: value for name, value in parameters.items() if name not in _NOT_SETTINGS}


def schedule_start(name: str, text: str) -> float:
    """Return the number that a schedule "linear:number", which ends at 0, begins with.

    A ValueError where it is written otherwise.
    """
    kind, _, number = text.partition(":")
    try:
        if kind != "linear":
            raise ValueError(kind)
        start = float(number)
        if not 0 <= start < 1e9:
            raise ValueError(number)
        return start
    except ValueError as error:
        raise ValueError(
            f"setting {name} is {text!r}, but must be a number, or linear:number for one that "
            "falls to 0 over the run, such as linear:3e-4"
        ) from error


def parse_settings(texts: tuple[str, ...]) -> dict[str, Any]:
    """Read settings from "name=value" texts, with values as in JSON; a ValueError for others."""
    settings = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise ValueError(f"a setting is written name=value, such as n_steps=256, not {text!r}")
        try:
            settings[name] = json.loads(value)
        except (ValueError, RecursionError):
            settings[name] = value
    return settings
