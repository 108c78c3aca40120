"""Single MiniWorld environments as batches hold them: made by their id, without OpenGL."""

from collections.abc import Mapping
from typing import Any

import gymnasium as gym
import numpy as np
from gymnasium import spaces
from miniworld.miniworld import MiniWorldEnv

from darla_envs.batch.worlds import CannotBatch
from darla_envs.miniworlds.undrawn import stop_drawing
from darla_envs.miniworlds.without_gl import without_gl

_PLAIN = (gym.wrappers.OrderEnforcing, gym.wrappers.PassiveEnvChecker)


def make_undrawn(
    env_id: str, blank: np.ndarray, max_episode_steps: int | None, kwargs: Mapping[str, Any]
) -> gym.Env[Any, Any]:
    """Make an environment that never draws; see :func:`darla_envs.miniworlds.undrawn.stop_drawing`.

    Raises:
        ValueError: the id is not MiniWorld's, the environment draws in its own way, or an argument
            is wrong.
    """
    try:
        with without_gl():
            env = gym.make(
                env_id, max_episode_steps=max_episode_steps, disable_env_checker=True, **kwargs
            )
    except TypeError as error:
        raise CannotBatch(
            f"{env_id} is no MiniWorld environment, or cannot be made with {dict(kwargs)}: {error}"
        ) from error
    if not isinstance(env.unwrapped, MiniWorldEnv):
        raise CannotBatch(f"{env_id} is no MiniWorld environment, but {env.unwrapped}")
    stop_drawing(env.unwrapped, blank)
    return env


def is_wrapped(env: gym.Env[Any, Any]) -> bool:
    """Return whether wrappers do more than check."""
    while isinstance(env, gym.Wrapper):
        if type(env) not in _PLAIN:
            return True
        env = env.env
    return False


def find_picture_key(space: spaces.Space[Any], shape: tuple[int, ...], env_id: str) -> str | None:
    """Return the entry of a picture (H, W, 3) in a Dict observation, None when it is the whole.

    Raises:
        ValueError: there is no such picture.
    """
    if isinstance(space, spaces.Box) and space.shape == shape:
        return None
    if isinstance(space, spaces.Dict):
        for name, part in space.items():
            if isinstance(part, spaces.Box) and part.shape == shape:
                return str(name)
    raise CannotBatch(
        f"{env_id} observes {space}, but a batch shows MiniWorld's pictures, alone or in a Dict"
    )
