"""3D worlds whose look is a set of named factors: tasks, domains, rendering.

Importing this package registers ``Darla/GoToObject-v0`` and ``Darla/SeekAvoid-v0`` with Gymnasium
and imports neither MiniWorld nor OpenGL; :mod:`darla_envs.stock` does, for MiniWorld's own
environments.
"""

import importlib.util

from darla_envs.description.domains import GO_TO_OBJECT, SEEK_AVOID

__all__ = ["GO_TO_OBJECT", "SEEK_AVOID"]


def _register() -> None:
    """Register the tasks; what imports MiniWorld is imported when one is made."""
    import gymnasium as gym

    gym.register(
        GO_TO_OBJECT,
        entry_point="darla_envs.single.go_to_object:GoToObject",
        vector_entry_point="darla_envs.batch.vector_env:make_go_to_object",
    )
    gym.register(
        SEEK_AVOID,
        entry_point="darla_envs.single.seek_avoid:SeekAvoid",
        vector_entry_point="darla_envs.batch.vector_env:make_seek_avoid",
    )


if importlib.util.find_spec("gymnasium") is not None:  # drawing alone does without it
    _register()
