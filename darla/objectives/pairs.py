"""Learning from pairs of frames of one episode: they share their look, and differ in state.

Some latents of a pair are given one posterior for both frames, so that they can only hold what the
frames have in common; the others keep their own. Which latents, and which posterior, is for
:mod:`darla.objectives.ml_vae` and :mod:`darla.objectives.ada_gvae` to say. Both are mixed into any
variational objective, whose loss stays what it is: the mean over both frames of a pair, each
reconstructed from a sample of its own and charged for its KL.

Trained encoders see single frames, and need no partner.
"""

from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from darla.objectives.settings import ObjectiveSettings
from darla.objectives.vae import BatchPosterior, VariationalAutoencoder

Gaussians = tuple[Tensor, Tensor]
"""mu and logvar, both float (N, z)."""
_CHANGE_FROM, _CHANGED_FULLY = 0.2, 0.6  # shares of the steps
_LOOK_LATENTS = 12


@dataclass(frozen=True)
class LookLatentsSettings(ObjectiveSettings):
    """How many latents are for the look, of objectives that say so before they are trained."""

    look_latents: int | None = None
    """Latents that both frames of a pair share; half of them by default."""

    def check(self) -> None:
        """Check ranges, and that neither look nor state is left without latents."""
        super().check()
        if self.latents < 2:
            raise ValueError(
                f"latents is {self.latents}; {self.objective} parts them into those of the look "
                "and those of the state, so give 2 or more"
            )
        if not 0 < self.shared_latents() < self.latents:
            raise ValueError(
                f"look_latents is {self.shared_latents()} of {self.latents} latents; give a number "
                f"from 1 to {self.latents - 1}, so that look and state both have some"
            )

    def shared_latents(self) -> int:
        """Return how many latents both frames of a pair share."""
        return self.latents // 2 if self.look_latents is None else self.look_latents


def usual_look_latents(settings: ObjectiveSettings) -> int:
    """Return how many latents are enough for a look: 12, or half where there are fewer than 24."""
    return min(_LOOK_LATENTS, settings.latents // 2)


def changed_so_far(step: Tensor, steps: int) -> Tensor:
    """Return how far what changes during a training has come, from 0 to 1.

    Nothing changes in the first fifth of the steps, and all has after three fifths.
    """
    begin, full = _CHANGE_FROM * steps, _CHANGED_FULLY * steps
    return torch.clamp((step - begin) / (full - begin), 0.0, 1.0)


def fixed_roles(settings: LookLatentsSettings) -> dict[str, list[int]]:
    """Return which latents hold look and state, where the first are the look's."""
    every, look = list(range(settings.latents)), settings.shared_latents()
    return {"look": every[:look], "state": every[look:]}


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
