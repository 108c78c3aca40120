"""MiniWorld's environments, many at a time: its own simulation, without OpenGL, and our pictures.

Environments are made ``without_gl``, what they would have drawn becomes a scene
(``miniworld_scene``), and a follower keeps that scene up to date step by step.
"""

import darla_envs.single.ready_to_draw  # noqa: F401  (before MiniWorld)
