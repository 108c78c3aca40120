"""The commands: one file each, with what it does, its configuration and what it prints.

``main`` is the command ``darla``, which finds the others by name.
"""
