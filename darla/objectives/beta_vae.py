"""beta-VAE: a VAE whose KL costs beta times as much (Higgins et al., ICLR 2017, eq. 4).

Loss: -E_q log p(x | z) + beta KL(q(z | x) || N(0, I)).

Beta can grow from 0 over the first steps (``beta_warmup``): a decoder that has not learnt to use
the latents yet makes every nat look useless, and the posterior collapses for good.
"""

from typing import Any, ClassVar

import torch
from torch import Tensor

from darla.encoder.networks import NetworkShape
from darla.objectives.base import TrainingFacts, network_shape
from darla.objectives.vae import VariationalAutoencoder
from darla.vision.config import VisionConfig


class BetaVAE(VariationalAutoencoder):
    """The VAE with a price on every nat that the latents carry."""

    name: ClassVar[str] = "beta_vae"
    uses: ClassVar[frozenset[str]] = VariationalAutoencoder.uses | {"beta", "beta_warmup"}
    default_beta: ClassVar[float] = 4.0
    default_warmup: ClassVar[float] = 0.0

    def __init__(self, config: VisionConfig, shape: NetworkShape, steps: int) -> None:
        """Make the networks; ``steps`` is how many the run takes."""
        super().__init__(config, shape)
        share = self.default_warmup if config.beta_warmup is None else config.beta_warmup
        self.steps = steps
        self.warmup_steps = round(share * steps)

    @classmethod
    def build(cls, config: VisionConfig, facts: TrainingFacts) -> "BetaVAE":
        """Make the untrained model; beta warms up over a share of the steps."""
        return cls(config, network_shape(config, facts, posterior="gaussian"), facts.steps)

    @property
    def beta(self) -> float:
        """What one nat costs: the configured beta, or this objective's own default."""
        return self.default_beta if self.config.beta is None else self.config.beta

    def kl_cost(self, kl: Tensor, step: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
        """Charge beta for every nat, or as much of it as has warmed up."""
        warm = torch.clamp(step / max(1, self.warmup_steps), 0.0, 1.0)
        if self.warmup_steps == 0:
            warm = torch.ones_like(warm)
        return warm * (self.prices(step) * kl).sum(), self.beta_terms(warm * self.beta)

    def prices(self, step: Tensor) -> float | Tensor:
        """Return what a nat costs once beta has warmed up: of all latents, or (z,) of each."""
        return self.beta

    def settings(self) -> dict[str, Any]:
        """Return beta and the steps in which it warmed up."""
        return {**super().settings(), "beta": self.beta, "warmup_steps": self.warmup_steps}
