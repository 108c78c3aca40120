"""MiniWorld, ready to draw: without a display, and several environments in one process.

Import this module before anything of MiniWorld's.
"""

from darla_envs.single import headless

headless.prepare()

from darla_envs.single import display_lists  # noqa: E402

display_lists.install()
