"""Variational autoencoder, and the base of all its relatives.

Loss: -E_q log p(x | z) + KL(q(z | x) || N(0, I)) (Kingma & Welling, 2014, eq. 7), reconstruction
summed over pixels, KL summed over latents, one sample of z per frame. With ``free_bits`` each
latent may carry some nats for the price of none (Kingma et al., 2016).
"""

from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from torch import Tensor

from darla.encoder.likelihoods import (
    charged_kl,
    kl_from_standard_normal,
    sample_latents,
    squared_error,
)
from darla.objectives.base import LossTerms, Objective
from darla.objectives.settings import ObjectiveSettings
from darla.running.ranges import AtLeastZero


@dataclass(frozen=True)
class VAESettings(ObjectiveSettings):
    """The VAE; see :mod:`darla.objectives.vae`."""

    objective: ClassVar[str] = "vae"

    free_bits: AtLeastZero = 0.0
    """Nats that each latent may carry, on average over a batch, for the price of none."""


@dataclass(frozen=True)
class Penalty:
    """What a relative of the VAE adds to the loss."""

    cost: Tensor
    """float32 scalar, added to the loss."""
    terms: dict[str, Tensor]
    """float32 scalars to log, by TensorBoard tag."""
    adversary: Tensor | None = None
    """float32 scalar that the objective's adversary makes small; None without one."""


@dataclass(frozen=True)
class BatchPosterior:
    """The posterior of each frame of a batch."""

    mu: Tensor
    """float32 (N, z), means."""
    logvar: Tensor
    """float32 (N, z), logarithms of variances."""
    penalty: Penalty | None = None
    """What the way it was inferred adds to the loss; None for nothing."""
    latents: Tensor | None = None
    """float32 (N, z), the sample to decode where inferring drew one; None to draw it afterwards."""

    def sample(self) -> Tensor:
        """Return the sample to decode, float32 (N, z), drawn now unless inferring drew one."""
        return sample_latents(self.mu, self.logvar) if self.latents is None else self.latents


class VariationalAutoencoder(Objective):
    """The VAE. Relatives change how latents are inferred, what the KL costs, and add penalties."""

    settings_class = VAESettings
    settings: VAESettings

    def losses(self, pictures: Tensor, step: Tensor) -> LossTerms:
        """Add the reconstruction's loss to the cost of the KL, and what else there is."""
        inferred = self.infer(pictures, step)
        latents = inferred.sample()
        return self.judged(pictures, step, inferred, latents, self.decode(latents, step))

    def judged(
        self,
        pictures: Tensor,
        step: Tensor,
        inferred: BatchPosterior,
        latents: Tensor,
        logits: Tensor,
    ) -> LossTerms:
        """Compute the loss of pictures, given what was inferred, drawn and decoded.

        Latents are samples of the posterior, float32 (N, z), and logits (N, 3, H, W).
        """
        mu, logvar = inferred.mu, inferred.logvar
        kl_per_latent = self.divergence(mu, logvar, latents)
        kl = kl_per_latent.sum()
        reconstruction, reconstruction_terms = self.reconstruction(logits, pictures)
        kl_cost, kl_terms = self.kl_cost(charged_kl(kl_per_latent, self.settings.free_bits), step)
        total = reconstruction + kl_cost
        terms = {"loss/kl": kl, **reconstruction_terms, **kl_terms}
        adversary = None
        for penalty in (inferred.penalty, self.penalty(mu, logvar, latents)):
            if penalty is not None:
                total, terms = total + penalty.cost, terms | penalty.terms
                adversary = penalty.adversary
        return LossTerms(total, terms, kl_per_latent, adversary)

    def infer(self, pictures: Tensor, step: Tensor) -> BatchPosterior:
        """Return the posterior of pictures (N, 3, H, W); ``step`` is that of :meth:`losses`."""
        return BatchPosterior(*self.posterior(pictures))

    def posterior(self, pictures: Tensor) -> tuple[Tensor, Tensor]:
        """Return what the encoder says of pictures: mu and logvar, both float32 (N, z)."""
        mu, logvar = self.encoder(pictures)
        assert logvar is not None, "variational objectives build Gaussian posteriors"
        return mu, logvar

    def decode(self, latents: Tensor, step: Tensor) -> Tensor:
        """Return the logits (N, 3, H, W) of pictures from latents float32 (N, z)."""
        logits: Tensor = self.decoder(latents)
        return logits

    def divergence(self, mu: Tensor, logvar: Tensor, latents: Tensor) -> Tensor:
        """Return the KL of the posterior from the prior, the mean over the batch; float32 (z,).

        It is in nats, of each latent; for what is given see :meth:`penalty`.
        """
        return kl_from_standard_normal(mu, logvar).mean(dim=0)

    def penalty(self, mu: Tensor, logvar: Tensor, latents: Tensor) -> Penalty | None:
        """Return what is added to the VAE's own loss, None for nothing.

        All are float32 (N, z): means and logarithms of variances of the posterior, and the samples
        that were decoded.
        """
        return None

    def reconstruction(self, logits: Tensor, pictures: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
        """Return the reconstruction's part of the loss, and what of it to log."""
        loss = self.likelihood.negative_log(logits, pictures).mean()
        pixel = squared_error(torch.sigmoid(logits), pictures).mean()
        return loss, {"loss/reconstruction": loss, "loss/pixel": pixel}

    def kl_cost(self, kl: Tensor, step: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
        """Return the KL's part of the loss, and what of it to log; for the step see :meth:`losses`.

        The KL, float32 (z,), is in nats, of each latent, with free bits counted.
        """
        return kl.sum(), self.beta_terms(1.0)

    def effective_settings(self) -> dict[str, Any]:
        """Return the free bits, where there are any."""
        return {"free_bits": self.settings.free_bits} if self.settings.free_bits else {}

    def beta_terms(self, beta: float | Tensor) -> dict[str, Tensor]:
        """Return beta, and beta times latents over reconstructed values (normalised beta).

        The latter compares runs of different sizes (Higgins et al. 2017, beta-VAE, appendix A.6).
        """
        normalised = beta * self.encoder.shape.latents / self.reconstructed_values()
        return {"beta": self._scalar(beta), "beta_normalised": self._scalar(normalised)}

    def _scalar(self, value: float | Tensor) -> Tensor:
        """Return a number as a tensor where the weights are: one elsewhere keeps a GPU waiting."""
        if isinstance(value, Tensor):
            return value
        device = next(self.decoder.parameters()).device
        return torch.full((), value, dtype=torch.float32, device=device)

    def reconstructed_values(self) -> int:
        """Return over how many values the reconstruction loss is summed: pixels times colours."""
        height, width, colours = self.encoder.shape.image_shape
        return height * width * colours
