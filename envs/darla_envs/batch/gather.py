"""Make a batch of worlds, in this process or spread over others."""

from collections.abc import Callable

from gymnasium.vector import AutoresetMode

from darla_envs.batch.batch import Batch
from darla_envs.batch.batched_envs import BatchedEnvs
from darla_envs.batch.worker_envs import WorkerEnvs
from darla_envs.batch.worlds import Worlds


def make_batch(
    factory: Callable[[int], Worlds],
    num_envs: int,
    autoreset_mode: AutoresetMode | str = AutoresetMode.NEXT_STEP,
    *,
    workers: int = 0,
    num_threads: int | None = None,
    infos: bool = True,
) -> Batch:
    """Make a batch of the worlds that a function makes.

    Args:
        factory: makes as many worlds as its argument says; sent to each worker.
        num_envs: how many environments.
        autoreset_mode: NextStep, SameStep or Disabled.
        workers: 0 simulates all in this process, otherwise in so many processes.
        num_threads: threads that numerical libraries use in each worker; one when None.
        infos: whether resets and steps report infos; otherwise only the ends of episodes do.

    Raises:
        ValueError: a number or the mode is wrong, or the factory raised one.
    """
    mode = find_autoreset_mode(autoreset_mode)
    if num_envs < 1:
        raise ValueError(f"num_envs is {num_envs}, but there must be at least 1 environment")
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
