"""Ways from one latent to another: in a straight line, or around a middle.

In many dimensions most latents lie about as far from their mean as one another, and a straight line
between two of them passes nearer to it than any frame does. Around the mean, by spherical linear
interpolation (Shoemake, 1985; for latents White, 2016, "Sampling Generative Networks"), a path
keeps their distance from it.
"""

from typing import Literal, get_args

import numpy as np

from darla.running.names import unknown

Way = Literal["linear", "spherical"]
_NEARLY_STRAIGHT = 1e-6  # a sine of an angle below which there is no arc to follow


def latent_path(
    start: np.ndarray,
    end: np.ndarray,
    steps: int,
    how: str = "linear",
    mean: np.ndarray | float = 0.0,
    std: np.ndarray | float = 1.0,
) -> np.ndarray:
    """Return latents in equal steps from some to others, both included, float32 (N, steps, z).

    Args:
        start: float (N, z).
        end: of the same shape.
        steps: latents on each path, at least 2.
        how: ``linear``, or ``spherical``: at an angle about the mean that grows evenly, and at a
            distance from it that goes evenly from the one's to the other's. Two latents on one
            line through the mean are joined by that line.
        mean: (z,), what is gone around; a straight line does not ask.
        std: (z,), above 0: units of angles and distances, so that no latent counts for more
            because it is larger.

    Raises:
        ValueError: shapes differ, there are fewer than two steps, or no such way.
    """
    if start.shape != end.shape or start.ndim != 2:
        raise ValueError(f"latents are {start.shape} and {end.shape}; expected (N, z) for both")
    if steps < 2:
        raise ValueError(f"steps is {steps}; give at least 2, both ends included")
    if how not in get_args(Way):
        raise unknown("way between latents", how, get_args(Way))
    shares = np.linspace(0, 1, steps)[None, :, None]
    first, second = ((each - mean) / std for each in (start[:, None], end[:, None]))
    mixed = (1 - shares) * first + shares * second
    if how == "spherical":
        mixed = _around(first, second, shares, mixed)
    path: np.ndarray = (mixed * std + mean).astype(np.float32)
    return path


def _around(
    first: np.ndarray, second: np.ndarray, shares: np.ndarray, straight: np.ndarray
) -> np.ndarray:
    """Return the arcs from some latents (N, 1, z) to others; straight lines where there is none."""
    lengths = [np.linalg.norm(each, axis=2, keepdims=True) for each in (first, second)]
    safe = [np.maximum(length, np.finfo(np.float64).tiny) for length in lengths]
    units = [each / length for each, length in zip((first, second), safe, strict=True)]
    angle = np.arccos(np.clip((units[0] * units[1]).sum(axis=2, keepdims=True), -1, 1))
    sine = np.sin(angle)
    weights = [np.sin(share * angle) for share in (1 - shares, shares)]
    direction = weights[0] * units[0] + weights[1] * units[1]
    length = (1 - shares) * lengths[0] + shares * lengths[1]
    apart = np.minimum(*lengths) > 0  # no direction leads to the mean itself
    bent = (sine > _NEARLY_STRAIGHT) & apart
    return np.where(bent, direction / np.where(bent, sine, 1.0) * length, straight)
