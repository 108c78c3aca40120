"""Make environments that are simulated and drawn many at a time, and give RGB pictures."""

from collections.abc import Mapping, Sequence
from typing import Any

import gymnasium as gym
from gymnasium.vector import AutoresetMode

from darla.environments.making import loaded, register, takes
from darla.environments.spec import EnvironmentSpec
from darla.frames.pictures import has_picture
from darla.running.one_line import one_line

VectorEnvironment = gym.vector.VectorEnv[Any, Any, Any]


def make_vector_env(
    spec: EnvironmentSpec,
    num_envs: int,
    *,
    further: Mapping[str, Any] | None = None,
    imports: Sequence[str] = (),
) -> VectorEnvironment | None:
    """Make a vector environment that draws in this thread; None where none is offered.

    That is where there are wrappers or looks, which go around single environments, where Gymnasium
    knows no vector entry point for the id, or its environments observe no pictures or do not reset
    themselves in the next step. For arguments and errors see
    :func:`darla.environments.making.make_environment`.
    """
    register(spec, imports)
    entry_point = _vector_entry_point(spec)
    if entry_point is None:
        return None
    try:
        one_thread = {"num_threads": 1} if takes(loaded(entry_point), "num_threads") else {}
        kwargs = {**one_thread, **spec.env_kwargs, **(further or {})}
        envs = gym.make_vec(spec.env, num_envs, "vector_entry_point", **kwargs)
    except (gym.error.Error, ImportError, TypeError) as error:
        raise ValueError(f"cannot make {spec.text}: {one_line(error)}") from error
    mode = envs.metadata.get("autoreset_mode", AutoresetMode.NEXT_STEP)
    if has_picture(envs.single_observation_space) and mode == AutoresetMode.NEXT_STEP:
        return envs
    envs.close()
    return None


def _vector_entry_point(spec: EnvironmentSpec) -> Any:
    """Return what makes many environments of an id at once; None where nothing does."""
    if spec.wrappers or spec.looks is not None:
        return None
    try:
        found = gym.spec(spec.name)  # register() has imported the module
    except gym.error.Error:  # gym.make says what is wrong, and suggests another id
        return None
    # Gymnasium cannot put the wrappers of a specification around vector environments.
    return None if found.additional_wrappers else found.vector_entry_point
