"""What every suite answers for its id: domains, and how environments are made."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any, Literal

import gymnasium as gym
import numpy as np
from gymnasium.vector import AutoresetMode

from darla.environments.making import make_environment
from darla.environments.spec import EnvironmentSpec
from darla_envs.batch.batch import Batch, find_autoreset_mode
from darla_envs.batch.batched_envs import BatchedEnvs
from darla_envs.batch.repeated_worlds import repeating
from darla_envs.batch.worker_envs import WorkerEnvs
from darla_envs.batch.worlds import CannotBatch, Worlds
from darla_envs.description.domain import Domain
from darla_envs.description.domains import domain_names, find_domain, target_names, whole_domain
from darla_envs.description.named_domains import DomainLike
from darla_envs.description.usual_domains import SOURCE, SOURCES, UNSUPERVISED

Observing = Literal["pictures", "factors"]
"""What environments are to show: pictures, or the true state of a task."""

PICTURES: Observing = "pictures"
FACTORS: Observing = "factors"


class Suite(ABC):
    """What one environment is and can do.

    Attributes:
        env_id: a registered id, without a module before it, or ``module:function``.
        has_known_domains: whether the suite knows all domains that there are; otherwise only the
            environments themselves know what others they take.
        offers_factors: whether environments can be observed by their factors.
    """

    has_known_domains: bool = True
    offers_factors: bool = False

    def __init__(self, env_id: str) -> None:
        self.env_id = env_id

    def domains(self) -> list[str]:
        """Return the names of the domains, the source first."""
        return domain_names(self.env_id)

    def targets(self) -> list[str]:
        """Return the names of the domains that agents are tested in."""
        return target_names(self.env_id)

    def sources(self) -> list[str]:
        """Return the names of the domains that agents learn in."""
        return [name for name in self.domains() if name in SOURCES]

    @property
    def unsupervised(self) -> str | None:
        """The name of D_U, where frames for encoders come from; None where there is none."""
        return UNSUPERVISED if UNSUPERVISED in self.domains() else None

    def find_domain(self, domain: DomainLike) -> Any:
        """Return what worlds take; see :func:`darla_envs.description.domains.find_domain`."""
        return find_domain(self.env_id, domain)

    def whole_domain(self, name: str) -> Domain:
        """Do :func:`darla_envs.description.domains.whole_domain`."""
        return whole_domain(self.env_id, name)

    def has_domain(self, name: str) -> bool:
        """Whether environments can be made in a domain of this name."""
        return name in self.domains()

    def domain_kwargs(self, domain: DomainLike) -> dict[str, Any]:
        """Return the argument with which ``gym.make`` makes environments of a domain.

        Raises:
            ValueError: the environments have no domains, and this is not the source.
        """
        return {"domain": domain}

    @abstractmethod
    def can_batch(self, observing: Observing = PICTURES) -> bool:
        """Whether environments can be simulated together, showing what is asked for."""

    def single(
        self,
        domain: DomainLike = SOURCE,
        *,
        observing: Observing | None = PICTURES,
        **kwargs: Any,
    ) -> gym.Env[Any, Any]:
        """Make one environment, to which further arguments go.

        ``observing`` None is for whoever looks at nothing: no more is drawn than must be.

        Raises:
            ValueError: there is no such domain, the environments have no factors, or they cannot be
                made; see :func:`darla.environments.making.make_environment`.
        """
        self._check(observing)
        further = {**self.domain_kwargs(domain), **kwargs}
        shown = observing == PICTURES
        env = make_environment(EnvironmentSpec(self.env_id), further=further, shown=shown)
        return self.observed(env, observing)

    def observed(self, env: gym.Env[Any, Any], observing: Observing | None) -> gym.Env[Any, Any]:
        """Return an environment that shows what is asked for, given one that shows its own."""
        return env

    def batch(
        self,
        num_envs: int,
        domain: DomainLike = SOURCE,
        *,
        observing: Observing = PICTURES,
        autoreset_mode: AutoresetMode | str = AutoresetMode.NEXT_STEP,
        workers: int = 0,
        num_threads: int | None = None,
        infos: bool = True,
        action_repeat: int = 1,
        **settings: Any,
    ) -> Batch:
        """Make environments that are simulated together.

        Args:
            num_envs: how many.
            domain: where their looks come from.
            observing: pictures, or factors.
            autoreset_mode: when they are reset after an episode's end; see
                :class:`darla_envs.batch.batch.Batch`.
            workers: 0 simulates all in this process, otherwise in so many processes.
            num_threads: threads that draw, here or in each worker. When None it is one in each
                worker, and here as many as there are cores.
            infos: whether resets and steps report infos; otherwise only the ends of episodes do.
            action_repeat: how often each action is done, unless the episode ends before; rewards
                are summed.
            settings: ``max_episode_steps``, steps after which an episode is truncated, the task's
                own when None; for pictures ``obs_width`` and ``obs_height``, 64 and 64 for a task
                and 80 and 60 for MiniWorld, and ``antialias``; for MiniWorld's environments also
                ``env_kwargs``, further arguments of each.

        Raises:
            CannotBatch: the environments cannot be simulated together.
            ValueError: there is no such domain, or another argument is wrong.
        """
        mode = find_autoreset_mode(autoreset_mode)
        if num_threads is None and workers:
            num_threads = 1
        factory = self._factory(domain, observing, num_threads, **_given(settings))
        factory = repeating(factory, action_repeat)
        if num_envs < 1:
            raise ValueError(f"num_envs is {num_envs}, but there must be at least 1 environment")
        if not workers:
            return BatchedEnvs(factory(num_envs), mode, infos=infos)
        return WorkerEnvs(
            factory, num_envs, workers, mode, infos=infos, num_threads=num_threads or 1
        )

    def worlds(
        self,
        num_worlds: int,
        domain: DomainLike = SOURCE,
        *,
        observing: Observing = PICTURES,
        num_threads: int | None = None,
        action_repeat: int = 1,
        **settings: Any,
    ) -> Worlds:
        """Make worlds of this process, which nobody resets at the end of their episodes.

        What they are, and what is raised, is as in :meth:`batch`.
        """
        factory = self._factory(domain, observing, num_threads, **_given(settings))
        return repeating(factory, action_repeat)(num_worlds)

    @abstractmethod
    def _factory(
        self, domain: DomainLike, observing: Observing, num_threads: int | None, **settings: Any
    ) -> Callable[[int], Worlds]:
        """Return what makes as many worlds as its argument says, also in another process."""

    def _check(self, observing: Observing | None) -> None:
        """Raise a ValueError where environments are to be observed by factors that they lack."""
        if observing == FACTORS and not self.offers_factors:
            raise ValueError(
                f"{self.env_id} reports no factors, so it cannot be observed by them; use a Darla/ "
                "task or another kind of observation"
            )

    def _can_be_drawn(self) -> bool:
        """Whether worlds can be made and reset without being refused."""
        try:
            worlds = self.worlds(1, num_threads=1)
        except CannotBatch:
            return False
        try:
            worlds.reset(np.zeros(1, np.int64), [0])
        except CannotBatch:
            return False
        finally:
            worlds.close()
        return True


def _given(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings that are not None, which stands for the worlds' own."""
    return {name: value for name, value in settings.items() if value is not None}
