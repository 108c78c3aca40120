"""Make many environments by their id: as a batch, or as Gymnasium's vector environment.

:mod:`darla_envs.suites` decides what an id is; here are the functions for whoever only wants
environments, and those that Gymnasium calls.
"""

from typing import Any

from darla_envs.batch.batch import Batch
from darla_envs.batch.batched_envs import BatchedEnvs
from darla_envs.batch.vector_env import BatchedVectorEnv, SettableVectorEnv
from darla_envs.batch.worlds import Worlds
from darla_envs.suites import DomainLike, suite_of


def make_batched(
    task_id: str, num_envs: int, *, domain: DomainLike = "source", **settings: Any
) -> Batch:
    """Make a batch of environments of a task, or of MiniWorld's.

    Args:
        task_id: such as ``Darla/GoToObject-v0`` or ``MiniWorld-Maze-v0``.
        num_envs: how many environments.
        domain: a name, a Domain, or its dictionary; of MiniWorld's environments also a
            :class:`darla_envs.description.look.Look`, its dictionary, or None for ``source``; see
            :mod:`darla_envs.description.domains`.
        settings: as in :meth:`darla_envs.suites.Suite.batch`.

    Raises:
        ValueError: a number, the mode, the task or the domain is wrong.
    """
    return suite_of(task_id).batch(num_envs, domain, **settings)


def make_worlds(
    num_worlds: int, *, task_id: str, domain: DomainLike = "source", **settings: Any
) -> Worlds:
    """Make the worlds that a batch is made of; see :func:`make_batched`.

    Raises:
        ValueError: an argument is wrong.
    """
    return suite_of(task_id).worlds(num_worlds, domain, **settings)


def make_vector_env(
    task_id: str,
    num_envs: int,
    *,
    domain: DomainLike = "source",
    render_mode: str | None = None,
    num_threads: int | None = None,
    **settings: Any,
) -> BatchedVectorEnv:
    """Make a vector environment of a task, or of MiniWorld's environments: ``gym.make_vec``.

    Arguments are those of :func:`make_batched`, and the ``render_mode`` of
    :class:`darla_envs.batch.vector_env.BatchedVectorEnv`.

    Raises:
        ValueError: one of them is wrong.
    """
    batch = make_batched(task_id, num_envs, domain=domain, num_threads=num_threads, **settings)
    try:
        if isinstance(batch, BatchedEnvs) and hasattr(batch.worlds, "sample_settings"):
            return SettableVectorEnv(batch, render_mode=render_mode)
        return BatchedVectorEnv(batch, render_mode=render_mode)
    except ValueError:
        batch.close()
        raise
