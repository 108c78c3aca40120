"""What makes vector environments of MiniWorld's ids: the attribute of this module named as an id.

Gymnasium is given these as strings, since specifications that hold functions cannot be written as
JSON.
"""

from collections.abc import Callable
from functools import partial

import gymnasium as gym

from envs.batch.vector_env import BatchedVectorEnv, make_miniworld


def install() -> None:
    """Let ``gym.make_vec`` make batches of MiniWorld's ids that have no other entry point."""
    for name, spec in gym.registry.items():
        if str(spec.entry_point).startswith("miniworld.") and spec.vector_entry_point is None:
            spec.vector_entry_point = f"{__name__}:{name}"


def __getattr__(name: str) -> Callable[..., BatchedVectorEnv]:
    if name not in gym.registry:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return partial(make_miniworld, name)
