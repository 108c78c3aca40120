"""MiniWorld, ready to draw: import this module before anything of MiniWorld's.

Importing it registers MiniWorld's own environments, lets MiniWorld draw without a display, and
lets several MiniWorld environments, stock ones too, live in one process.
"""

from envs import headless

headless.prepare()

from envs import display_lists  # noqa: E402

display_lists.install()
