"""Flat worlds, drawn by NumPy: what can be asked of an agent without three dimensions.

``hidden_catch``: catch a ball that is seen at the start alone, which asks for a memory.
"""
