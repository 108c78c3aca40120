"""Compiled: whether a disc touches walls."""

import math

import numpy as np

from darla_envs.kernels.compiled import kernel

FREE, TOUCHING, TOO_CLOSE_TO_CALL = 0, 1, 2
NEARLY = 1e-9  # metres; rounding is far smaller


@kernel
def touch_walls(segments: np.ndarray, x: float, z: float, radius: float) -> int:
    """Return whether a disc touches any wall, given by its ends on the floor, (S, 2, 3) float64.

    That is ``FREE``, ``TOUCHING``, or ``TOO_CLOSE_TO_CALL`` when rounding could decide it. All is
    in metres.
    """
    close = False
    for k in range(len(segments)):
        from_x, from_z = segments[k, 0, 0], segments[k, 0, 2]
        along_x, along_z = segments[k, 1, 0] - from_x, segments[k, 1, 2] - from_z
        share = (x - from_x) * along_x + (z - from_z) * along_z
        share /= along_x * along_x + along_z * along_z
        if share < 0.0:
            share = 0.0
        elif share > 1.0:
            share = 1.0
        away_x, away_z = from_x + share * along_x - x, from_z + share * along_z - z
        beyond = math.sqrt(away_x * away_x + away_z * away_z) - radius
        if beyond < -NEARLY:
            return TOUCHING
        close = close or beyond <= NEARLY
    return TOO_CLOSE_TO_CALL if close else FREE
