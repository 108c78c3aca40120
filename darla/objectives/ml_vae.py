"""ML-VAE: some latents are inferred from a whole group of frames (Bouchacourt et al., 2018).

The posterior of the first ``look_latents`` latents is the product of the Gaussians that the frames
of a group give, here a pair of one episode; the others belong to each frame alone. Loss:
that of the beta-VAE, or DARLA's for ``darla_ml``; both frames of a pair are charged for the KL of
the common latents, as in Locatello et al. (2020).
"""

from typing import Any, ClassVar

import torch
from torch import Tensor
from torch.nn import functional

from darla.objectives.base import FrameChunks
from darla.objectives.beta_vae import BetaVAE
from darla.objectives.darla import Darla
from darla.objectives.pairs import Gaussians, PairPosteriors
from darla.vision_config import VisionConfig


class ProductOfPairs(PairPosteriors):
    """Mixin: the first latents have the product of a pair's posteriors.

    Attributes:
        look_latents: how many: as configured, or half of them.
    """

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

    def share(self, first: Gaussians, second: Gaussians) -> tuple[Gaussians, Tensor]:
        """Multiply the pairs' posteriors; the first latents share them."""
        mu = first[0]
        shared = torch.arange(mu.shape[1], device=mu.device) < self.look_latents
        return product(first, second), shared

    def latent_roles(self, pairs: FrameChunks) -> dict[str, list[int]]:
        """Return the fixed groups."""
        every = list(range(self.config.latents))
        return {"look": every[: self.look_latents], "state": every[self.look_latents :]}

    def settings(self) -> dict[str, Any]:
        """Return the number of common latents and the other settings."""
        return {**super().settings(), "look_latents": self.look_latents}


class MLVAE(ProductOfPairs, BetaVAE):
    """The beta-VAE whose pairs share the product of their posteriors."""

    name: ClassVar[str] = "ml_vae"
    uses: ClassVar[frozenset[str]] = BetaVAE.uses | {"look_latents"}
    default_beta: ClassVar[float] = 1.0


class DarlaML(ProductOfPairs, Darla):
    """DARLA's objective, on pairs that share the product of their posteriors."""

    name: ClassVar[str] = "darla_ml"
    uses: ClassVar[frozenset[str]] = Darla.uses | {"look_latents"}


def product(first: Gaussians, second: Gaussians) -> Gaussians:
    """Multiply Gaussians, each latent's on its own; all mu and logvar float (N, z).

    Precisions add up, and means are weighted by precision.
    """
    weight = torch.sigmoid(second[1] - first[1])
    mu = weight * first[0] + (1 - weight) * second[0]
    return mu, first[1] + functional.logsigmoid(second[1] - first[1])
