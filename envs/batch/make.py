"""Make a batch of environments of a task by its id, in this process or in workers."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from gymnasium.vector import AutoresetMode

from envs.batch.batch import Batch
from envs.batch.batched_envs import BatchedEnvs
from envs.batch.worker_envs import WorkerEnvs
from envs.batch.worlds import Worlds
from envs.domain import Domain


def make_batched(
    task_id: str,
    num_envs: int,
    *,
    domain: str | Mapping[str, Any] | Domain = "source",
    max_episode_steps: int | None = None,
    obs_width: int = 64,
    obs_height: int = 64,
    autoreset_mode: AutoresetMode | str = AutoresetMode.NEXT_STEP,
    workers: int = 0,
    num_threads: int | None = None,
    antialias: bool = True,
    infos: bool = True,
) -> Batch:
    """Make a batch of environments of one of this package's tasks.

    Args:
        task_id: such as ``Darla/GoToObject-v0``.
        num_envs: how many environments.
        domain: a name, a Domain, or its dictionary.
        max_episode_steps: steps after which an episode is truncated; the task's own when None.
        obs_width: width of observations in pixels.
        obs_height: height of observations in pixels.
        autoreset_mode: NextStep, SameStep or Disabled.
        workers: 0 simulates all in this process, otherwise in so many processes.
        num_threads: threads that draw, here or in each worker. When None it is one in each worker,
            and here as many as there are cores.
        antialias: average four samples a pixel, as MiniWorld does.
        infos: whether resets and steps report infos; otherwise only the ends of episodes do.

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
    factory: Callable[[int], Worlds] = partial(
        _make_room_worlds,
        task_id=task_id,
        domain=domain,
        max_episode_steps=max_episode_steps,
        obs_width=obs_width,
        obs_height=obs_height,
        num_threads=num_threads,
        antialias=antialias,
    )
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


def _make_room_worlds(num_worlds: int, *, task_id: str, **settings: Any) -> Worlds:
    from envs.batch.room_worlds import RoomWorlds  # loads Numba

    return RoomWorlds(task_id, num_worlds, **settings)
