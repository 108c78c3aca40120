"""What an environment is and can do: its domains, and how it is made, one or many at a time.

Whatever needs environments asks :func:`suite_of` for the suite of an id, or of the description of
an environment, and that suite for the rest::

    suite = suite_of("Darla/GoToObject-v0")
    suite.domains()  # ['source', 'd_u', ...]
    if suite.can_batch():
        batch = suite.batch(64, domain="d_u")

There are six: :class:`RoomSuite` for the tasks of this package and those described as they are,
:class:`MiniWorldSuite` for MiniWorld's environments and those that were given its domains,
:class:`DmcSuite` for DeepMind Control's tasks, :class:`ProcgenSuite` for Procgen's games,
:class:`ForeignSuite` for whatever else is registered or made by a function, and
:class:`DescribedSuite` for any of these with further arguments, in wrappers or with looks of one's
own. MiniWorld is imported when one of its ids is asked for, or when a single environment is made.
"""

import gymnasium as gym

from darla.environments.making import made_by, register
from darla.environments.spec import EnvironmentSpec
from darla.running.names import unknown
from darla_envs.batch.worlds import CannotBatch
from darla_envs.description.dmc_tasks import DMC_TASKS
from darla_envs.description.named_domains import DomainLike
from darla_envs.description.procgen_tasks import PROCGEN_TASKS
from darla_envs.description.tasks import TASKS
from darla_envs.miniworld_entry_points import has_named_domains
from darla_envs.suites.described_suite import DescribedSuite
from darla_envs.suites.dmc_suite import DmcSuite
from darla_envs.suites.foreign_suite import ForeignSuite
from darla_envs.suites.miniworld_suite import MiniWorldSuite
from darla_envs.suites.procgen_suite import ProcgenSuite
from darla_envs.suites.room_suite import RoomSuite
from darla_envs.suites.suite import FACTORS, PICTURES, Observing, Suite

__all__ = [
    "FACTORS",
    "PICTURES",
    "CannotBatch",
    "DescribedSuite",
    "DmcSuite",
    "DomainLike",
    "ForeignSuite",
    "MiniWorldSuite",
    "Observing",
    "ProcgenSuite",
    "RoomSuite",
    "Suite",
    "suite_of",
]


def suite_of(env: str | EnvironmentSpec) -> Suite:
    """Return what an environment is and can do; "module:Name-v0" imports the module first.

    MiniWorld's own ids are registered when one of them is asked for.

    Raises:
        ValueError: the module cannot be imported, or nothing of that name is registered or in it;
            the nearest is suggested.
    """
    spec = EnvironmentSpec(env) if isinstance(env, str) else env
    known = _undescribed(spec)
    return known if spec.is_plain else DescribedSuite(spec, known)


def _undescribed(spec: EnvironmentSpec) -> Suite:
    """Return the suite of an environment as it is without arguments, wrappers and looks."""
    name = spec.name
    miniworlds = not spec.module and name.lower().startswith("miniworld")
    register(spec, ["darla_envs.stock"] if miniworlds else [])  # also where it is imported alone
    if name in TASKS:
        return RoomSuite(name)
    if name in DMC_TASKS:
        return DmcSuite(name)
    if name in PROCGEN_TASKS:
        return ProcgenSuite(name)
    if name in gym.registry:
        return MiniWorldSuite(name) if has_named_domains(name) else ForeignSuite(name)
    if made_by(spec) is None:
        raise unknown("task", name, _ids_like(name))
    return ForeignSuite(spec.env)


def _ids_like(name: str) -> list[str]:
    """Name this package's ids, MiniWorld's, and those of the same namespace."""
    namespace = name.partition("/")[0] + "/"
    return [
        known
        for known, spec in gym.registry.items()
        if known.startswith(namespace)
        or str(spec.entry_point).startswith(("darla_envs.", "miniworld."))
    ]
