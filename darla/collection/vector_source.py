"""Make environments that are simulated and drawn many at a time, and give RGB pictures."""

import inspect
from collections.abc import Mapping, Sequence
from typing import Any

import gymnasium as gym
from gymnasium.envs.registration import load_env_creator
from gymnasium.vector import AutoresetMode

from darla.collection.frame_source import register
from darla.frames.pictures import has_picture

VectorEnvironment = gym.vector.VectorEnv[Any, Any, Any]


def make_vector_env(
    env_id: str, env_kwargs: Mapping[str, Any], imports: Sequence[str], num_envs: int
) -> VectorEnvironment | None:
    """Make a vector environment that draws in this thread; None where none is offered.

    That is where Gymnasium knows no vector entry point for the id, or its environments observe no
    pictures or do not reset themselves in the next step. For arguments and errors see
    :func:`darla.collection.frame_source.make_env`.
    """
    register(env_id, imports)
    entry_point = _vector_entry_point(env_id)
    if entry_point is None:
        return None
    try:
        one_thread = {"num_threads": 1} if "num_threads" in _parameters(entry_point) else {}
        kwargs = {**one_thread, **env_kwargs}
        envs = gym.make_vec(env_id, num_envs, "vector_entry_point", **kwargs)
    except (gym.error.Error, ImportError, TypeError) as error:
        raise ValueError(f"cannot make {env_id}: {error}") from error
    mode = envs.metadata.get("autoreset_mode", AutoresetMode.NEXT_STEP)
    if has_picture(envs.single_observation_space) and mode == AutoresetMode.NEXT_STEP:
        return envs
    envs.close()
    return None


def _vector_entry_point(env_id: str) -> Any:
    """Return what makes many environments of an id at once; None where nothing does."""
    try:
        spec = gym.spec(env_id.rpartition(":")[2])  # register() has imported the module
    except gym.error.Error:  # gym.make says what is wrong, and suggests another id
        return None
    # Gymnasium cannot put the wrappers of a specification around vector environments.
    return None if spec.additional_wrappers else spec.vector_entry_point


def _parameters(entry_point: Any) -> Mapping[str, Any]:
    """Return the parameters of what an entry point names."""
    creator = load_env_creator(entry_point) if isinstance(entry_point, str) else entry_point
    return inspect.signature(creator).parameters
