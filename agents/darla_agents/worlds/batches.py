"""Which tasks can be simulated together, how a user says so, and how such environments are made."""

from typing import Any

from gymnasium.vector import AutoresetMode

from darla.running.names import unknown
from darla_envs.batch.batch import Batch
from darla_envs.make import make_batched

BATCHED, STOCK = "batched", "stock"
RENDERINGS = (BATCHED, STOCK)
"""Environments simulated and drawn together where that is possible, or one by one by MiniWorld."""


def check_rendering(rendering: str) -> None:
    """Check the name of a way to draw.

    Raises:
        ValueError: it is unknown; the message suggests the nearest one.
    """
    if rendering not in RENDERINGS:
        raise unknown("rendering", rendering, RENDERINGS)


def can_be_batched(task: str, kind: str) -> bool:
    """Whether environments of a task can be simulated together, showing what a kind of agent sees.

    Args:
        task: a registered id without a module.
        kind: of agent.
    """
    try:
        make_batch(task, kind, 1, AutoresetMode.DISABLED).close()
    except ValueError:
        return False
    return True


def make_batch(
    task: str,
    kind: str,
    num_envs: int,
    autoreset_mode: AutoresetMode,
    *,
    workers: int = 0,
    num_threads: int | None = None,
    **settings: Any,
) -> Batch:
    """Make environments that are simulated together; only the ends of episodes report infos.

    Args:
        task: a registered id without a module.
        kind: of agent: those on factors get true factors, and all others pictures.
        num_envs: how many environments.
        autoreset_mode: when they are reset after an episode's end.
        workers: 0 simulates all in this process, otherwise in so many processes.
        num_threads: threads that draw; see :func:`darla_envs.make.make_batched`.
        settings: ``domain``, for tasks that have domains.

    Raises:
        ValueError: the task cannot be batched, or has no such domain.
    """
    settings |= {"autoreset_mode": autoreset_mode, "workers": workers, "infos": False}
    if kind != "factors":
        return make_batched(task, num_envs, num_threads=num_threads, **settings)
    return make_batched(task, num_envs, observing="factors", **settings)
