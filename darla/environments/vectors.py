"""Make environments that are simulated and drawn many at a time, and give RGB pictures."""

from collections.abc import Mapping, Sequence
from typing import Any

import gymnasium as gym
from gymnasium.envs.registration import EnvSpec
from gymnasium.vector import AutoresetMode

from darla.environments.checked_steps import VectorEnvironment
from darla.environments.making import loaded, register, takes
from darla.environments.spec import EnvironmentSpec
from darla.frames.pictures import has_picture
from darla.running.one_line import one_line


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
    found = _many(spec)
    if found is None:
        return None
    try:
        # Not gym.make_vec, which puts its specification in the place of EnvPool's own.
        creator: Any = loaded(found.vector_entry_point)
        one_thread = {"num_threads": 1} if takes(creator, "num_threads") else {}
        steps = found.max_episode_steps
        limit = {} if steps is None else {"max_episode_steps": steps}
        kwargs = {**limit, **found.kwargs, **one_thread, **spec.env_kwargs, **(further or {})}
        envs: VectorEnvironment = creator(num_envs=num_envs, **kwargs)
    except (gym.error.Error, ImportError, TypeError) as error:
        raise ValueError(f"cannot make {spec.text}: {one_line(error)}") from error
    mode = envs.metadata.get("autoreset_mode", AutoresetMode.NEXT_STEP)
    if has_picture(envs.single_observation_space) and mode == AutoresetMode.NEXT_STEP:
        return envs
    envs.close()
    return None


def _many(spec: EnvironmentSpec) -> EnvSpec | None:
    """Return what Gymnasium knows of an id that it can make many of at once; else None."""
    if spec.wrappers or spec.looks is not None:
        return None
    try:
        found = gym.spec(spec.name)  # register() has imported the module
    except gym.error.Error:  # gym.make says what is wrong, and suggests another id
        return None
    # Gymnasium cannot put the wrappers of a specification around vector environments.
    offered = found.vector_entry_point is not None and not found.additional_wrappers
    return found if offered else None
