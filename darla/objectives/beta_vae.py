"""beta-VAE: a VAE whose KL costs beta times as much (Higgins et al., ICLR 2017, eq. 4).

Loss: -E_q log p(x | z) + beta KL(q(z | x) || N(0, I)).

Beta can grow from 0 over the first steps (``beta_warmup``): a decoder that has not learnt to use
the latents yet makes every nat look useless, and the posterior collapses for good.
"""

from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from torch import Tensor

from darla.objectives.vae import VAESettings, VariationalAutoencoder
from darla.running.ranges import AtLeastZero, Share


@dataclass(frozen=True)
class BetaVAESettings(VAESettings):
    """beta-VAE; see :mod:`darla.objectives.beta_vae`."""

    objective: ClassVar[str] = "beta_vae"

    beta: AtLeastZero = 4.0
    """What one nat of KL costs."""
    beta_warmup: Share = 0.0
    """Share of the steps in which beta grows from 0."""


class BetaVAE(VariationalAutoencoder):
    """The VAE with a price on every nat that the latents carry."""

    settings_class = BetaVAESettings
    settings: BetaVAESettings

    @property
    def warmup_steps(self) -> int:
        """How many steps beta takes to grow from 0."""
        return round(self.settings.beta_warmup * self.facts.steps)

    def kl_cost(self, kl: Tensor, step: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
        """Charge beta for every nat, or as much of it as has warmed up."""
        warm = self.warm(step)
        return warm * (self.prices(step) * kl).sum(), self.beta_terms(warm * self.settings.beta)

    def warm(self, step: Tensor) -> Tensor:
        """Return the share of beta, (), that is charged at ``step``."""
        warm = torch.clamp(step / max(1, self.warmup_steps), 0.0, 1.0)
        return torch.ones_like(warm) if self.warmup_steps == 0 else warm

    def prices(self, step: Tensor) -> float | Tensor:
        """Return what a nat costs once beta has warmed up: of all latents, or (z,) of each."""
        return self.settings.beta

    def effective_settings(self) -> dict[str, Any]:
        """Return beta and the steps in which it warmed up."""
        own = {"beta": self.settings.beta, "warmup_steps": self.warmup_steps}
        return {**super().effective_settings(), **own}
