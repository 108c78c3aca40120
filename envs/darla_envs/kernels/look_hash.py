"""Random numbers that follow from a look, so that the same look has the same surroundings.

A fixed hash of a look's values, not a generator, says which camera and which textures an episode
has: whoever knows the look knows them, and nothing else that is drawn changes.
"""

import numpy as np

from darla_envs.kernels.compiled import kernel

HEIGHT, PITCH, FIELD_OF_VIEW, TEXTURE = range(4)
"""Purposes: what a number is for. The textures of further surfaces are counted from ``TEXTURE``."""

# The constants of splitmix64 (Steele et al. 2014), which turns any 64 bits into random ones.
_STEP = np.uint64(0x9E3779B97F4A7C15)
_FIRST, _SECOND = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)


@kernel
def uniform_of(look: np.ndarray, purpose: int) -> float:
    """Return a number in [0, 1) that follows from all values of a look, (F,) float64."""
    state = np.uint64(purpose)
    for value in look:
        state = mixed(state, value)
    return as_uniform(state)


@kernel
def as_uniform(state: np.uint64) -> float:
    """Return the bits as a number in [0, 1)."""
    return float(state >> np.uint64(11)) * 2.0**-53


@kernel
def mixed(state: np.uint64, value: float) -> np.uint64:
    """Return other bits for every state and value."""
    bits = np.array([value + 0.0]).view(np.uint64)[0]  # + 0.0: there is one zero
    mixed = (state ^ bits) + _STEP
    mixed = (mixed ^ (mixed >> np.uint64(30))) * _FIRST
    mixed = (mixed ^ (mixed >> np.uint64(27))) * _SECOND
    return np.uint64(mixed ^ (mixed >> np.uint64(31)))
