"""What a registered id is and can do: its domains, and how its environments are made.

Whatever needs environments by their id asks :func:`suite_of` for the suite of that id, and that
suite for the rest::

    suite = suite_of("Darla/GoToObject-v0")
    suite.domains()  # ['source', 'd_u', ...]
    if suite.can_batch():
        batch = suite.batch(64, domain="d_u")

There are three: :class:`RoomSuite` for the tasks of this package, :class:`MiniWorldSuite` for
MiniWorld's environments and those that were given its domains, and :class:`ForeignSuite` for
whatever else is registered. MiniWorld is imported when one of its ids is asked for, and OpenGL when
a single environment is made.
"""

import importlib
import inspect
import sys
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, Literal

import gymnasium as gym
import numpy as np
from gymnasium.envs.registration import load_env_creator
from gymnasium.vector import AutoresetMode

from darla.running.names import unknown
from darla_envs.batch.batch import Batch
from darla_envs.batch.worlds import CannotBatch, Worlds
from darla_envs.description import domains as room_domains
from darla_envs.description import look_catalogue
from darla_envs.description.domain import Domain
from darla_envs.description.tasks import is_task
from darla_envs.miniworlds.single_entry_points import has_named_domains
from darla_envs.render.scene import Look

Observing = Literal["pictures", "factors"]
"""What environments are to show: pictures, or the true state of a task of this package."""

PICTURES: Observing = "pictures"
FACTORS: Observing = "factors"
SOURCE, UNSUPERVISED = "source", "d_u"

DomainLike = str | Mapping[str, Any] | Domain | Look | None
"""A name, where looks are drawn from, one look, or the dictionary of either; None for source."""


