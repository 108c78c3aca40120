"""How a user says whether environments are simulated together."""

from darla.running.names import unknown

BATCHED, STOCK = "batched", "stock"
RENDERINGS = (BATCHED, STOCK)
"""Environments simulated and drawn together where that is possible, or one by one by MiniWorld."""


def check_rendering(rendering: str) -> None:
    """Raise a ValueError, which suggests the nearest, for the name of no way to draw."""
    if rendering not in RENDERINGS:
        raise unknown("rendering", rendering, RENDERINGS)
