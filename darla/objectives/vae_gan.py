"""VAE-GAN: a discriminator of pictures judges reconstructions (Larsen et al., 2016).

Loss: E_q 1/2 |D_l(x^) - D_l(x)|^2 + beta KL(q(z | x) || N(0, I)) + ``weight`` G, where D_l are the
features of a discriminator's last convolution, summed, of a frame x and its reconstruction x^
(arXiv 1512.09300, eq. 7 and 8). The discriminator D, the probability that a picture is a frame,
learns beside it to tell frames from reconstructions and from pictures that are decoded from samples
of the prior, half of the false ones each. G = -log D, the mean over both kinds, is what the decoder
pays for being told from frames; the encoder is not taught by it, nor the discriminator by the
first two (algorithm 1).

Features are normalised over each picture (see :class:`PictureDiscriminator`), where the paper's
discriminator has batch normalisation. The pixels' likelihood takes no part.
"""

from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from torch import Tensor
from torch.nn import functional

from darla.encoder.likelihoods import squared_error
from darla.encoder.network_shape import NetworkShape
from darla.objectives.base import LossTerms, TrainingFacts
from darla.objectives.beta_vae import BetaVAE, BetaVAESettings
from darla.objectives.discriminators import (
    PictureDiscriminator,
    held_still,
    missed,
    parameter_group,
)
from darla.running.ranges import AtLeastZero, Positive


@dataclass(frozen=True)
class VAEGANSettings(BetaVAESettings):
    """VAE-GAN; see :mod:`darla.objectives.vae_gan`. Its loss compares features: no likelihood."""

    objective: ClassVar[str] = "vae_gan"

    beta: AtLeastZero = 1.0
    """What one nat of KL costs."""
    weight: AtLeastZero = 10.0
    """What each nat costs the decoder by which its pictures fail to pass for frames."""
    discriminator_learning_rate: Positive = 1e-4
    """Adam's learning rate for the discriminator."""


class VAEGAN(BetaVAE):
    """The beta-VAE that a discriminator of pictures judges."""

    settings_class = VAEGANSettings
    settings: VAEGANSettings

    def __init__(
        self, settings: VAEGANSettings, facts: TrainingFacts, shape: NetworkShape | None = None
    ) -> None:
        """Make the networks and the discriminator."""
        super().__init__(settings, facts, shape)
        self.adversary = PictureDiscriminator(self.encoder.shape)

    @property
    def discriminator(self) -> PictureDiscriminator:
        """The adversary."""
        assert isinstance(self.adversary, PictureDiscriminator)
        return self.adversary

    def losses(self, pictures: Tensor, step: Tensor) -> LossTerms:
        """Compare what the discriminator sees, and let decoder and discriminator contend."""
        inferred = self.infer(pictures, step)
        latents = inferred.sample()
        plain = self.judged(pictures, step, inferred, latents, self.decode(latents, step))
        # The encoder is not to learn from the contest: what it said is taken as it is.
        sources = torch.cat([latents.detach(), torch.randn_like(latents)])
        drawn = torch.sigmoid(self.decode(sources, step))
        caught = functional.softplus(-held_still(self.discriminator, drawn)[0]).mean()
        told = self.discriminator(torch.cat([pictures, drawn.detach()]))[0]
        adversary = missed(*told.tensor_split([len(pictures)]))
        terms = {**plain.terms, "loss/imitation": caught, "loss/adversary": adversary}
        total = plain.total + self.settings.weight * caught
        return LossTerms(total, terms, plain.kl_per_latent, adversary)

    def reconstruction(self, logits: Tensor, pictures: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
        """Compare the discriminator's features of the decoded picture and the frame."""
        decoded = torch.sigmoid(logits)
        with torch.no_grad():
            seen = self.discriminator(pictures)[1]
        loss = squared_error(held_still(self.discriminator, decoded)[1], seen).mean() / 2
        pixel = squared_error(decoded, pictures).mean()
        return loss, {"loss/reconstruction": loss, "loss/pixel": pixel}

    def reconstructed_values(self) -> int:
        """Return the number of features."""
        return self.discriminator.features

    def parameter_groups(self, learning_rate: float) -> list[dict[str, Any]]:
        """Return the VAE's parameters, and the discriminator's with a rate of its own."""
        own = parameter_group(self.discriminator, self.settings.discriminator_learning_rate)
        return [*super().parameter_groups(learning_rate), own]

    def effective_settings(self) -> dict[str, Any]:
        """Return what the beta-VAE has, and both settings of the contest."""
        own = self.settings
        return {
            **super().effective_settings(),
            "weight": own.weight,
            "discriminator_learning_rate": own.discriminator_learning_rate,
        }
