"""How far a frame lies from what an encoder has seen, in three numbers: larger is stranger.

They are what is lost of its picture, what its latents cost, and where these lie.
"""

from collections.abc import Callable, Iterable

import numpy as np
import torch

from darla.alarm.latent_density import LatentDensity
from darla.encoder.abilities import GAUSSIAN, can_decode, named
from darla.encoder.frozen_encoder import FrozenEncoder
from darla.encoder.likelihoods import kl_from_standard_normal
from darla.encoder.squared_errors import squared_errors

RECONSTRUCTION, KL, DENSITY = "reconstruction", "kl", "density"
SCORES = {
    RECONSTRUCTION: "mean squared error of the decoded picture, of values in [0, 1]",
    KL: "nats between posterior and prior, summed over latents",
    DENSITY: "squared Mahalanobis distance of the latents from those of D_U",
}
"""What each number is, from the dearest to the cheapest where latents are there already."""


def scores_of(encoder: FrozenEncoder) -> tuple[str, ...]:
    """Return which numbers an encoder has.

    Without a decoder there is no reconstruction, without a Gaussian posterior no KL, and where
    latents can be a few values alone no density. A ValueError where none is left.
    """
    shape = encoder.encoder.shape
    has = {
        RECONSTRUCTION: can_decode(encoder),
        KL: shape.posterior == GAUSSIAN,
        DENSITY: not shape.quantized,
    }
    found = tuple(name for name in SCORES if has[name])
    if not found:
        raise ValueError(
            f"{named(encoder)} has neither a decoder nor continuous latents, of which an alarm is "
            "made; take one of another objective"
        )
    return found


def score_posteriors(
    encoder: FrozenEncoder,
    frames: np.ndarray,
    means: np.ndarray,
    variances: np.ndarray,
    density: LatentDensity | None,
    names: Iterable[str],
) -> dict[str, np.ndarray]:
    """Return numbers of frames whose posteriors are known, float64 (N,) each; see :data:`SCORES`.

    Args:
        encoder: a frozen encoder.
        frames: uint8 (N, H, W, 3), of the encoder's size; the reconstruction alone asks for them.
        means: float32 (N, z), of their posteriors.
        variances: float32 (N, z), likewise.
        density: where latents of D_U lie; needed for the density alone.
        names: which numbers, of :func:`scores_of`. A reconstruction costs a pass through the
            decoder, the others next to nothing.
    """
    ways: dict[str, Callable[[], np.ndarray]] = {
        RECONSTRUCTION: lambda: squared_errors(encoder.decode(means), frames),
        KL: lambda: _nats(means, variances),
        DENSITY: lambda: _distances(density, means),
    }
    return {name: ways[name]() for name in names}


def _nats(means: np.ndarray, variances: np.ndarray) -> np.ndarray:
    """Return the KL of posteriors (n, z) from the prior, summed over latents, float64 (n,)."""
    mu, logvar = torch.from_numpy(means).double(), torch.from_numpy(variances).double().log()
    return kl_from_standard_normal(mu, logvar).sum(dim=1).numpy()


def _distances(density: LatentDensity | None, means: np.ndarray) -> np.ndarray:
    """Return the distances of posterior means."""
    if density is None:
        raise ValueError("the density of latents is not known; measure it on frames of D_U")
    return density.distances(means)
