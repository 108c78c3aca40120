"""Learning from pairs of frames of one episode: they share their look, and differ in state.

Some latents of a pair are given one posterior for both frames, so that they can only hold what the
frames have in common; the others keep their own. Which latents, and which posterior, is for
:mod:`darla.objectives.ml_vae` and :mod:`darla.objectives.ada_gvae` to say. Both are mixed into any
variational objective, whose loss stays what it is: the mean over both frames of a pair, each
reconstructed from a sample of its own and charged for its KL.

Trained encoders see single frames, and need no partner.
"""

from abc import abstractmethod
from typing import ClassVar

import torch
from torch import Tensor

from darla.objectives.vae import BatchPosterior, VariationalAutoencoder

Gaussians = tuple[Tensor, Tensor]
"""mu and logvar, both float (N, z)."""


class PairPosteriors(VariationalAutoencoder):
    """Mixin: latents of pairs are inferred together."""

    paired = True
    smallest_batch: ClassVar[int] = 2

    @abstractmethod
    def share(self, first: Gaussians, second: Gaussians) -> tuple[Gaussians, Tensor]:
        """Return the posterior that a pair has in common, and where it takes the place of its own.

        All posteriors, of n first frames, of their partners and in common, are (n, z); the places
        are bool (n, z), or of a shape that broadcasts to it.
        """

    def infer(self, pictures: Tensor, step: Tensor) -> BatchPosterior:
        """Return the posterior of pairs (2 n, 3, H, W), partners second."""
        mu, logvar = self.posterior(pictures)
        first, second = zip(mu.chunk(2), logvar.chunk(2), strict=True)
        (common_mu, common_logvar), shared = self.share(first, second)
        return BatchPosterior(
            torch.cat([torch.where(shared, common_mu, own) for own in mu.chunk(2)]),
            torch.cat([torch.where(shared, common_logvar, own) for own in logvar.chunk(2)]),
        )
