"""beta-VAE: a VAE whose KL costs beta times as much (Higgins et al., ICLR 2017, eq. 4).

Loss: -E_q log p(x | z) + beta KL(q(z | x) || N(0, I)).
"""

from typing import Any, ClassVar

from torch import Tensor

from darla.objectives.vae import VariationalAutoencoder


class BetaVAE(VariationalAutoencoder):
    """The VAE with a price on every nat that the latents carry."""

    name: ClassVar[str] = "beta_vae"
    takes_beta: ClassVar[bool] = True
    default_beta: ClassVar[float] = 4.0

    @property
    def beta(self) -> float:
        """What one nat costs: the configured beta, or this objective's own default."""
        return self.default_beta if self.config.beta is None else self.config.beta

    def kl_cost(self, kl: Tensor, step: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
        """Charge beta for every nat."""
        return self.beta * kl, self.beta_terms(self.beta, kl)

    def settings(self) -> dict[str, Any]:
        """Return beta."""
        return {"beta": self.beta}
