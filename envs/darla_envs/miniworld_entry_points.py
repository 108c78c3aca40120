"""What makes single environments of MiniWorld's ids: the attribute of this module named as an id.

A domain has to reach an environment through ``gym.make``, since that is how frame collectors,
agents and users make one of which they know nothing but its id and its arguments; MiniWorld's own
classes take no domain. So their ids make them through here: without a domain exactly the
environment of MiniWorld, with one the same in a :class:`darla_envs.single.domain_look.DomainLook`.
Ids of another name would have been apart from all that is written about MiniWorld's, and an entry
of ``additional_wrappers`` would have kept Gymnasium from making batches.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import gymnasium as gym
from gymnasium.envs.registration import EnvCreator, load_env_creator

from darla_envs.description.miniworld_domains import MiniWorldDomains
from darla_envs.description.named_domains import DomainLike
from darla_envs.description.usual_domains import SOURCE

_creators: dict[str, str | EnvCreator] = {}


def entry_point(env_id: str, creator: str | EnvCreator) -> str:
    """Return the entry point that makes an id's environments in named domains.

    ``creator`` makes them otherwise, or says where that is, as ``module:name``.
    """
    _creators[env_id] = creator
    return _place_of(env_id)


def has_named_domains(env_id: str) -> bool:
    """Whether a registered id, without a module before it, makes its environments here."""
    return gym.spec(env_id).entry_point == _place_of(env_id)


def _place_of(env_id: str) -> str:
    """Return where an id's creator is: an attribute of this module."""
    return f"{__name__}:{env_id}"


def __getattr__(name: str) -> Callable[..., gym.Env[Any, Any]]:
    if name not in _creators:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    given: Any = _creators[name]
    creator = load_env_creator(given) if isinstance(given, str) else given
    make: Any = partial(_make, name, creator)  # type: ignore[arg-type]
    if hasattr(creator, "metadata"):
        make.metadata = creator.metadata  # tells Gymnasium the render modes
    found: Callable[..., gym.Env[Any, Any]] = make
    return found


def _make(
    env_id: str, creator: EnvCreator, domain: DomainLike = SOURCE, **kwargs: Any
) -> gym.Env[Any, Any]:
    """Make an environment, in a domain where one other than the source is asked for."""
    look = MiniWorldDomains(env_id).find(domain)
    env = creator(**kwargs)
    if look is None:
        return env
    from darla_envs.single.domain_look import DomainLook  # imports MiniWorld

    return DomainLook(env, look)
