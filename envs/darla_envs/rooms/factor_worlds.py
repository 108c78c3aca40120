"""The project's own tasks observed by their true factors: nothing is drawn."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
from gymnasium.vector import AutoresetMode

from darla_envs.batch.batch import Batch
from darla_envs.batch.batched_envs import BatchedEnvs
from darla_envs.batch.worker_envs import WorkerEnvs
from darla_envs.batch.worlds import Infos, Outcomes, Worlds
from darla_envs.rooms.room_worlds import DomainLike, RoomWorlds


class FactorWorlds(Worlds):
    """Rooms that show what ``single.factor_observation.FactorObservation`` shows of one.

    An observation is a (D,) float32 array in [-1, 1].

    Args:
        task_id: the id of one of this package's tasks.
        num_worlds: how many worlds.
        domain: a name, a Domain, or its dictionary.
        max_episode_steps: steps after which an episode is truncated; the task's own when None.

    Raises:
        ValueError: there is no such task or domain.
    """

    def __init__(
        self,
        task_id: str,
        num_worlds: int,
        domain: DomainLike = "source",
        max_episode_steps: int | None = None,
    ) -> None:
        self.rooms = RoomWorlds(task_id, num_worlds, domain, max_episode_steps, num_threads=1)
        self.num_worlds = num_worlds
        self.observation_space = self.rooms.factor_space
        self.action_space = self.rooms.action_space

    def reset(
        self,
        chosen: np.ndarray,
        seeds: Sequence[int | None] | None = None,
        settings: Sequence[Mapping[str, Any]] | None = None,
    ) -> None:
        """Start an episode in each chosen world; see :meth:`RoomWorlds.reset`."""
        self.rooms.reset(chosen, seeds, settings)

    def step(self, chosen: np.ndarray, actions: np.ndarray) -> Outcomes:
        """Act in the chosen worlds; see :meth:`RoomWorlds.step`."""
        return self.rooms.step(chosen, actions)

    def draw(self, chosen: np.ndarray, out: np.ndarray) -> None:
        """Write the true states of the chosen worlds into ``out``, (n, D) float32."""
        out[:] = self.rooms.factor_observations(chosen)

    def infos(self, chosen: np.ndarray) -> Infos:
        """Return ``factors`` and ``is_success`` of each chosen world."""
        return self.rooms.infos(chosen)

    def set_domain(self, domain: DomainLike) -> None:
        """Draw all later episodes from another domain; see :meth:`RoomWorlds.set_domain`."""
        self.rooms.set_domain(domain)

    def close(self) -> None:
        """Close the rooms."""
        self.rooms.close()


def make_factor_batch(
    task_id: str,
    num_envs: int,
    *,
    domain: DomainLike = "source",
    max_episode_steps: int | None = None,
    autoreset_mode: AutoresetMode | str = AutoresetMode.NEXT_STEP,
    workers: int = 0,
    infos: bool = True,
) -> Batch:
    """Make a batch of environments that show true factors.

    Its frames, those of its steps and those of finished episodes are states (N, D) float32.

    Args:
        task_id: the id of one of this package's tasks.
        num_envs: how many environments.
        domain: a name, a Domain, or its dictionary.
        max_episode_steps: steps after which an episode is truncated; the task's own when None.
        autoreset_mode: when worlds are reset after an episode's end.
        workers: 0 simulates all in this process, otherwise in so many processes.
        infos: whether resets and steps report infos; otherwise only the ends of episodes do.

    Raises:
        ValueError: a number, the task or the domain is wrong.
    """
    mode = AutoresetMode(autoreset_mode)
    factory = partial(_make, task_id=task_id, domain=domain, max_episode_steps=max_episode_steps)
    if workers:
        return WorkerEnvs(factory, num_envs, workers, mode, infos=infos)
    return BatchedEnvs(factory(num_envs), mode, infos=infos)


def _make(num_worlds: int, *, task_id: str, **settings: Any) -> FactorWorlds:
    """Make the worlds; a function of the module, so that workers can be given it."""
    return FactorWorlds(task_id, num_worlds, **settings)
