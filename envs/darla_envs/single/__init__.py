"""Environments that MiniWorld draws, one at a time, and wrappers of these.

Importing it makes MiniWorld ``ready_to_draw``: without a display, and with several environments in
one process (``display_lists``). So it must be imported before anything of MiniWorld's. ``world`` is
one room of a task, made of ``painted`` surfaces; ``factor_observation`` shows its true state
instead. ``shifted_look`` and ``domain_look`` repaint MiniWorld's own environments, and
``surrounded`` gives them textures and a camera.
"""

import darla_envs.single.ready_to_draw  # noqa: F401  (before MiniWorld)
