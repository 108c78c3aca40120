"""FactorVAE: latents that are independent of each other over the dataset (Kim & Mnih, 2018, eq. 2).

Loss: -E_q log p(x | z) + KL(q(z | x) || N(0, I)) + gamma TC(z), with the total correlation TC(z) =
KL(q(z) || prod_j q(z_j)). A discriminator beside the VAE learns to tell latents from latents whose
values were shuffled over the batch, each latent on its own; the mean logit of what it says of true
latents is the density ratio's logarithm, and so an estimate of TC (eq. 3). It learns from the first
half of a batch as it is and from the second half shuffled, so that no frame is in both.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from torch import Tensor

from darla.objectives.discriminators import (
    DiscriminatorSettings,
    JudgedLatents,
    held_still,
    missed,
)
from darla.objectives.vae import Penalty, VAESettings, VariationalAutoencoder
from darla.running.ranges import AtLeastZero


@dataclass(frozen=True)
class FactorVAESettings(DiscriminatorSettings, VAESettings):
    """FactorVAE; see :mod:`darla.objectives.factor_vae`."""

    objective: ClassVar[str] = "factor_vae"
    earlier_names: ClassVar[Mapping[str, str]] = {
        "gamma": "factor_vae.gamma",
        "discriminator_layers": "factor_vae.layers",
        "discriminator_units": "factor_vae.units",
        "discriminator_learning_rate": "factor_vae.learning_rate",
    }

    gamma: AtLeastZero = 10.0
    """What a nat of total correlation costs."""


class FactorVAE(JudgedLatents, VariationalAutoencoder):
    """The VAE with a price on the total correlation that a discriminator sees."""

    settings_class = FactorVAESettings
    settings: FactorVAESettings
    smallest_batch: ClassVar[int] = 4

    def penalty(self, mu: Tensor, logvar: Tensor, latents: Tensor) -> Penalty:
        """Charge gamma for the total correlation, and teach the discriminator."""
        correlation = held_still(self.discriminator, latents).mean()
        first, second = latents.detach().chunk(2)
        true, shuffled = self.discriminator(first), self.discriminator(shuffle_latents(second))
        adversary = missed(true, shuffled)
        terms = {"loss/total_correlation": correlation, "loss/adversary": adversary}
        return Penalty(self.settings.gamma * correlation, terms, adversary)

    def effective_settings(self) -> dict[str, Any]:
        """Return gamma and what the discriminator is."""
        own = {"gamma": self.settings.gamma, **self.settings.described()}
        return {**super().effective_settings(), **own}


def shuffle_latents(latents: Tensor) -> Tensor:
    """Shuffle the values of each latent over the batch, each latent on its own; (N, z)."""
    order = torch.rand_like(latents).argsort(dim=0)
    return latents.gather(0, order)
