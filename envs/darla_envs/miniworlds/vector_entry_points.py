"""What makes vector environments of MiniWorld's ids: the attribute of this module named as an id.

Gymnasium is given these as strings, since specifications that hold functions cannot be written as
JSON.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import gymnasium as gym

from darla_envs.batch.vector_env import BatchedVectorEnv
from darla_envs.make import make_vector_env

_SETTINGS = {
    "domain",
    "max_episode_steps",
    "obs_width",
    "obs_height",
    "workers",
    "num_threads",
    "antialias",
    "autoreset_mode",
    "render_mode",
}


def make_miniworld(
    task_id: str, num_envs: int, *, env_kwargs: Mapping[str, Any] | None = None, **settings: Any
) -> BatchedVectorEnv:
    """Make environments of a MiniWorld id; see :func:`darla_envs.make.make_vector_env`.

    What is none of its settings is an argument of each environment, as in ``env_kwargs``.
    """
    more = {name: settings.pop(name) for name in settings.keys() - _SETTINGS}
    return make_vector_env(task_id, num_envs, env_kwargs={**(env_kwargs or {}), **more}, **settings)


def __getattr__(name: str) -> Callable[..., BatchedVectorEnv]:
    if name not in gym.registry:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return partial(make_miniworld, name)
