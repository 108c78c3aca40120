"""VampPrior: the prior is what the encoder says of some learnt pictures (Tomczak & Welling, 2018).

Loss: -E_q log p(x | z) + beta KL(q(z | x) || p(z)), where the prior p(z) = 1/K sum_k q(z | u_k) is
the mixture, in equal parts, of the posteriors of K "pseudo-inputs" u_k, pictures whose pixels are
learnt with the rest (arXiv 1705.07120, eq. 9). They begin as frames of the dataset. The KL has no
closed form, and is log q(z | x) - log p(z) of the one sample z that is decoded.

A mixture does not fall apart into latents. The KL of each is that by the chain rule, in the order
of the latents: log q(z_j | x) - log p(z_j | z_1 ... z_j-1). These sum to the KL, and free bits are
of each.

Bundles measure all encoders by the standard normal distribution. A latent that says the same of
all frames, but not what that distribution says, costs nothing here and counts as active there.
"""

import math
from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from darla.encoder.likelihoods import log_normal
from darla.encoder.network_shape import NetworkShape
from darla.encoder.networks import to_pictures
from darla.objectives.base import FrameChunks, TrainingFacts
from darla.objectives.beta_vae import BetaVAE, BetaVAESettings
from darla.running.ranges import AtLeastZero, PositiveInt

_DARKEST = 0.02  # of a first pseudo-input: nothing could be learnt of a sigmoid of 0 or 1


@dataclass(frozen=True)
class VampVAESettings(BetaVAESettings):
    """VampPrior; see :mod:`darla.objectives.vamp_vae`."""

    objective: ClassVar[str] = "vamp_vae"

    beta: AtLeastZero = 1.0
    """What one nat of KL costs."""
    pseudo_inputs: PositiveInt = 32
    """Learnt pictures whose posteriors make the prior (500 in the paper); each is encoded in every
    step."""


class VampVAE(BetaVAE):
    """The beta-VAE whose prior is a mixture of the posteriors of learnt pictures.

    Attributes:
        pseudo_logits: float32 (K, 3, H, W), whose sigmoids are the pictures.
    """

    settings_class = VampVAESettings
    settings: VampVAESettings

    def __init__(
        self, settings: VampVAESettings, facts: TrainingFacts, shape: NetworkShape | None = None
    ) -> None:
        """Make the networks, and pseudo-inputs that are noise until :meth:`prepare`."""
        super().__init__(settings, facts, shape)
        height, width, colours = facts.image_shape
        self.pseudo_logits = nn.Parameter(
            torch.randn(settings.pseudo_inputs, colours, height, width)
        )

    @torch.no_grad()
    def prepare(self, chunks: FrameChunks) -> None:
        """Let pseudo-inputs begin as frames of the dataset, drawn by torch."""
        count, kept = len(self.pseudo_logits), []
        for frames in chunks():
            drawn = torch.randperm(len(frames))[:count]
            kept.append(frames[drawn.to(frames.device)])
        pool = torch.cat(kept)
        drawn = torch.randperm(len(pool)).repeat(-(-count // len(pool)))[:count]
        pictures = to_pictures(pool[drawn.to(pool.device)])
        self.pseudo_logits.copy_(pictures.clamp(_DARKEST, 1 - _DARKEST).logit())

    def divergence(self, mu: Tensor, logvar: Tensor, latents: Tensor) -> Tensor:
        """Return log q(z | x) - log p(z) of the samples, by the chain rule."""
        prior = self.posterior(torch.sigmoid(self.pseudo_logits))
        # Small differences of large sums: bfloat16 would drown them.
        with torch.autocast(latents.device.type, enabled=False):
            apart = log_normal(latents, mu, logvar) - log_mixture(latents, *prior)
            return apart.mean(dim=0)

    def parameter_groups(self, learning_rate: float) -> list[dict[str, Any]]:
        """Return the networks, and the pseudo-inputs at the same learning rate."""
        own = {"params": [self.pseudo_logits], "lr": learning_rate}
        return [*super().parameter_groups(learning_rate), own]

    def effective_settings(self) -> dict[str, Any]:
        """Return the number of pseudo-inputs, and what the beta-VAE has."""
        own = {"pseudo_inputs": self.settings.pseudo_inputs}
        return {**super().effective_settings(), **own}


def log_mixture(latents: Tensor, mu: Tensor, logvar: Tensor) -> Tensor:
    """Return log p(z_j | z_1 ... z_j-1) under a mixture of Gaussians in equal parts; (N, z).

    Latents are float (N, z), the means and logarithms of variances of its K parts (K, z). The sum
    over latents is log p(z).
    """
    parts = log_normal(latents[:, None], mu, logvar).cumsum(dim=2)
    until = torch.logsumexp(parts, dim=1) - math.log(len(mu))
    return torch.diff(until, dim=1, prepend=torch.zeros_like(until[:, :1]))
