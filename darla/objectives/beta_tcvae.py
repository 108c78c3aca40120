"""beta-TCVAE: a VAE whose total correlation costs beta times as much (Chen et al., 2018).

The KL splits into the mutual information of frame and latents, the total correlation of latents,
TC = KL(q(z) || prod_j q(z_j)), and what each latent is away from its prior. With weights alpha =
gamma = 1 and beta for these parts the loss is that of the VAE and (beta - 1) TC; the first keeps
its closed form here. TC needs the density of a latent over the whole dataset, which is estimated
from the posteriors of a batch: either by minibatch-weighted sampling (the
paper's choice; biased) or by minibatch-stratified sampling (its appendix; unbiased densities).
"""

import math
from typing import Any, ClassVar

import torch
from torch import Tensor

from darla.encoder.networks import NetworkShape
from darla.objectives.base import TrainingFacts, network_shape
from darla.objectives.vae import Penalty, VariationalAutoencoder
from darla.vision.config import VisionConfig


class BetaTCVAE(VariationalAutoencoder):
    """The VAE with a higher price on the dependence of latents than on what each carries."""

    name: ClassVar[str] = "beta_tcvae"
    uses: ClassVar[frozenset[str]] = VariationalAutoencoder.uses | {"beta", "beta_tcvae"}
    smallest_batch: ClassVar[int] = 2
    default_beta: ClassVar[float] = 6.0

    def __init__(self, config: VisionConfig, shape: NetworkShape, num_frames: int) -> None:
        """Make the networks; ``num_frames`` is the size of the dataset."""
        super().__init__(config, shape)
        self.num_frames = num_frames
        self.beta = self.default_beta if config.beta is None else config.beta

    @classmethod
    def build(cls, config: VisionConfig, facts: TrainingFacts) -> "BetaTCVAE":
        """Make the untrained model, for the dataset's size."""
        return cls(config, network_shape(config, facts, posterior="gaussian"), facts.num_frames)

    def kl_cost(self, kl: Tensor, step: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
        """Charge each nat once; beta is logged as what a nat of total correlation costs."""
        return kl.sum(), self.beta_terms(self.beta)

    def penalty(self, mu: Tensor, logvar: Tensor, latents: Tensor) -> Penalty:
        """Charge for the total correlation what the KL has not charged yet."""
        estimate = self.config.beta_tcvae.estimate
        correlation = total_correlation(latents, mu, logvar, self.num_frames, estimate)
        return Penalty((self.beta - 1) * correlation, {"loss/total_correlation": correlation})

    def settings(self) -> dict[str, Any]:
        """Return beta and the estimate."""
        return {
            **super().settings(),
            "beta": self.beta,
            "estimate": self.config.beta_tcvae.estimate,
        }


def total_correlation(
    latents: Tensor, mu: Tensor, logvar: Tensor, num_frames: int, estimate: str
) -> Tensor:
    """Estimate the total correlation of latents over the dataset from a batch.

    Args:
        latents: float (M, z), a sample of each frame's posterior; M is at least 2.
        mu: float (M, z), the posteriors' means.
        logvar: float (M, z), the logarithms of their variances.
        num_frames: frames in the dataset, N.
        estimate: ``weighted`` or ``stratified``.

    Returns:
        Scalar in nats.
    """
    away = (latents[:, None] - mu).square() * (-logvar).exp()
    densities = -0.5 * (away + logvar + math.log(2 * math.pi))  # [i, j]: of sample i, posterior j
    weights = log_weights(len(latents), num_frames, estimate, latents)[..., None]
    joint = torch.logsumexp(densities.sum(dim=2) + weights[..., 0], dim=1)
    of_each = torch.logsumexp(densities + weights, dim=1)
    return (joint - of_each.sum(dim=1)).mean()


def log_weights(batch: int, num_frames: int, estimate: str, like: Tensor) -> Tensor:
    """Return how much posterior j of a batch counts in the density of sample i; logarithms.

    Weighted: 1 / (N M) for all. Stratified: 1 / N for a sample's own posterior, and for the M - 1
    others, which stand for all the rest of the dataset, (N - 1) / (N (M - 1)). The paper gives one
    of these another weight than the others; their sum, and so the mean of the estimate, is the
    same, and its variance smaller.

    Args:
        batch: M.
        num_frames: N.
        estimate: ``weighted`` or ``stratified``.
        like: a tensor of the dtype and on the device that are wanted.

    Returns:
        (M, M).
    """
    if estimate == "weighted":
        return torch.full_like(like[:, :1], -math.log(batch * num_frames)).expand(batch, batch)
    others = math.log(max(num_frames - 1, 1) / (num_frames * (batch - 1)))
    own = torch.eye(batch, dtype=like.dtype, device=like.device)
    return own * -math.log(num_frames) + (1 - own) * others
