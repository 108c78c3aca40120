"""Frames in which one factor is held while all others vary, for the metrics that ask for them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from darla.metrics.factor_columns import LEAST_SAMPLES, find_dead_latents


class Interventions(Protocol):
    """Somebody who can set a world's factors, draw it and encode the frames."""

    @property
    def factors(self) -> Sequence[str]:
        """Names of the factors that can be held."""

    def encode_with_held(
        self, factor: str, batches: int, batch_size: int, rng: np.random.Generator
    ) -> np.ndarray:
        """Return latents (batches, batch_size, z).

        Within a batch, ``factor`` has one value, drawn at random, and all others vary.
        """

    def encode_pairs_with_held(
        self, factor: str, batches: int, batch_size: int, rng: np.random.Generator
    ) -> np.ndarray:
        """Return latents (batches, 2, batch_size, z).

        The two frames of each pair share the value of ``factor``; it differs from pair to pair,
        and all others vary freely.
        """

    def encode(self, count: int, rng: np.random.Generator) -> np.ndarray:
        """Return latents (count, z) of frames with nothing held."""


@dataclass(frozen=True, eq=False)
class Survey:
    """What latents do when nothing is held."""

    latents: np.ndarray
    """float64 (count, z)."""
    std: np.ndarray
    """float64 (z,), their standard deviation, with 1 for dead latents, to divide by."""
    dead_latents: dict[int, str]
    """Why each dead latent counts as carrying nothing, by its index."""
    active: np.ndarray
    """bool (z,), the others."""


def survey(
    interventions: Interventions,
    metric: str,
    count: int,
    rng: np.random.Generator,
    active: np.ndarray | None = None,
) -> Survey:
    """Encode ``count`` frames with nothing held, before any factor is.

    Errors name the metric that it is for; ``active``, bool (z,), says which latents carry anything,
    None: all, as far as is known. A ValueError where fewer than two factors can be held, or
    ``count`` is too small.
    """
    if len(interventions.factors) < 2:
        raise ValueError(
            f"{metric} compares factors: it takes two or more that can be held, and got "
            f"{', '.join(interventions.factors) or 'none'}"
        )
    if count < LEAST_SAMPLES:
        raise ValueError(f"{metric} was given {count} frames; give at least {LEAST_SAMPLES}")
    latents = np.asarray(interventions.encode(count, rng), dtype=np.float64)
    dead = find_dead_latents(latents, active)
    alive = np.array([index not in dead for index in range(latents.shape[1])])
    return Survey(latents, np.where(alive, latents.std(axis=0), 1.0), dead, alive)
