"""Environments: how they may look, which is told from what they are.

``restyling`` changes pictures and nothing else, by shifts of a strength from 0 to 1. ``looks`` says
which domains an environment has, a :class:`~darla.environments.looks.Look` each: further arguments,
options of its resets, wrappers, shifts. ``look_sheet`` draws them.
"""
