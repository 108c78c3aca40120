"""What makes vector environments of MiniWorld's ids: the attribute of this module named as an id.

Gymnasium is given these as strings, since specifications that hold functions cannot be written as
JSON.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import gymnasium as gym
from gymnasium.vector import AutoresetMode

from darla_envs.batch.vector_env import BatchedVectorEnv
from darla_envs.make import make_vector_env


def make_miniworld(
    task_id: str,
    num_envs: int,
    *,
    domain: Any = "source",
    max_episode_steps: int | None = None,
    obs_width: int = 80,
    obs_height: int = 60,
    workers: int = 0,
    num_threads: int | None = None,
    antialias: bool = True,
    autoreset_mode: AutoresetMode | str = AutoresetMode.NEXT_STEP,
    render_mode: str | None = None,
    env_kwargs: Mapping[str, Any] | None = None,
    **more_env_kwargs: Any,
) -> BatchedVectorEnv:
    """Make environments of a MiniWorld id; see :func:`darla_envs.make.make_vector_env`.

    What is not named here is an argument of each environment, as in ``env_kwargs``.
    """
    return make_vector_env(
        task_id,
        num_envs,
        domain=domain,
        max_episode_steps=max_episode_steps,
        obs_width=obs_width,
        obs_height=obs_height,
        workers=workers,
        num_threads=num_threads,
        antialias=antialias,
        autoreset_mode=autoreset_mode,
        render_mode=render_mode,
        env_kwargs={**(env_kwargs or {}), **more_env_kwargs},
    )


def __getattr__(name: str) -> Callable[..., BatchedVectorEnv]:
    if name not in gym.registry:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return partial(make_miniworld, name)
