"""What a registered id is and can do: its domains, and how its environments are made.

Whatever needs environments by their id asks :func:`suite_of` for the suite of that id, and that
suite for the rest::

    suite = suite_of("Darla/GoToObject-v0")
    suite.domains()  # ['source', 'd_u', ...]
    if suite.can_batch():
        batch = suite.batch(64, domain="d_u")

There are three: :class:`RoomSuite` for the tasks of this package and those described as they are,
:class:`MiniWorldSuite` for MiniWorld's environments and those that were given its domains, and
:class:`ForeignSuite` for whatever else is registered. MiniWorld is imported when one of its ids is
asked for, or when a single environment is made.
"""

import importlib

import gymnasium as gym

from darla.running.names import unknown
from darla_envs.batch.worlds import CannotBatch
from darla_envs.description.named_domains import DomainLike
from darla_envs.description.tasks import TASKS
from darla_envs.miniworld_entry_points import has_named_domains
from darla_envs.suites.foreign_suite import ForeignSuite
from darla_envs.suites.miniworld_suite import MiniWorldSuite
from darla_envs.suites.room_suite import RoomSuite
from darla_envs.suites.suite import FACTORS, PICTURES, Observing, Suite

__all__ = [
    "FACTORS",
    "PICTURES",
    "CannotBatch",
    "DomainLike",
    "ForeignSuite",
    "MiniWorldSuite",
    "Observing",
    "RoomSuite",
    "Suite",
    "suite_of",
]


def suite_of(env_id: str) -> Suite:
    """Return what an id is and can do; "module:Name-v0" imports the module first.

    MiniWorld's own ids are registered when one of them is asked for.

    Raises:
        ValueError: the module cannot be imported, or nothing of that id is registered; the nearest
            id is suggested.
    """
    module, _, name = env_id.rpartition(":")
    if not module and name.lower().startswith("miniworld"):  # also where somebody imported it alone
        module = "darla_envs.stock"
    if module:
        try:
            importlib.import_module(module)
        except (ImportError, TypeError, ValueError) as error:  # TypeError: a relative name
            raise ValueError(f"task {env_id!r} names a module that fails to import: {error}") from (
                error
            )
    if name not in gym.registry:
        raise unknown("task", name, _ids_like(name))
    if name in TASKS:
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
