"""The worlds that agents act in, showing what each kind of agent sees."""

import importlib
import inspect
from collections.abc import Callable
from functools import partial
from typing import Any

import gymnasium as gym
from gymnasium import spaces
from gymnasium.envs.registration import load_env_creator
from gymnasium.vector import AutoresetMode
from stable_baselines3.common.monitor import Monitor
from stable_baselines3.common.preprocessing import is_image_space, is_image_space_channels_first
from stable_baselines3.common.vec_env import DummyVecEnv, VecEnv, VecMonitor, VecTransposeImage

import darla_envs  # noqa: F401 (registers the tasks)
from darla.encoder.bundle import FrozenEncoder
from darla.running.names import unknown
from darla.running.seeds import Purpose, derive_seed
from darla.wrappers.sb3 import VecLatent
from darla_agents.agent.augmentations import NONE
from darla_agents.agent.encoders import agent_encoder
from darla_agents.agent.spec import PICTURE_KINDS, AgentSpec
from darla_agents.worlds.augmented_pixels import AugmentedPixels
from darla_agents.worlds.batched_vec_env import BatchedVecEnv
from darla_agents.worlds.batches import BATCHED, can_be_batched, check_rendering, make_batch
from darla_agents.worlds.worker_envs import WorkerVecEnv
from darla_envs.description.domain import Domain
from darla_envs.description.domains import domain_names, target_names, whole_domain
from darla_envs.description.tasks import find_task
from darla_envs.miniworlds.single_entry_points import has_named_domains

SOURCE = "source"


def make_vec_env(
    spec: AgentSpec,
    domain: str,
    num_envs: int,
    seed: int = 0,
    *,
    encoder: FrozenEncoder | None = None,
    workers: int = 0,
    rendering: str = BATCHED,
    num_threads: int | None = None,
    learning: bool = False,
) -> VecEnv:
    """Make environments of an agent's task, showing what that agent sees.

    Returns, lengths and successes of episodes are counted below all that changes observations.

    Args:
        spec: the agent: its task, its kind of observation and its latent options count here.
        domain: the domain that episodes are drawn from.
        num_envs: how many environments.
        seed: of the first environment's first episode; the others have those that follow it.
        encoder: for agents that need one, what ``agent_encoder`` returns; loaded when None.
        workers: 0 steps all environments in this process, otherwise they are spread over so many
            processes: any number of them when they are simulated together, else ``num_envs``.
        rendering: ``batched`` simulates and draws environments together where that is possible;
            ``stock`` makes single environments, which MiniWorld draws.
        num_threads: threads that draw batched environments in this process, as many as there are
            cores when None; each worker draws with one.
        learning: also do what is done to observations only while the agent learns: its
            ``augmentation`` and its ``learning_options``.

    Raises:
        ValueError: an unknown task, domain or rendering, a wrong number of workers, or the task
            cannot show what the agent sees.
    """
    if is_batched(spec.task, spec.kind, rendering):
        venv = _make_together(spec, domain, num_envs, workers, num_threads)
    else:
        venv = _make_one_by_one(spec, domain, num_envs, workers)
    venv.seed(seed)
    try:
        if learning and spec.augmentation != NONE:
            venv = AugmentedPixels(venv, spec.augmentation, seed)
        return _show(venv, spec, encoder, learning)
    except ValueError:
        venv.close()
        raise


def is_batched(task: str, kind: str, rendering: str) -> bool:
    """Whether environments of a task are to be simulated together.

    Tasks from elsewhere that have domains are not: only they themselves know what these are.

    Raises:
        ValueError: the task or the rendering is unknown.
    """
    check_task(task)
    check_rendering(rendering)
    name = bare_id(task)
    if rendering != BATCHED or (_has_domains(name) and not _has_known_domains(name)):
        return False
    return can_be_batched(name, kind)


def _make_together(
    spec: AgentSpec, domain: str, num_envs: int, workers: int, num_threads: int | None
) -> VecEnv:
    if not 0 <= workers <= num_envs:
        raise ValueError(
            f"workers is {workers}, but must be 0 (all environments in this process) or up to "
            f"{num_envs} (processes that share the {num_envs} environments)"
        )
    name = bare_id(spec.task)
    batch = make_batch(
        name,
        spec.kind,
        num_envs,
        AutoresetMode.SAME_STEP,
        workers=workers,
        num_threads=None if workers else num_threads,
        **domain_argument(spec.task, domain),
    )
    render_mode = None if spec.kind == "factors" else "rgb_array"
    return VecMonitor(BatchedVecEnv(batch, render_mode=render_mode, spec=gym.spec(name)))


