"""ML-VAE: some latents are inferred from a whole group of frames (Bouchacourt et al., 2018).

The posterior of the first ``look_latents`` latents is the product of the Gaussians that the frames
of a group give, here a pair of one episode; the others belong to each frame alone. Loss: that of
the beta-VAE; both frames of a pair are charged for the KL of the common latents, as in Locatello et
al. (2020).

Two things are our own:

- What the look latents do not say for certain, the state latents say as well: nothing keeps them
  from it. With ``recolored`` they cannot: the state is inferred from copies whose colours were
  changed at random, while the look is inferred from, and the decoder judged by, the frames
  themselves. An encoder that meets such copies from the start learns to see nothing; so their share
  grows, from none after a fifth of the steps to ``recolored`` after three fifths.
  Encoders meet frames, not copies: ``state_likeness`` KL(q(s | copy) || q(s | frame)), whose first
  posterior gets no gradient, teaches them to see in a frame the state that they see in its copies.
- Nats of the look can have a price of their own, ``beta_look``. A higher one brings each colour
  into one latent. Asked for from the start, it would drive the look into the state, so it is
  approached from ``beta`` in the same steps.
"""

from typing import Any, ClassVar

import torch
from torch import Tensor
from torch.nn import functional

from darla.encoder.likelihoods import kl_between
from darla.objectives.base import FrameChunks
from darla.objectives.beta_vae import BetaVAE
from darla.objectives.pairs import Gaussians, PairPosteriors
from darla.objectives.recoloring import recolor
from darla.objectives.vae import Inferred, Penalty
from darla.vision.config import VisionConfig

_CHANGE_FROM, _CHANGED_FULLY = 0.2, 0.6  # shares of the steps

LOOK_SETTINGS = frozenset({"look_latents", "beta_look", "recolored", "state_likeness"})


class ProductOfPairs(PairPosteriors, BetaVAE):
    """Mixin: the first latents have the product of a pair's posteriors.

    Attributes:
        look_latents: how many of the latents these are.
        beta_look: what a nat of theirs costs in the end.
        recolored: share of the frames whose state is inferred from a recoloured copy in the end.
        state_likeness: what a nat between the states of copies and of the frames themselves costs
            in the end.
        steps: how many the run takes.
    """

    default_recolored: ClassVar[float] = 0.0
    default_state_likeness: ClassVar[float] = 0.0
    default_beta_look: ClassVar[float | None] = None
    """None: as much as nats of the state."""
    default_look_latents: ClassVar[int | None] = None
    """Where there are twice as many latents or more; else, and where this is None, half of them."""
    steps: int

    def __init__(self, config: VisionConfig, *rest: Any, **more: Any) -> None:
        """Make the objective that this is mixed into.

        Raises:
            ValueError: ``look_latents`` leaves none for the look, or none for the state.
        """
        super().__init__(config, *rest, **more)
        latents = config.latents
        most = _first(self.default_look_latents, latents)
        self.look_latents = _first(config.look_latents, min(most, latents // 2))
        self.beta_look = _first(config.beta_look, self.default_beta_look, self.beta)
        self.recolored = _first(config.recolored, self.default_recolored)
        self.state_likeness = _first(config.state_likeness, self.default_state_likeness)
        if not 0 < self.look_latents < latents:
            raise ValueError(
                f"look_latents is {self.look_latents} of {latents} latents; give a number from 1 "
                f"to {latents - 1}, so that look and state both have some"
            )

    def infer(self, pictures: Tensor, step: Tensor) -> Inferred:
        """Return the posterior of pairs, the state's from recoloured copies if configured."""
        plain = super().infer(pictures, step)
        if not self.recolored:
            return plain
        copies = self.posterior(recolor(pictures, self.recolored * self.changed(step)))
        look = self._is_look(plain.mu)
        return Inferred(
            torch.where(look, plain.mu, copies[0]),
            torch.where(look, plain.logvar, copies[1]),
            self._likeness((plain.mu, plain.logvar), copies, step),
        )

    def _likeness(self, frames: Gaussians, copies: Gaussians, step: Tensor) -> Penalty | None:
        """Charge for states of frames that are not those of their copies."""
        if not self.state_likeness:
            return None
        teacher = copies[0].detach(), copies[1].detach()
        apart = kl_between(teacher, frames)[:, self.look_latents :].sum(dim=1).mean()
        weight = self.state_likeness * self.changed(step)
        return Penalty(weight * apart, {"loss/state_likeness": apart})

    def prices(self, step: Tensor) -> Tensor:
        """Return what a nat of each latent costs, (z,)."""
        look = self.beta + (self.beta_look - self.beta) * self.changed(step)
        return torch.where(self._is_look(step.expand(1, self.config.latents)), look, self.beta)

    def changed(self, step: Tensor) -> Tensor:
        """Return how far the recoloured share and the look's price have come, from 0 to 1."""
        begin, full = _CHANGE_FROM * self.steps, _CHANGED_FULLY * self.steps
        return torch.clamp((step - begin) / (full - begin), 0.0, 1.0)

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
        """Return what is particular to the look, and the other settings."""
        own = {name: getattr(self, name) for name in sorted(LOOK_SETTINGS)}
        return {**super().settings(), **own}


class MLVAE(ProductOfPairs):
    """The beta-VAE whose pairs share the product of their posteriors."""

    name: ClassVar[str] = "ml_vae"
    uses: ClassVar[frozenset[str]] = BetaVAE.uses | LOOK_SETTINGS
    default_beta: ClassVar[float] = 1.0


def product(first: Gaussians, second: Gaussians) -> Gaussians:
    """Multiply Gaussians, each latent's on its own; all mu and logvar float (N, z).

    Precisions add up, and means are weighted by precision.
    """
    weight = torch.sigmoid(second[1] - first[1])
    mu = weight * first[0] + (1 - weight) * second[0]
    return mu, first[1] + functional.logsigmoid(second[1] - first[1])


def _first(*values: Any) -> Any:
    """Return the first value that is not None."""
    return next(value for value in values if value is not None)
