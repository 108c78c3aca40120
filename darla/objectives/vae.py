"""Variational autoencoder, and the base of all its relatives.

Loss: -E_q log p(x | z) + KL(q(z | x) || N(0, I)) (Kingma & Welling, 2014, eq. 7), reconstruction
summed over pixels, KL summed over latents, one sample of z per frame.
"""

from typing import ClassVar

import torch
from torch import Tensor

from darla.likelihoods import kl_from_standard_normal, sample_latents, squared_error
from darla.objectives.base import LossTerms, Objective, network_shape
from darla.vision_config import VisionConfig


class VariationalAutoencoder(Objective):
    """The VAE. Relatives change how reconstruction is judged or what the KL costs."""

    name: ClassVar[str] = "vae"

    @classmethod
    def build(
        cls, config: VisionConfig, image_shape: tuple[int, int, int], steps: int
    ) -> "VariationalAutoencoder":
        """Make the untrained model; ``steps`` does not matter to it."""
        return cls(config, network_shape(config, image_shape, posterior="gaussian"))

    def losses(self, pictures: Tensor, step: Tensor) -> LossTerms:
        """Add the reconstruction's loss to the cost of the KL."""
        mu, logvar = self.encoder(pictures)
        assert logvar is not None, "variational objectives build Gaussian posteriors"
        logits = self.decoder(sample_latents(mu, logvar))
        kl_per_latent = kl_from_standard_normal(mu, logvar).mean(dim=0)
        kl = kl_per_latent.sum()
        reconstruction, reconstruction_terms = self.reconstruction(logits, pictures)
        kl_cost, kl_terms = self.kl_cost(kl, step)
        terms = {"loss/kl": kl, **reconstruction_terms, **kl_terms}
        return LossTerms(reconstruction + kl_cost, terms, kl_per_latent)

    def reconstruction(self, logits: Tensor, pictures: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
        """Return the reconstruction's part of the loss, and what of it to log."""
        loss = self.likelihood.negative_log(logits, pictures).mean()
        pixel = squared_error(torch.sigmoid(logits), pictures).mean()
        return loss, {"loss/reconstruction": loss, "loss/pixel": pixel}

    def kl_cost(self, kl: Tensor, step: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
        """Return the KL's part of the loss, and what of it to log."""
        return kl, self.beta_terms(1.0, kl)

    def beta_terms(self, beta: float | Tensor, kl: Tensor) -> dict[str, Tensor]:
        """Return beta, and beta times latents over reconstructed values (normalised beta).

        The latter compares runs of different sizes (Higgins et al. 2017, beta-VAE, appendix A.6).
        """
        normalised = beta * self.encoder.shape.latents / self.reconstructed_values()
        return {
            "beta": torch.ones_like(kl) * beta,
            "beta_normalised": torch.ones_like(kl) * normalised,
        }

    def reconstructed_values(self) -> int:
        """Return over how many values the reconstruction loss is summed: pixels times colours."""
        height, width, colours = self.encoder.shape.image_shape
        return height * width * colours
