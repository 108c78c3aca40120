"""Which registered ids are MiniWorld environments: stock ones, and those of one's own."""

import importlib
from typing import Any

import darla_envs.stock  # noqa: F401  (before MiniWorld; registers the stock ones)

# isort: split
import gymnasium as gym
from gymnasium.envs.registration import load_env_creator
from miniworld.miniworld import MiniWorldEnv

from darla_envs.batch.worlds import CannotBatch
from darla_envs.names import hint


def is_miniworld(env_id: str) -> bool:
    """Return whether an id is, as far as can be told unmade, one of a MiniWorld environment.

    Raises:
        ValueError: it looks like one of MiniWorld's and is none; the nearest is suggested.
    """
    creator = _creator(env_id)
    return not isinstance(creator, type) or issubclass(creator, MiniWorldEnv)


def check_miniworld(env_id: str) -> None:
    """Check that an id is, as far as can be told unmade, one of a MiniWorld environment.

    Raises:
        ValueError: it is not.
    """
    if not is_miniworld(env_id):
        raise CannotBatch(
            f"{env_id} is no MiniWorld environment; batches are made of those, such as "
            "MiniWorld-Maze-v0, and of the tasks of this package"
        )


def _creator(env_id: str) -> Any:
    """Return what makes environments of an id: a class or a function."""
    module, _, name = env_id.rpartition(":")
    if module:
        importlib.import_module(module)
    try:
        creator = gym.spec(name).entry_point
    except gym.error.Error:
        known = sorted(each for each in gym.registry if each.startswith("MiniWorld-"))
        raise ValueError(
            f"there is no environment {env_id!r}; {hint(name, known)}MiniWorld's are: "
            f"{', '.join(known)}"
        ) from None
    return load_env_creator(creator) if isinstance(creator, str) else creator