class Suite(ABC):
    """What one id is and can do.

    Args:
        env_id: a registered id, without a module before it.

    Attributes:
        env_id: the same.
        has_known_domains: whether the suite knows all domains that there are; otherwise only the
            environments themselves know what others they take.
    """

    has_known_domains: bool = True

    def __init__(self, env_id: str) -> None:
        self.env_id = env_id

    @abstractmethod
    def domains(self) -> list[str]:
        """Return the names of the domains, the source first."""

    @abstractmethod
    def targets(self) -> list[str]:
        """Return the names of the domains that agents are tested in."""

    def sources(self) -> list[str]:
        """Return the names of the domains that agents learn in."""
        return [name for name in self.domains() if name in room_domains.SOURCES]

    @property
    def unsupervised(self) -> str | None:
        """The name of D_U, where frames for encoders come from; None where there is none."""
        return UNSUPERVISED if UNSUPERVISED in self.domains() else None

    @abstractmethod
    def find_domain(self, domain: DomainLike) -> Any:
        """Return what the worlds take for a domain.

        Raises:
            ValueError: there is no such domain; the nearest name is suggested.
        """

    @abstractmethod
    def whole_domain(self, name: str) -> Domain:
        """Return a named domain that says where every factor of the look comes from.

        Raises:
            ValueError: there is no such domain, or it cannot be told.
        """

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
        self, domain: DomainLike = SOURCE, *, observing: Observing = PICTURES, **kwargs: Any
    ) -> gym.Env[Any, Any]:
        """Make one environment, as ``gym.make`` does.

        Args:
            domain: where its looks come from.
            observing: pictures or whatever else it shows by itself, or factors.
            kwargs: further arguments of ``gym.make``.

        Raises:
            ValueError: there is no such domain, or the environments have no factors.
        """
        self._check(observing)
        return gym.make(self.env_id, **self.domain_kwargs(domain), **kwargs)

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
            num_threads: threads that draw; see :func:`darla_envs.batch.make.make_batched`.
            infos: whether resets and steps report infos; otherwise only the ends of episodes do.
            settings: further ones, such as ``max_episode_steps`` and, for pictures, ``obs_width``.

        Raises:
            CannotBatch: the environments cannot be simulated together.
            ValueError: there is no such domain, or another argument is wrong.
        """
        self._check(observing)
        from darla_envs.batch.make import make_batched

        return make_batched(
            self.env_id,
            num_envs,
            domain=self.find_domain(domain),
            autoreset_mode=autoreset_mode,
            workers=workers,
            num_threads=num_threads,
            infos=infos,
            **settings,
        )

    def worlds(
        self,
        num_worlds: int,
        domain: DomainLike = SOURCE,
        *,
        observing: Observing = PICTURES,
        **settings: Any,
    ) -> Worlds:
        """Make worlds of this process, which nobody resets at the end of their episodes.

        Args:
            num_worlds: how many.
            domain: where their looks come from.
            observing: pictures, or factors.
            settings: further ones, such as ``max_episode_steps`` and, for pictures,
                ``num_threads``.

        Raises:
            CannotBatch: the environments cannot be simulated together.
            ValueError: there is no such domain, or another argument is wrong.
        """
        self._check(observing)
        from darla_envs.batch.make import make_worlds

        found = self.find_domain(domain)
        return make_worlds(num_worlds, task_id=self.env_id, domain=found, **settings)

    def _check(self, observing: Observing) -> None:
        """Check that environments can show what is asked for: pictures, as a rule.

        Raises:
            ValueError: they cannot.
        """
        if observing != PICTURES:
            raise ValueError(
                f"{self.env_id} reports no factors, so it cannot be observed by them; use a Darla/ "
                "task or another kind of observation"
            )


class RoomSuite(Suite):
    """One of the tasks of this package, or described as these are."""

    def domains(self) -> list[str]:
        """Return the names of the task's domains, the source first."""
        return room_domains.domain_names(self.env_id)

    def targets(self) -> list[str]:
        """Return the names of the domains that agents are tested in."""
        return room_domains.targets(self.env_id)

    def find_domain(self, domain: DomainLike) -> Domain:
        """Return a domain, completed by the source where it says nothing."""
        if domain is None or isinstance(domain, Look):
            raise ValueError(
                f"{self.env_id} has no domain {domain!r}: give a name, a Domain or its dictionary"
            )
        return room_domains.find_domain(self.env_id, domain)

    def whole_domain(self, name: str) -> Domain:
        """Return a named domain: all of them say where every factor comes from."""
        return self.find_domain(name)

    def can_batch(self, observing: Observing = PICTURES) -> bool:
        """Return True."""
        return True

    def single(
        self, domain: DomainLike = SOURCE, *, observing: Observing = PICTURES, **kwargs: Any
    ) -> gym.Env[Any, Any]:
        """Make one environment, which MiniWorld draws unless factors are observed."""
        env = super().single(domain, observing=observing, **kwargs)
        if observing == PICTURES:
            return env
        from darla_envs.single.factor_observation import FactorObservation  # loads MiniWorld

        return FactorObservation(env)

    def batch(
        self,
        num_envs: int,
        domain: DomainLike = SOURCE,
        *,
        observing: Observing = PICTURES,
        **settings: Any,
    ) -> Batch:
        """Make environments that are simulated together; see :meth:`Suite.batch`."""
        if observing == PICTURES:
            return super().batch(num_envs, domain, **settings)
        from darla_envs.rooms.factor_worlds import make_factor_batch  # loads Numba

        settings.pop("num_threads", None)  # nothing is drawn
        return make_factor_batch(self.env_id, num_envs, domain=self.find_domain(domain), **settings)

    def worlds(
        self,
        num_worlds: int,
        domain: DomainLike = SOURCE,
        *,
        observing: Observing = PICTURES,
        **settings: Any,
    ) -> Worlds:
        """Make worlds of this process; see :meth:`Suite.worlds`."""
        if observing == PICTURES:
            return super().worlds(num_worlds, domain, **settings)
        from darla_envs.rooms.factor_worlds import FactorWorlds  # loads Numba

        settings.pop("num_threads", None)  # nothing is drawn
        return FactorWorlds(self.env_id, num_worlds, self.find_domain(domain), **settings)

    def _check(self, observing: Observing) -> None:
        """Check nothing: tasks show both."""


class MiniWorldSuite(Suite):
    """An environment of MiniWorld's, or one that ``darla_envs.stock.give_domains`` was told of."""

    def domains(self) -> list[str]:
        """Return the names of the environment's domains, the source first."""
        return look_catalogue.look_names(self.env_id)

    def targets(self) -> list[str]:
        """Return the names of the domains that agents are tested in."""
        return look_catalogue.look_targets(self.env_id)

    def find_domain(self, domain: DomainLike) -> Domain | Look | None:
        """Return a domain or a look; None for the look that MiniWorld gives."""
        return look_catalogue.find_look(self.env_id, domain)

    def whole_domain(self, name: str) -> Domain:
        """Return a named domain on the lines, completed by MiniWorld's own look."""
        return look_catalogue.find_whole_domain(self.env_id, name)

    def can_batch(self, observing: Observing = PICTURES) -> bool:
        """Whether environments can be simulated together.

        Only one that is made and reset can tell: its rooms and entities may draw themselves.
        """
        return observing == PICTURES and _can_be_drawn(self)


