"""Adversarial autoencoder: latents that pass for samples of the prior (Makhzani et al., 2015).

Loss: -log p(x | decoder(z)) - ``weight`` log D(z), summed over pixels, where z = encoder(x) is one
value for each latent, the "deterministic" encoder of the paper (arXiv 1511.05644, section 2). The
discriminator D(z), the probability that z is a sample of N(0, I), learns beside it to tell such
samples from the latents of frames. Where it cannot, the latents of all frames together are
distributed as the prior; nothing is said of those of each frame.

The paper takes turns: a step for the reconstruction, one for the discriminator, and one against it.
Here a step takes all three at once, and ``weight`` balances the first with the last.
"""

from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from torch import Tensor
from torch.nn import functional

from darla.objectives.autoencoder import Autoencoder
from darla.objectives.base import LossTerms
from darla.objectives.discriminators import (
    DiscriminatorSettings,
    JudgedLatents,
    held_still,
    missed,
)
from darla.objectives.settings import ObjectiveSettings
from darla.running.ranges import AtLeastZero


@dataclass(frozen=True)
class AdversarialAutoencoderSettings(DiscriminatorSettings, ObjectiveSettings):
    """The adversarial autoencoder; see :mod:`darla.objectives.adversarial_autoencoder`."""

    objective: ClassVar[str] = "adversarial_autoencoder"

    weight: AtLeastZero = 100.0
    """What each nat costs by which latents fail to pass for samples of the prior."""


class AdversarialAutoencoder(JudgedLatents, Autoencoder):
    """The autoencoder whose latents a discriminator takes for samples of the prior."""

    settings_class = AdversarialAutoencoderSettings
    settings: AdversarialAutoencoderSettings
    smallest_batch: ClassVar[int] = 2

    def losses(self, pictures: Tensor, step: Tensor) -> LossTerms:
        """Compare pictures with their reconstructions, and latents with the prior."""
        latents = self.encoder(pictures).mu
        plain = self.compared(self.decoder(latents), pictures)
        caught = functional.softplus(-held_still(self.discriminator, latents)).mean()
        samples = torch.randn_like(latents)
        adversary = missed(self.discriminator(samples), self.discriminator(latents.detach()))
        terms = {**plain.terms, "loss/imitation": caught, "loss/adversary": adversary}
        total = plain.total + self.settings.weight * caught
        return LossTerms(total, terms, adversary=adversary)

    def effective_settings(self) -> dict[str, Any]:
        """Return the weight, and what the discriminator is."""
        return {"weight": self.settings.weight, **self.settings.described()}
