"""MiniWorld, ready to draw: import this module before anything of MiniWorld's.

Importing it registers MiniWorld's own environments, lets MiniWorld draw without a display, lets
several MiniWorld environments, stock ones too, live in one process, lets ``gym.make_vec`` simulate
and draw many together, and lets both ``gym.make`` and ``gym.make_vec`` make them in named domains
(see :mod:`darla_envs.description.look_catalogue`).
"""

from darla_envs.single import headless

headless.prepare()

from darla_envs.miniworlds import miniworld_entry_points  # noqa: E402
from darla_envs.miniworlds.miniworld_entry_points import give_domains  # noqa: E402
from darla_envs.single import display_lists  # noqa: E402

__all__ = ["give_domains"]

display_lists.install()
miniworld_entry_points.install()