class ForeignSuite(Suite):
    """An environment of somebody else's: its domains, if it has any, are known to it alone."""

    has_known_domains = False

    def domains(self) -> list[str]:
        """Return the name of the source alone."""
        return [SOURCE]

    def targets(self) -> list[str]:
        """Return an empty list: what else there is, the environment alone knows."""
        return []

    def find_domain(self, domain: DomainLike) -> Any:
        """Return the domain as it is, if the environments take any."""
        return self.domain_kwargs(domain).get("domain", SOURCE)

    def whole_domain(self, name: str) -> Domain:
        """Raise a ValueError: an environment does not tell what its domains draw from."""
        raise ValueError(f"{self.env_id} does not tell what its domains draw from; its package may")

    def has_domain(self, name: str) -> bool:
        """Whether environments can be made in a domain of this name.

        Only one that is made can tell, if it takes a domain at all.
        """
        if name == SOURCE or not self._takes_domain:
            return name == SOURCE
        try:
            self.single(name).close()
        except ValueError:
            return False
        return True

    def domain_kwargs(self, domain: DomainLike) -> dict[str, Any]:
        """Return ``{"domain": domain}`` where environments take it, and nothing otherwise."""
        if self._takes_domain:
            return super().domain_kwargs(domain)
        if domain not in (SOURCE, None):
            raise ValueError(
                f"{self.env_id} has no domain {domain!r}: it knows no domains but {SOURCE!r}"
            )
        return {}

    def can_batch(self, observing: Observing = PICTURES) -> bool:
        """Whether it is a MiniWorld environment, without domains of its own, that can be drawn.

        Only one that is made and reset can tell.
        """
        if observing != PICTURES or self._takes_domain:
            return False
        return self._may_be_miniworld and _can_be_drawn(self)

    @property
    def _creator(self) -> Any:
        """The class or the function that makes the environments."""
        creator = gym.spec(self.env_id).entry_point
        return load_env_creator(creator) if isinstance(creator, str) else creator

    @property
    def _takes_domain(self) -> bool:
        """Whether environments are made with an argument of this name."""
        creator = self._creator
        return creator is not None and "domain" in inspect.signature(creator).parameters

    @property
    def _may_be_miniworld(self) -> bool:
        """Whether environments may be MiniWorld's; whoever makes those has imported it."""
        creator = self._creator
        miniworld = sys.modules.get("miniworld.miniworld")
        if miniworld is None:
            return False
        return not isinstance(creator, type) or issubclass(creator, miniworld.MiniWorldEnv)


def suite_of(env_id: str) -> Suite:
    """Return what an id is and can do.

    MiniWorld's own ids are registered when one of them is asked for.

    Args:
        env_id: an id; "module:Name-v0" imports the module first.

    Raises:
        ValueError: the module cannot be imported, or nothing of that id is registered; the nearest
            id is suggested.
    """
    module, _, name = env_id.rpartition(":")
    if not module and name not in gym.registry and name.lower().startswith("miniworld"):
        module = "darla_envs.stock"
    if module:
        try:
            importlib.import_module(module)
        except ImportError as error:
            raise ValueError(f"task {env_id!r} names a module that fails to import: {error}") from (
                error
            )
    if name not in gym.registry:
        raise unknown("task", name, _ids_like(name))
    if is_task(name):
        return RoomSuite(name)
    return MiniWorldSuite(name) if has_named_domains(name) else ForeignSuite(name)


def _ids_like(name: str) -> list[str]:
    """Name this package's ids, MiniWorld's, and those of the same namespace."""
    namespace = name.partition("/")[0] + "/"
    return [
        known
        for known, spec in gym.registry.items()
        if known.startswith(namespace)
        or str(spec.entry_point).startswith(("darla_envs.", "miniworld."))
    ]


def _can_be_drawn(suite: Suite) -> bool:
    """Whether worlds of an id can be made and reset without being refused."""
    try:
        worlds = suite.worlds(1, num_threads=1)
    except CannotBatch:
        return False
    try:
        worlds.reset(np.zeros(1, np.int64), [0])
    except CannotBatch:
        return False
    finally:
        worlds.close()
    return True
