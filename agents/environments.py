"""The worlds that agents act in, showing what each kind of agent sees."""

import importlib
import inspect
from collections.abc import Callable
from functools import partial
from typing import Any

import gymnasium as gym
import numpy as np
from gymnasium import spaces
from gymnasium.envs.registration import load_env_creator
from stable_baselines3.common.monitor import Monitor
from stable_baselines3.common.preprocessing import is_image_space, is_image_space_channels_first
from stable_baselines3.common.vec_env import DummyVecEnv, VecEnv, VecTransposeImage

import envs  # noqa: F401 (registers the tasks)
from agents.encoders import agent_encoder
from agents.spec import AgentSpec
from agents.worker_envs import make_worker_envs
from darla.bundle import FrozenEncoder
from darla.names import unknown
from darla.sb3 import VecLatent
from envs.factor_observation import FactorObservation

SOURCE = "source"


def make_vec_env(
    spec: AgentSpec,
    domain: str,
    num_envs: int,
    seed: int = 0,
    *,
    encoder: FrozenEncoder | None = None,
    workers: int = 0,
) -> VecEnv:
    """Make environments of an agent's task, showing what that agent sees.

    Episodes are watched by a Monitor around each environment, below all that changes observations.

    Args:
        spec: the agent: its task, its kind of observation and its latent options count here.
        domain: the domain that episodes are drawn from.
        num_envs: how many environments.
        seed: of the first environment's first episode; the others have those that follow it.
        encoder: for agents that need one, what ``agent_encoder`` returns; loaded when None.
        workers: 0 steps all environments in this process; otherwise it is ``num_envs``, and each
            has a process of its own.

    Raises:
        ValueError: an unknown task or domain, or the task cannot show what the agent sees.
    """
    check_task(spec.task)
    if workers not in (0, num_envs):
        raise ValueError(
            f"workers is {workers}, but must be 0 (all environments in this process) or "
            f"{num_envs} (a process for each of the {num_envs} environments)"
        )
    factories: list[Callable[[], gym.Env[Any, Any]]] = [
        partial(make_env, spec.task, spec.kind, domain) for _ in range(num_envs)
    ]
    venv = make_worker_envs(factories) if workers else DummyVecEnv(factories)
    venv.seed(seed)
    try:
        return _show(venv, spec, encoder)
    except ValueError:
        venv.close()
        raise


def _show(venv: VecEnv, spec: AgentSpec, encoder: FrozenEncoder | None) -> VecEnv:
    """Put the agent's kind of observation around environments."""
    if spec.encoded:
        encoder = encoder or agent_encoder(spec)
        assert encoder is not None
        return VecLatent(venv, encoder, **spec.latent_options)
    if spec.kind != "pixels":
        return venv
    space = venv.observation_space
    if isinstance(space, spaces.Dict) and any(map(is_image_space, space.values())):
        return VecTransposeImage(venv)
    if not isinstance(space, spaces.Box) or not is_image_space(space):
        raise ValueError(f"{spec.task} shows no picture to an agent of kind pixels, but {space}")
    return venv if is_image_space_channels_first(space) else VecTransposeImage(venv)


def make_env(task: str, kind: str, domain: str) -> gym.Env[Any, Any]:
    """Make one environment with its Monitor, showing pictures, or factors for that kind.

    Raises:
        ValueError: the task has no such domain, or no factors for an agent of kind factors.
    """
    env: gym.Env[Any, Any] = Monitor(gym.make(task, **_domain_argument(task, domain)))
    return FactorObservation(env) if kind == "factors" else env


def _domain_argument(task: str, domain: str) -> dict[str, Any]:
    """Tasks without domains, such as MiniWorld's own, are all source."""
    check_task(task)
    entry_point = gym.spec(task.partition(":")[2] or task).entry_point
    creator = load_env_creator(entry_point) if isinstance(entry_point, str) else entry_point
    if creator is not None and "domain" in inspect.signature(creator).parameters:
        return {"domain": domain}
    if domain != SOURCE:
        raise ValueError(f"{task} has no domain {domain!r}: it knows no domains but {SOURCE!r}")
    return {}


def check_task(task: str) -> None:
    """Check that a task is registered; "module:Name-v0" imports the module first.

    MiniWorld's own tasks are registered when one of them is asked for.

    Raises:
        ValueError: it is not; the message suggests the nearest task.
    """
    module, _, name = task.rpartition(":")
    if not module and name not in gym.registry and name.lower().startswith("miniworld"):
        module = "envs.stock"
    if module:
        try:
            importlib.import_module(module)
        except ImportError as error:
            raise ValueError(f"task {task!r} names a module that fails to import: {error}") from (
                error
            )
    if name not in gym.registry:
        raise unknown("task", name, _tasks_like(name))


def _tasks_like(name: str) -> list[str]:
    """Name this package's tasks, MiniWorld's, and those of the same namespace."""
    namespace = name.partition("/")[0] + "/"
    return [
        known
        for known, spec in gym.registry.items()
        if known.startswith(namespace) or str(spec.entry_point).startswith(("envs.", "miniworld."))
    ]


def derive_seed(seed: int, *purpose: int) -> int:
    """Return a seed for one purpose of a run; neighbouring run seeds share none of them.

    Args:
        seed: the run's seed.
        purpose: numbers that tell the purposes of one run apart.
    """
    return int(np.random.SeedSequence([seed, *purpose]).generate_state(1)[0] % 2**31)
