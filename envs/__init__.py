"""3D worlds whose look is a set of named factors: tasks, domains, rendering.

Importing this package registers ``Darla/GoToObject-v0`` and ``Darla/SeekAvoid-v0`` with Gymnasium,
lets MiniWorld draw without a display, and lets several MiniWorld environments, stock ones too,
live in one process.
"""

from envs import headless

headless.prepare()

import gymnasium as gym  # noqa: E402

from envs import display_lists  # noqa: E402
from envs.domains import GO_TO_OBJECT, SEEK_AVOID  # noqa: E402

display_lists.install()

gym.register(GO_TO_OBJECT, entry_point="envs.go_to_object:GoToObject")
gym.register(SEEK_AVOID, entry_point="envs.seek_avoid:SeekAvoid")
