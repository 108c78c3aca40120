"""How much latents move when only the look of the world changes.

The definitions are our own. The same state is drawn in two looks, each drawn from a domain on its
own, and both pictures are encoded. A latent's movement is the root mean square of its difference
over such pairs, relative to its standard deviation over all frames of the pairs. 0: the look does
not matter to it. sqrt(2): the state does not matter to it, two pictures of one state are as far
apart as any two pictures.

Latents that stand for the look ought to move, and so a mean over all latents would blame an encoder
for what it does well. Two summaries ask about the state alone: the mean movement of latents,
weighted by how much a linear probe relies on each to read the state; and the movement of what
probes read, relative to its own spread. A probe may cancel movements of latents that it combines,
so that the second can be small where the first is not.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from darla.encoder.movement import joint_movement, relative_movement
from darla.probes.domains import Probe
from darla.probes.linear import LinearProbe
from darla.probes.targets import ProbeTarget


@dataclass(frozen=True)
class Invariance:
    """How much latents move between two looks of one state."""

    movement: np.ndarray
    """(z,) float64, of each latent; NaN for dead ones."""
    weights: np.ndarray
    """(z,) float64, how much each latent counts; sums to 1."""
    mean: float | None
    """The weighted mean of ``movement``; None when all weight is on dead latents."""
    dead: tuple[int, ...]
    """Indices of latents that never move; they are left out."""


def invariance(
    first: np.ndarray, second: np.ndarray, weights: np.ndarray | Sequence[int]
) -> Invariance:
    """Measure how much latents (N, z) move between two looks of N states.

    Weights, (z,) float of at least 0, say how much each latent carries of the state, such as
    :func:`state_weights`; or they are the indices of the latents that do, as integers. A ValueError
    where shapes differ, or no latent has a weight above 0.
    """
    movement = relative_movement(first, second)
    shares = _shares(np.asarray(weights), len(movement))
    alive = np.isfinite(movement)
    counted = shares[alive].sum()
    mean = float(shares[alive] @ movement[alive] / counted) if counted > 0 else None
    dead = tuple(int(index) for index in np.flatnonzero(~alive))
    return Invariance(movement, shares, mean, dead)


def state_weights(probe: LinearProbe, names: Sequence[str]) -> np.ndarray:
    """Return how much a linear probe relies on each latent to read the named targets, (z,).

    The mean over targets of :meth:`darla.probes.linear.LinearProbe.importance`.
    """
    reliance: np.ndarray = np.mean([probe.importance(name) for name in names], axis=0)
    return reliance


def prediction_movement(
    probe: Probe, first: np.ndarray, second: np.ndarray, targets: Sequence[ProbeTarget]
) -> dict[str, float | None]:
    """Measure how much what a probe reads from latents (N, z) moves between two looks.

    For each target, whose mask says which of the N pairs count, it is the root mean squared
    difference of predictions, all columns together, relative to the predictions' standard
    deviation; None where that is 0 or no pair is known.
    """
    before, after = probe.predict(first), probe.predict(second)
    found: dict[str, float | None] = {}
    for target in targets:
        one, other = before[target.name][target.known], after[target.name][target.known]
        found[target.name] = joint_movement(one, other) if len(one) else None
    return found


def _shares(weights: np.ndarray, latents: int) -> np.ndarray:
    """Return the share of each latent, (z,), from weights or from indices of those that count."""
    if weights.dtype.kind in "iu":
        if weights.size and not (0 <= weights.min() and weights.max() < latents):
            raise ValueError(f"latents are 0 to {latents - 1}, not {weights.tolist()}")
        indices, weights = weights, np.zeros(latents)
        weights[indices] = 1.0
    if weights.shape != (latents,) or not np.isfinite(weights).all() or (weights < 0).any():
        raise ValueError(f"weights are {weights.shape}; expected ({latents},) numbers, at least 0")
    if not weights.sum() > 0:
        raise ValueError("no latent has a weight above 0; name at least one that carries the state")
    shares: np.ndarray = weights / weights.sum()
    return shares
