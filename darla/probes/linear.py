"""Linear probes: ridge regression from standardised latents (Hoerl & Kennard, 1970).

The penalty is chosen by leave-one-out validation, for each target on its own and on the samples on
which it is known. Categories are regressed on as 0 and 1, one against the rest.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.linear_model import RidgeCV

from darla.probes.targets import ProbeTarget, check_lengths

_PENALTIES = np.logspace(-6, 1, 15)  # for each sample
_SMALLEST_STD = 1e-6


@dataclass(frozen=True)
class LatentScale:
    """Brings latents to mean 0 and standard deviation 1; those that never moved to 0."""

    mean: np.ndarray
    """(z,) float64."""
    factor: np.ndarray
    """(z,) float64, 1 / std, or 0 for latents that never moved."""

    @classmethod
    def measure(cls, latents: np.ndarray) -> "LatentScale":
        """Measure the scale of finite latents (N, z); a ValueError for others."""
        if latents.ndim != 2 or not len(latents):
            raise ValueError(f"latents are {latents.shape}; expected (N, z) with N above 0")
        if not np.isfinite(latents).all():
            raise ValueError("latents hold NaN or infinity; train the encoder again")
        wide = latents.astype(np.float64)
        std = wide.std(axis=0)
        alive = std > _SMALLEST_STD
        return cls(wide.mean(axis=0), np.where(alive, 1.0 / np.where(alive, std, 1.0), 0.0))

    def __call__(self, latents: np.ndarray) -> np.ndarray:
        """Return latents (N, z) to scale, float64."""
        scaled: np.ndarray = (latents.astype(np.float64) - self.mean) * self.factor
        return scaled


@dataclass(frozen=True)
class LinearProbe:
    """A linear map from latents to each target."""

    scale: LatentScale
    """Of the latents that it was fitted to."""
    weights: Mapping[str, np.ndarray]
    """For each target (z, width) float64, of standardised latents."""
    biases: Mapping[str, np.ndarray]
    """For each target (width,) float64."""

    def predict(self, latents: np.ndarray) -> dict[str, np.ndarray]:
        """Return for each target (N, width), near what its ``encoded()`` holds."""
        scaled = self.scale(latents)
        return {name: scaled @ self.weights[name] + self.biases[name] for name in self.weights}

    def importance(self, name: str) -> np.ndarray:
        """Return how much each latent says about a target, (z,), summing to 1.

        The squared weight of each standardised latent: its share of the prediction's variance if
        latents were uncorrelated. All 0 when no latent says anything.
        """
        squares: np.ndarray = np.square(self.weights[name]).sum(axis=1)
        total = squares.sum()
        return squares / total if total > 0 else squares


def fit_linear(latents: np.ndarray, targets: Sequence[ProbeTarget]) -> LinearProbe:
    """Fit a linear probe to latents (N, z) and targets of N samples each, all of them usable.

    A ValueError where lengths differ, or latents are not finite.
    """
    check_lengths("latents", len(latents), targets)
    scale = LatentScale.measure(latents)
    scaled = scale(latents)
    weights, biases = {}, {}
    for target in targets:
        known = target.known
        ridge = RidgeCV(alphas=_PENALTIES * known.sum())
        ridge.fit(scaled[known], target.encoded()[known])
        weights[target.name] = np.reshape(ridge.coef_, (target.width, -1)).T
        biases[target.name] = np.reshape(ridge.intercept_, target.width)
    return LinearProbe(scale, weights, biases)
