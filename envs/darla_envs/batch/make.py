"""Make a batch of environments of a task by its id, in this process or in workers."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import gymnasium as gym
from gymnasium.vector import AutoresetMode

from darla_envs.batch.batch import Batch
from darla_envs.batch.batched_envs import BatchedEnvs
from darla_envs.batch.worker_envs import WorkerEnvs
from darla_envs.batch.worlds import Worlds
from darla_envs.description.domain import Domain
from darla_envs.description.domains import GO_TO_OBJECT, SEEK_AVOID
from darla_envs.description.look_catalogue import find_look
from darla_envs.render.scene import Look


def make_batched(
    task_id: str,
    num_envs: int,
    *,
    domain: str | Mapping[str, Any] | Domain | Look | None = "source",
    max_episode_steps: int | None = None,
    obs_width: int | None = None,
    obs_height: int | None = None,
    autoreset_mode: AutoresetMode | str = AutoresetMode.NEXT_STEP,
    workers: int = 0,
    num_threads: int | None = None,
    antialias: bool = True,
    infos: bool = True,
    env_kwargs: Mapping[str, Any] | None = None,
) -> Batch:
    """Make a batch of environments of one of this package's tasks, or of MiniWorld's.

    Args:
        task_id: such as ``Darla/GoToObject-v0`` or ``MiniWorld-Maze-v0``.
        num_envs: how many environments.
        domain: a name, a Domain, or its dictionary; of MiniWorld's environments also a
            :class:`darla_envs.render.scene.Look`, its dictionary, or None for ``source``; see
            :mod:`darla_envs.description.domains` and :mod:`darla_envs.description.look_catalogue`.
        max_episode_steps: steps after which an episode is truncated; the task's own when None.
        obs_width: width of observations in pixels; when None, 64 for a task and 80 for MiniWorld.
        obs_height: height of observations in pixels; when None, 64 for a task and 60 for MiniWorld.
        autoreset_mode: NextStep, SameStep or Disabled.
        workers: 0 simulates all in this process, otherwise in so many processes.
        num_threads: threads that draw, here or in each worker. When None it is one in each worker,
            and here as many as there are cores.
        antialias: average four samples a pixel, as MiniWorld does.
        infos: whether resets and steps report infos; otherwise only the ends of episodes do.
        env_kwargs: further arguments of each MiniWorld environment, such as ``domain_rand``.

    Raises:
        ValueError: a number, the mode, the task or the domain is wrong.
    """
    if num_envs < 1:
        raise ValueError(f"num_envs is {num_envs}, but there must be at least 1 environment")
    mode = find_autoreset_mode(autoreset_mode)
    if num_threads is not None and num_threads < 1:
        raise ValueError(f"num_threads is {num_threads}, but must be at least 1")
    if num_threads is None and workers:
        num_threads = 1
    sizes = {"obs_width": obs_width, "obs_height": obs_height}
    settings: dict[str, Any] = {name: size for name, size in sizes.items() if size is not None}
    settings |= {"domain": domain, "max_episode_steps": max_episode_steps}
    settings |= {"num_threads": num_threads, "antialias": antialias}
    if _is_miniworld(task_id):
        settings["env_kwargs"] = dict(env_kwargs or {})
        settings["domain"] = find_look(task_id, domain)  # workers know no names of one's own
    elif env_kwargs:
        raise ValueError(f"{task_id} takes no env_kwargs, but {sorted(env_kwargs)} were given")
    factory = partial(make_worlds, task_id=task_id, **settings)
    if workers:
        threads = num_threads or 1
        return WorkerEnvs(factory, num_envs, workers, mode, infos=infos, num_threads=threads)
    return BatchedEnvs(factory(num_envs), mode, infos=infos)


def find_autoreset_mode(mode: AutoresetMode | str) -> AutoresetMode:
    """Return the mode of a name.

    Raises:
        ValueError: there is none of this name.
    """
    try:
        return AutoresetMode(mode)
    except ValueError:
        known = ", ".join(each.value for each in AutoresetMode)
        raise ValueError(f"unknown autoreset_mode {mode!r}; known: {known}") from None


def _is_miniworld(task_id: str) -> bool:
    """Return whether an id is one of MiniWorld's environments; the package's tasks are not.

    Raises:
        ValueError: it is neither, but registered, or looks like one of MiniWorld's.
    """
    if task_id in (GO_TO_OBJECT, SEEK_AVOID):
        return False
    if not _is_known(task_id) and "MiniWorld-" not in task_id:
        return False  # an unknown task; MiniWorld, which needs OpenGL to be imported, is not asked
    from darla_envs.miniworlds.miniworld_ids import check_miniworld  # loads MiniWorld

    check_miniworld(task_id)
    return True


def _is_known(task_id: str) -> bool:
    return ":" in task_id or task_id in gym.registry


def make_worlds(num_worlds: int, *, task_id: str, **settings: Any) -> Worlds:
    """Make the worlds that a batch is made of.

    Args:
        num_worlds: how many worlds.
        task_id: the id of one of this package's tasks, or of a MiniWorld environment.
        settings: of :class:`darla_envs.rooms.room_worlds.RoomWorlds` or
            :class:`darla_envs.miniworlds.miniworlds.MiniWorlds`.

    Raises:
        ValueError: one of them is wrong.
    """
    if "env_kwargs" in settings or _is_miniworld(task_id):
        from darla_envs.miniworlds.miniworlds import MiniWorlds  # loads MiniWorld and Numba

        return MiniWorlds(task_id, num_worlds, **settings)
    from darla_envs.rooms.room_worlds import RoomWorlds  # loads Numba

    return RoomWorlds(task_id, num_worlds, **settings)
