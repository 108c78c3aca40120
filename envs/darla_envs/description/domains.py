"""The named domains of every id, and how to add one: the same verbs for all families of worlds.

A domain of one's own takes a few lines; what it does not name is as in the source::

    from darla_envs.description.domain import Domain, point
    from darla_envs.description.domains import register_domain

    dusk = Domain("dusk", {"floor": point(0.5), "light": point(0.6)})
    register_domain("Darla/GoToObject-v0", dusk)
    register_domain("MiniWorld-Maze-v0", Domain("dim", {"light": ((0.5, 0.6),)}))
    env = gym.make("Darla/GoToObject-v0", domain="dusk")

Whatever is added counts as a target at once: it is among ``target_names``, so that evaluations of
"all targets" play in it too. A domain that ships belongs to the ``domains`` of its task's file in
:mod:`darla_envs.tasks`, or to :mod:`darla_envs.description.look_ranges` for MiniWorld's; other
packages add theirs as :mod:`darla_envs.description.named_domains` says.
"""

from darla.running.names import unknown
from darla_envs.description.dmc_domains import DmcDomains
from darla_envs.description.dmc_tasks import DMC_TASKS
from darla_envs.description.domain import Domain
from darla_envs.description.look import Look
from darla_envs.description.miniworld_domains import MiniWorldDomains
from darla_envs.description.named_domains import DomainLike, NamedDomains
from darla_envs.description.procgen_domains import ProcgenDomains
from darla_envs.description.procgen_tasks import PROCGEN_TASKS
from darla_envs.description.room_domains import RoomDomains
from darla_envs.description.tasks import TASKS, Task
from darla_envs.description.usual_domains import SEEN_LOOKS, SOURCES

_miniworlds: set[str] = set()


def domain_names(env_id: str) -> list[str]:
    """Return the names of an id's domains, the source first; see :func:`domains_of`."""
    return list(domains_of(env_id).named())


def target_names(env_id: str) -> list[str]:
    """Return the domains that agents are tested in: neither sources nor those of D_U's looks."""
    return [name for name in domain_names(env_id) if name not in (*SOURCES, *SEEN_LOOKS)]


def find_domain(env_id: str | Task, domain: DomainLike) -> Domain | Look | None:
    """Return what worlds of an id, or of a task, take for a domain.

    It is a name, a Domain or its dictionary; of MiniWorld's environments also a Look, its
    dictionary, or None for the look that MiniWorld gives.

    Returns:
        Of a task the whole domain, completed by its source; of MiniWorld's environments the domain,
        or None for their own look.

    Raises:
        ValueError: there is no such id or domain, and the nearest name is suggested; or a value of
            it is out of range.
    """
    found: Domain | Look | None = domains_of(env_id).find(domain)
    return found


def whole_domain(env_id: str, name: str) -> Domain:
    """Return a named domain that says where every factor of the look comes from.

    Raises:
        ValueError: there is no such id or domain, or it is a single look in colours off the lines.
    """
    return domains_of(env_id).whole(name)


def register_domain(env_id: str, domain: Domain | Look, name: str | None = None) -> None:
    """Add a domain to an id, so that it can be named; one of that name is replaced.

    Args:
        env_id: the id, with or without a module before it.
        domain: a Domain; of MiniWorld's environments also one look for all episodes.
        name: of the domain; a Domain's own when None.

    Raises:
        ValueError: the id is unknown, a Look has no name, or a value of the domain is wrong.
    """
    if name is None:
        if isinstance(domain, Look):
            raise ValueError(f"a look of {env_id} needs a name to be found by; give it as name")
        name = domain.name
    domains_of(env_id).add(domain, name)


def domains_of(env_id: str | Task) -> NamedDomains:
    """Return the domains of an id, or of a task.

    Raises:
        ValueError: it is none of a task, nor of a MiniWorld environment that is known here, nor of
            DeepMind Control's or Procgen's.
    """
    if isinstance(env_id, Task):
        return RoomDomains(env_id)
    bare = env_id.rpartition(":")[2]
    if bare in TASKS:
        return RoomDomains(TASKS[bare])
    if bare in DMC_TASKS:
        return DmcDomains(bare)
    if bare in PROCGEN_TASKS:
        return ProcgenDomains(bare)
    if bare in _miniworlds or bare.startswith("MiniWorld-"):
        return MiniWorldDomains(bare)
    raise unknown("task", bare, [*TASKS, *DMC_TASKS, *PROCGEN_TASKS, *_miniworlds])


def note_miniworld(env_id: str) -> None:
    """Note that an id of another name than MiniWorld's has the domains of its environments."""
    _miniworlds.add(env_id)
