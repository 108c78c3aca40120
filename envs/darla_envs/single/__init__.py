"""Environments that MiniWorld draws, one at a time, and wrappers of these.

Whatever imports MiniWorld imports ``ready_to_draw`` before, which lets it draw without a display
and lets several environments live in one process (``display_lists``). ``world`` is
one room of a task, made of ``painted`` surfaces; ``factor_observation`` shows its true state
instead. ``shifted_look`` and ``domain_look`` repaint MiniWorld's own environments.
"""
