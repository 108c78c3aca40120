"""MiniWorld's own environments, ready to draw: import this module before anything of MiniWorld's.

Importing it registers MiniWorld's own environments, lets MiniWorld draw without a display, lets
several MiniWorld environments, stock ones too, live in one process, lets ``gym.make_vec`` simulate
and draw many together, and lets both ``gym.make`` and ``gym.make_vec`` make them in named domains
(see :mod:`darla_envs.description.domains`).
"""

import darla_envs.single.ready_to_draw  # noqa: F401  (before MiniWorld)

# isort: split
import gymnasium as gym

from darla_envs.description.domains import note_miniworld
from darla_envs.miniworld_entry_points import entry_point, has_named_domains

__all__ = ["give_domains"]


def give_domains(env_id: str) -> None:
    """Let Gymnasium make an id of a MiniWorld environment in named domains, and many at a time.

    MiniWorld's own ids are given them when this module is imported. Call it for one of your own
    after its registration, in the module that registers it; then collectors, agents and evaluations
    know its domains too::

        gym.register("Mine-v0", entry_point="mine:Mine")
        darla_envs.stock.give_domains("Mine-v0")
        gym.make("Mine-v0", domain="new_floor")

    Raises:
        gymnasium.error.Error: there is no such id.
    """
    spec = gym.spec(env_id)
    note_miniworld(spec.id)
    if spec.entry_point is not None and not has_named_domains(spec.id):
        spec.entry_point = entry_point(spec.id, spec.entry_point)
    if spec.vector_entry_point is None:
        spec.vector_entry_point = f"darla_envs.miniworlds.vector_entry_points:{spec.id}"


for _name, _spec in gym.registry.items():
    if str(_spec.entry_point).startswith("miniworld."):
        give_domains(_name)
