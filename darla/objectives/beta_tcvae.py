"""beta-TCVAE: a VAE whose total correlation costs beta times as much (Chen et al., 2018).

The KL splits into the mutual information of frame and latents, the total correlation of latents,
TC = KL(q(z) || prod_j q(z_j)), and what each latent is away from its prior. With weights alpha =
gamma = 1 and beta for these parts the loss is that of the VAE and (beta - 1) TC; the first keeps
its closed form here. TC needs the density of a latent over the whole dataset, which is estimated
from the posteriors of a batch: either by minibatch-weighted sampling (the
paper's choice; biased) or by minibatch-stratified sampling (its appendix; unbiased densities).
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import torch
from torch import Tensor

from darla.encoder.likelihoods import log_normal
from darla.objectives.vae import Penalty, VAESettings, VariationalAutoencoder
from darla.running.ranges import AtLeastZero


@dataclass(frozen=True)
class BetaTCVAESettings(VAESettings):
    """beta-TCVAE; see :mod:`darla.objectives.beta_tcvae`."""

    objective: ClassVar[str] = "beta_tcvae"
    earlier_names: ClassVar[Mapping[str, str]] = {"estimate": "beta_tcvae.estimate"}

    beta: AtLeastZero = 6.0
    """What one nat of total correlation costs."""
    estimate: Literal["weighted", "stratified"] = "weighted"
    """How the density of all latents is estimated from a batch: by minibatch-weighted or by
    minibatch-stratified sampling."""


class BetaTCVAE(VariationalAutoencoder):
    """The VAE with a higher price on the dependence of latents than on what each carries."""

    settings_class = BetaTCVAESettings
    settings: BetaTCVAESettings
    smallest_batch: ClassVar[int] = 2

    def kl_cost(self, kl: Tensor, step: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
        """Charge each nat once; beta is logged as what a nat of total correlation costs."""
        return kl.sum(), self.beta_terms(self.settings.beta)

    def penalty(self, mu: Tensor, logvar: Tensor, latents: Tensor) -> Penalty:
        """Charge for the total correlation what the KL has not charged yet."""
        own, num_frames = self.settings, self.facts.num_frames
        correlation = total_correlation(latents, mu, logvar, num_frames, own.estimate)
        return Penalty((own.beta - 1) * correlation, {"loss/total_correlation": correlation})

    def effective_settings(self) -> dict[str, Any]:
        """Return beta and the estimate."""
        own = {"beta": self.settings.beta, "estimate": self.settings.estimate}
        return {**super().effective_settings(), **own}


def total_correlation(
    latents: Tensor, mu: Tensor, logvar: Tensor, num_frames: int, estimate: str
) -> Tensor:
    """Estimate the total correlation of latents over the dataset from a batch; in nats.

    Latents, float (M, z) with M of at least 2, are a sample of each frame's posterior, with means
    ``mu`` and logarithms of variances ``logvar``. The dataset has N frames; the estimate is
    ``weighted`` or ``stratified``.
    """
    densities = log_normal(latents[:, None], mu, logvar)  # [i, j]: of sample i, posterior j
    weights = log_weights(len(latents), num_frames, estimate, latents)[..., None]
    joint = torch.logsumexp(densities.sum(dim=2) + weights[..., 0], dim=1)
    of_each = torch.logsumexp(densities + weights, dim=1)
    return (joint - of_each.sum(dim=1)).mean()


def log_weights(batch: int, num_frames: int, estimate: str, like: Tensor) -> Tensor:
    """Return how much posterior j of M counts in the density of sample i; logarithms, (M, M).

    Weighted: 1 / (N M) for all. Stratified: 1 / N for a sample's own posterior, and for the M - 1
    others, which stand for all the rest of the dataset, (N - 1) / (N (M - 1)). The paper gives one
    of these another weight than the others; their sum, and so the mean of the estimate, is the
    same, and its variance smaller. Dtype and device are those of ``like``.
    """
    if estimate == "weighted":
        return torch.full_like(like[:, :1], -math.log(batch * num_frames)).expand(batch, batch)
    others = math.log(max(num_frames - 1, 1) / (num_frames * (batch - 1)))
    own = torch.eye(batch, dtype=like.dtype, device=like.device)
    return own * -math.log(num_frames) + (1 - own) * others
