"""What makes vector environments of MiniWorld's ids: the attribute of this module named as an id.

Gymnasium is given these as strings, since specifications that hold functions cannot be written as
JSON.
"""

from collections.abc import Callable
from functools import partial

import gymnasium as gym

from darla_envs.batch.vector_env import BatchedVectorEnv, make_miniworld
from darla_envs.miniworlds.single_entry_points import entry_point, has_named_domains


def install() -> None:
    """Let Gymnasium make MiniWorld's ids in named domains, and many at a time."""
    for name, spec in gym.registry.items():
        if str(spec.entry_point).startswith("miniworld."):
            give_domains(name)


def give_domains(env_id: str) -> None:
    """Let Gymnasium make an id of a MiniWorld environment in named domains, and many at a time.

    MiniWorld's own ids are given them when ``darla_envs.stock`` is imported. Call it for one of
    your own after its registration, in the module that registers it; then collectors, agents and
    evaluations know its domains too::

        gym.register("Mine-v0", entry_point="mine:Mine")
        darla_envs.stock.give_domains("Mine-v0")
        gym.make("Mine-v0", domain="new_floor")

    Raises:
        gymnasium.error.Error: there is no such id.
    """
    spec = gym.spec(env_id)
    if spec.entry_point is not None and not has_named_domains(spec.id):
        spec.entry_point = entry_point(spec.id, spec.entry_point)
    if spec.vector_entry_point is None:
        spec.vector_entry_point = f"{__name__}:{spec.id}"


def __getattr__(name: str) -> Callable[..., BatchedVectorEnv]:
    if name not in gym.registry:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return partial(make_miniworld, name)
