"""Which latents carry anything, by their KL and by their spread. Needs no labels."""

from dataclasses import dataclass

import numpy as np

from darla.metrics.factor_columns import DEAD_STD, check_latents

ACTIVE_KL = 0.01  # nats, as darla.encoder.frozen_encoder.ACTIVE_KL, which would import torch


@dataclass(frozen=True, eq=False)
class ActiveLatents:
    """Which latents carry anything.

    Attributes:
        by_std: bool (z,), whether the standard deviation is at least the threshold.
        by_kl: bool (z,), whether the KL is at least the threshold; None without KL.
        std: float64 (z,), standard deviation of the posterior means.
    """

    by_std: np.ndarray
    by_kl: np.ndarray | None
    std: np.ndarray

    @property
    def active(self) -> np.ndarray:
        """Which latents pass every test there is, bool (z,)."""
        return self.by_std if self.by_kl is None else self.by_std & self.by_kl

    @property
    def count(self) -> int:
        """How many latents are active."""
        return int(self.active.sum())


def active_latents(
    latents: np.ndarray,
    kl: np.ndarray | None = None,
    least_std: float = DEAD_STD,
    least_kl: float = ACTIVE_KL,
) -> ActiveLatents:
    """Find the active latents.

    Burda, Grosse & Salakhutdinov (2016) call a unit active when the variance of its posterior mean
    is above 0.01; for that, give ``least_std=0.1``. Spread alone cannot tell a latent that carries
    little from one that carries much on a small scale; KL can.

    Args:
        latents: (N, z), posterior means.
        kl: (z,), mean KL from the prior in nats; None for models without a posterior.
        least_std: threshold of the standard deviation.
        least_kl: threshold of the KL, in nats.

    Raises:
        ValueError: there are fewer than two samples, a latent is not finite, or the KL does not
            fit.
    """
    latents = check_latents(latents, least=2)
    std = latents.std(axis=0)
    if kl is not None and np.shape(kl) != std.shape:
        raise ValueError(f"KL has shape {np.shape(kl)}; expected {std.shape}, one for each latent")
    return ActiveLatents(std >= least_std, None if kl is None else np.asarray(kl) >= least_kl, std)
