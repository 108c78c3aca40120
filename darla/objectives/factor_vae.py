"""FactorVAE: latents that are independent of each other over the dataset (Kim & Mnih, 2018, eq. 2).

Loss: -E_q log p(x | z) + KL(q(z | x) || N(0, I)) + gamma TC(z), with the total correlation TC(z) =
KL(q(z) || prod_j q(z_j)). A discriminator beside the VAE learns to tell latents from latents whose
values were shuffled over the batch, each latent on its own; the mean logit of what it says of true
latents is the density ratio's logarithm, and so an estimate of TC (eq. 3). It learns from the first
half of a batch as it is and from the second half shuffled, so that no frame is in both.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, ClassVar

import torch
from torch import Tensor, nn
from torch.func import functional_call
from torch.nn import functional

from darla.objectives.base import TrainingFacts
from darla.objectives.vae import Penalty, VAESettings, VariationalAutoencoder
from darla.running.ranges import AtLeastZero, Positive, PositiveInt

_SLOPE = 0.2
_BETAS = (0.5, 0.9)  # Adam's, for the discriminator: those of the paper


@dataclass(frozen=True)
class FactorVAESettings(VAESettings):
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
    discriminator_layers: PositiveInt = 4
    """Hidden layers of the discriminator (6 in the paper)."""
    discriminator_units: PositiveInt = 256
    """Units of each (1000 in the paper)."""
    discriminator_learning_rate: Positive = 1e-3
    """Adam's learning rate for the discriminator."""


class FactorVAE(VariationalAutoencoder):
    """The VAE with a price on the total correlation that a discriminator sees."""

    settings_class = FactorVAESettings
    settings: FactorVAESettings
    smallest_batch: ClassVar[int] = 4

    def __init__(self, settings: FactorVAESettings, facts: TrainingFacts) -> None:
        """Make the networks and the discriminator."""
        super().__init__(settings, facts)
        layers, units = settings.discriminator_layers, settings.discriminator_units
        self.adversary = Discriminator(settings.latents, layers, units)

    @property
    def discriminator(self) -> "Discriminator":
        """The adversary."""
        assert isinstance(self.adversary, Discriminator)
        return self.adversary

    def penalty(self, mu: Tensor, logvar: Tensor, latents: Tensor) -> Penalty:
        """Charge gamma for the total correlation, and teach the discriminator."""
        correlation = self.discriminator.held_still(latents).mean()
        first, second = latents.detach().chunk(2)
        true, shuffled = self.discriminator(first), self.discriminator(shuffle_latents(second))
        # That a latent is true is labelled 1. The paper's loss is the mean over both kinds.
        adversary = (functional.softplus(-true).mean() + functional.softplus(shuffled).mean()) / 2
        terms = {"loss/total_correlation": correlation, "loss/adversary": adversary}
        return Penalty(self.settings.gamma * correlation, terms, adversary)

    def parameter_groups(self, learning_rate: float) -> list[dict[str, Any]]:
        """Return the VAE's parameters, and the discriminator's with a learning rate of its own."""
        own = {
            "params": list(self.discriminator.parameters()),
            "lr": self.settings.discriminator_learning_rate,
            "betas": _BETAS,
        }
        return [*super().parameter_groups(learning_rate), own]

    def effective_settings(self) -> dict[str, Any]:
        """Return gamma and what the discriminator is."""
        own = self.settings
        return {
            **super().effective_settings(),
            "gamma": own.gamma,
            "discriminator": [own.discriminator_units] * own.discriminator_layers,
            "discriminator_learning_rate": own.discriminator_learning_rate,
        }


class Discriminator(nn.Module):
    """Tells latents (N, z) from shuffled ones by a logit (N,), above 0 for true."""

    def __init__(self, latents: int, layers: int, units: int) -> None:
        super().__init__()
        sizes = [latents, *[units] * layers]
        self.hidden = nn.ModuleList(nn.Linear(*each) for each in pairwise(sizes))
        self.head = nn.Linear(units, 1)

    def forward(self, latents: Tensor) -> Tensor:
        """Return the logits of float latents (N, z), float32 (N,)."""
        units = latents
        for layer in self.hidden:
            units = functional.leaky_relu(layer(units), _SLOPE)
        logits: Tensor = self.head(units)[:, 0]
        return logits.float()

    def held_still(self, latents: Tensor) -> Tensor:
        """Return the same logits, with gradients for the latents but none for the weights."""
        weights = {name: each.detach() for name, each in self.named_parameters()}
        logits: Tensor = functional_call(self, weights, (latents,))
        return logits


def shuffle_latents(latents: Tensor) -> Tensor:
    """Shuffle the values of each latent over the batch, each latent on its own; (N, z)."""
    order = torch.rand_like(latents).argsort(dim=0)
    return latents.gather(0, order)
