"""ML-VAE: some latents are inferred from a whole group of frames (Bouchacourt et al., 2018).

The posterior of the first ``look_latents`` latents is the product of the Gaussians that the frames
of a group give, here a pair of one episode; the others belong to each frame alone. Loss:
that of the beta-VAE, or DARLA's for ``darla_ml``; both frames of a pair are charged for the KL of
the common latents, as in Locatello et al. (2020).

What the look latents do not say for certain, the state latents say as well: nothing keeps them from
it. With ``recolored`` they cannot, and this is our own: the state is inferred from copies whose
colours were changed at random, while the look is inferred from, and the decoder judged by, the
frames themselves. An encoder that meets such copies from the start learns to see nothing; so their
share grows, from none after a fifth of the steps to ``recolored`` after three fifths.
"""

from typing import Any, ClassVar

import torch
from torch import Tensor
from torch.nn import functional

from darla.objectives.base import FrameChunks
from darla.objectives.beta_vae import BetaVAE
from darla.objectives.darla import Darla
from darla.objectives.pairs import Gaussians, PairPosteriors
from darla.recoloring import recolor
from darla.vision_config import VisionConfig

_RECOLORED_FROM, _RECOLORED_FULLY = 0.2, 0.6  # shares of the steps


class ProductOfPairs(PairPosteriors):
    """Mixin: the first latents have the product of a pair's posteriors.

    Attributes:
        look_latents: how many: as configured, or half of them.
        steps: how many the run takes.
    """

    steps: int

    def __init__(self, config: VisionConfig, *rest: Any, **more: Any) -> None:
        """Make the objective that this is mixed into.

        Raises:
            ValueError: ``look_latents`` leaves none for the look, or none for the state.
        """
        super().__init__(config, *rest, **more)
        latents, configured = config.latents, config.look_latents
        self.look_latents = latents // 2 if configured is None else configured
        if not 0 < self.look_latents < latents:
            raise ValueError(
                f"look_latents is {self.look_latents} of {latents} latents; give a number from 1 "
                f"to {latents - 1}, so that look and state both have some"
            )

    def infer(self, pictures: Tensor, step: Tensor) -> Gaussians:
        """Return the posterior of pairs, the state's from recoloured copies if configured."""
        mu, logvar = super().infer(pictures, step)
        if not self.config.recolored:
            return mu, logvar
        state_mu, state_logvar = self.encoder(recolor(pictures, self.recolored_share(step)))
        look = self._is_look(mu)
        return torch.where(look, mu, state_mu), torch.where(look, logvar, state_logvar)

    def recolored_share(self, step: Tensor) -> Tensor:
        """Return which share of the frames is recoloured at ``step``."""
        begin, full = _RECOLORED_FROM * self.steps, _RECOLORED_FULLY * self.steps
        return self.config.recolored * torch.clamp((step - begin) / (full - begin), 0.0, 1.0)

    def share(self, first: Gaussians, second: Gaussians) -> tuple[Gaussians, Tensor]:
        """Multiply the pairs' posteriors; the first latents share them."""
        return product(first, second), self._is_look(first[0])

    def _is_look(self, latents: Tensor) -> Tensor:
        return torch.arange(latents.shape[1], device=latents.device) < self.look_latents

    def latent_roles(self, pairs: FrameChunks) -> dict[str, list[int]]:
        """Return the fixed groups."""
        every = list(range(self.config.latents))
        return {"look": every[: self.look_latents], "state": every[self.look_latents :]}

    def settings(self) -> dict[str, Any]:
        """Return the number of common latents, what is recoloured, and the other settings."""
        own = {"look_latents": self.look_latents, "recolored": self.config.recolored}
        return {**super().settings(), **own}


class MLVAE(ProductOfPairs, BetaVAE):
    """The beta-VAE whose pairs share the product of their posteriors."""

    name: ClassVar[str] = "ml_vae"
    uses: ClassVar[frozenset[str]] = BetaVAE.uses | {"look_latents", "recolored"}
    default_beta: ClassVar[float] = 1.0


class DarlaML(ProductOfPairs, Darla):
    """DARLA's objective, on pairs that share the product of their posteriors."""

    name: ClassVar[str] = "darla_ml"
    uses: ClassVar[frozenset[str]] = Darla.uses | {"look_latents", "recolored"}


def product(first: Gaussians, second: Gaussians) -> Gaussians:
    """Multiply Gaussians, each latent's on its own; all mu and logvar float (N, z).

    Precisions add up, and means are weighted by precision.
    """
    weight = torch.sigmoid(second[1] - first[1])
    mu = weight * first[0] + (1 - weight) * second[0]
    return mu, first[1] + functional.logsigmoid(second[1] - first[1])