def _make_one_by_one(spec: AgentSpec, domain: str, num_envs: int, workers: int) -> VecEnv:
    if workers not in (0, num_envs):
        raise ValueError(
            f"workers is {workers}, but must be 0 (all environments in this process) or "
            f"{num_envs} (a process for each of the {num_envs} environments)"
        )
    factories: list[Callable[[], gym.Env[Any, Any]]] = [
        partial(make_env, spec.task, spec.kind, domain) for _ in range(num_envs)
    ]
    return WorkerVecEnv(factories) if workers else DummyVecEnv(factories)


def _show(venv: VecEnv, spec: AgentSpec, encoder: FrozenEncoder | None, learning: bool) -> VecEnv:
    """Put the agent's kind of observation around environments."""
    if spec.encoded:
        encoder = encoder or agent_encoder(spec)
        assert encoder is not None
        learnt = spec.learning_options if learning else {}
        looks = derive_seed(spec.seed, Purpose.RESAMPLED_LOOKS)
        return VecLatent(venv, encoder, seed=looks, **spec.latent_options, **learnt)
    if spec.kind not in PICTURE_KINDS:
        return venv
    space = venv.observation_space
    if isinstance(space, spaces.Dict) and any(map(is_image_space, space.values())):
        return VecTransposeImage(venv)
    if not isinstance(space, spaces.Box) or not is_image_space(space):
        raise ValueError(
            f"{spec.task} shows no picture to an agent of kind {spec.kind}, but {space}"
        )
    return venv if is_image_space_channels_first(space) else VecTransposeImage(venv)


def make_env(task: str, kind: str, domain: str) -> gym.Env[Any, Any]:
    """Make one stock environment with its Monitor, showing pictures, or factors for that kind.

    Raises:
        ValueError: the task has no such domain, or no factors for an agent of kind factors.
    """
    env: gym.Env[Any, Any] = Monitor(gym.make(task, **domain_argument(task, domain)))
    if kind != "factors":
        return env
    from darla_envs.single.factor_observation import FactorObservation  # loads MiniWorld

    return FactorObservation(env)


def domain_argument(task: str, domain: str) -> dict[str, Any]:
    """Return the argument that makes a task's environments those of a domain.

    Tasks from elsewhere that take no such argument are all source.

    Raises:
        ValueError: the task is unknown, or has no domains but another than the source is asked for.
    """
    check_task(task)
    if _has_domains(bare_id(task)):
        return {"domain": domain}
    if domain != SOURCE:
        raise ValueError(f"{task} has no domain {domain!r}: it knows no domains but {SOURCE!r}")
    return {}


def named_domains(task: str) -> list[str]:
    """Return the names of a task's domains, the source first; only that of tasks from elsewhere.

    Raises:
        ValueError: the task is unknown.
    """
    check_task(task)
    name = bare_id(task)
    if _is_described(name):
        return domain_names(name)
    return domain_names(name) if has_named_domains(name) else [SOURCE]


def named_targets(task: str) -> list[str]:
    """Return the names of the domains that a task's agents are tested in; none from elsewhere.

    Raises:
        ValueError: the task is unknown.
    """
    check_task(task)
    name = bare_id(task)
    if _is_described(name):
        return target_names(name)
    return target_names(name) if has_named_domains(name) else []


def find_whole_domain(task: str, name: str) -> Domain:
    """Return a named domain of a task, which says where every factor of its look comes from.

    Raises:
        ValueError: the task or the domain is unknown, or the task's domains cannot be told.
    """
    check_task(task)
    bare = bare_id(task)
    if _is_described(bare):
        return whole_domain(bare, name)
    if not has_named_domains(bare):
        raise ValueError(f"{task} does not tell what its domains draw from; its package may")
    return whole_domain(bare, name)


def _has_domains(name: str) -> bool:
    if _has_known_domains(name):
        return True  # known without loading MiniWorld
    entry_point = gym.spec(name).entry_point
    creator = load_env_creator(entry_point) if isinstance(entry_point, str) else entry_point
    return creator is not None and "domain" in inspect.signature(creator).parameters


def _has_known_domains(name: str) -> bool:
    """Whether a task's domains are named in this package: its own tasks, and MiniWorld's."""
    return _is_described(name) or has_named_domains(name)


def _is_described(name: str) -> bool:
    """Whether a task is one of this package's, described as data."""
    try:
        find_task(name)
    except ValueError:
        return False
    return True


def bare_id(task: str) -> str:
    """Return a task's id without the module before it."""
    return task.rpartition(":")[2]


def check_task(task: str) -> None:
    """Check that a task is registered; "module:Name-v0" imports the module first.

    MiniWorld's own tasks are registered when one of them is asked for.

    Raises:
        ValueError: it is not; the message suggests the nearest task.
    """
    module, _, name = task.rpartition(":")
    if not module and name not in gym.registry and name.lower().startswith("miniworld"):
        module = "darla_envs.stock"
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
        if known.startswith(namespace)
        or str(spec.entry_point).startswith(("darla_envs.", "miniworld."))
    ]
