"""Procgen's games, simulated and drawn by EnvPool: ``pip install 'darla[procgen]'``.

What the games are and how they look, :mod:`darla_envs.description.procgen_tasks` and
:mod:`darla_envs.description.procgen_domains` say. ``pools`` makes EnvPool's environments of a look;
``worlds`` lets many worlds live in them, each of which draws a look for each episode; ``world`` is
one alone.
"""
