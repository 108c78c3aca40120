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

from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from torch import Tensor
from torch.nn import functional

from darla.encoder.likelihoods import kl_between
from darla.objectives.base import FrameChunks
from darla.objectives.beta_vae import BetaVAE, BetaVAESettings
from darla.objectives.pairs import (
    Gaussians,
    LookLatentsSettings,
    PairPosteriors,
    changed_so_far,
    fixed_roles,
    usual_look_latents,
)
from darla.objectives.recoloring import recolor
from darla.objectives.vae import BatchPosterior, Penalty
from darla.running.ranges import AtLeastZero, Share


@dataclass(frozen=True)
class MLVAESettings(LookLatentsSettings, BetaVAESettings):
    """ML-VAE; see :mod:`darla.objectives.ml_vae`."""

    objective: ClassVar[str] = "ml_vae"

    beta: AtLeastZero = 1.0
    """What one nat of KL costs."""
    beta_look: AtLeastZero | None = None
    """What one nat of those latents' KL costs in the end; beta by default."""
    recolored: Share = 0.0
    """Share of the frames whose state is inferred from a copy in other colours, so that it cannot
    tell them."""
    state_likeness: AtLeastZero = 0.0
    """Where frames are recoloured, what each nat between the states of a copy and of its frame
    costs."""


@dataclass(frozen=True)
class LookStateSettings(MLVAESettings):
    """What objectives have in common that keep all of the look out of the state."""

    beta: AtLeastZero = 0.5
    """What one nat of KL costs."""
    beta_warmup: Share = 0.25
    """Share of the steps in which beta grows from 0."""
    look_latents: int | None = None
    """Latents that both frames of a pair share; 12 by default, or half where there are fewer than
    24."""
    beta_look: AtLeastZero = 1.5
    """What one nat of those latents' KL costs in the end."""
    recolored: Share = 1.0
    """Share of the frames whose state is inferred from a copy in other colours, so that it cannot
    tell them."""

    def shared_latents(self) -> int:
        """Return how many latents both frames of a pair share."""
        return usual_look_latents(self) if self.look_latents is None else self.look_latents


class ProductOfPairs(PairPosteriors, BetaVAE):
    """Mixin: the first latents have the product of a pair's posteriors."""

    settings: MLVAESettings

    @property
    def look_latents(self) -> int:
        """How many of the latents pairs share."""
        return self.settings.shared_latents()

    @property
    def beta_look(self) -> float:
        """What a nat of the shared latents costs in the end."""
        own = self.settings
        return own.beta if own.beta_look is None else own.beta_look

    def infer(self, pictures: Tensor, step: Tensor) -> BatchPosterior:
        """Return the posterior of pairs, the state's from recoloured copies if configured."""
        plain = super().infer(pictures, step)
        if not self.settings.recolored and not self.twinned:
            return plain
        copies = self.posterior(self.copied(pictures, step))
        look = self._is_look(plain.mu)
        return BatchPosterior(
            torch.where(look, plain.mu, copies[0]),
            torch.where(look, plain.logvar, copies[1]),
            self.charge((plain.mu, plain.logvar), copies, step),
        )

    def copied(self, pictures: Tensor, step: Tensor) -> Tensor:
        """Return copies of pictures (N, 3, H, W) from which their state is inferred."""
        return recolor(pictures, self.settings.recolored * self.changed(step))

    def charge(self, frames: Gaussians, copies: Gaussians, step: Tensor) -> Penalty | None:
        """Charge for states of frames that are not those of their copies."""
        if not self.settings.state_likeness:
            return None
        apart = self.unlikeness(frames, copies)
        weight = self.settings.state_likeness * self.changed(step)
        return Penalty(weight * apart, {"loss/state_likeness": apart})

    def unlikeness(self, frames: Gaussians, copies: Gaussians) -> Tensor:
        """Return KL(q(s | copy) || q(s | frame)) in nats, whose first posterior learns nothing."""
        teacher = copies[0].detach(), copies[1].detach()
        return kl_between(teacher, frames)[:, self.look_latents :].sum(dim=1).mean()

    def prices(self, step: Tensor) -> Tensor:
        """Return what a nat of each latent costs, (z,)."""
        beta = self.settings.beta
        look = beta + (self.beta_look - beta) * self.changed(step)
        return torch.where(self._is_look(step.expand(1, self.settings.latents)), look, beta)

    def changed(self, step: Tensor) -> Tensor:
        """Return how far the recoloured share and the look's price have come, from 0 to 1."""
        return changed_so_far(step, self.facts.steps)

    def share(self, first: Gaussians, second: Gaussians) -> tuple[Gaussians, Tensor]:
        """Multiply the pairs' posteriors; the first latents share them."""
        return product(first, second), self._is_look(first[0])

    def _is_look(self, latents: Tensor) -> Tensor:
        """Mark the shared ones of latents (N, z); bool (z,)."""
        return torch.arange(latents.shape[1], device=latents.device) < self.look_latents

    def latent_roles(self, pairs: FrameChunks) -> dict[str, list[int]]:
        """Return the fixed groups."""
        return fixed_roles(self.settings)

    def effective_settings(self) -> dict[str, Any]:
        """Return what is particular to the look, and the other settings."""
        return {
            **super().effective_settings(),
            "beta_look": self.beta_look,
            "look_latents": self.look_latents,
            "recolored": self.settings.recolored,
            "state_likeness": self.settings.state_likeness,
        }


class MLVAE(ProductOfPairs):
    """The beta-VAE whose pairs share the product of their posteriors."""

    settings_class = MLVAESettings


def product(first: Gaussians, second: Gaussians) -> Gaussians:
    """Multiply Gaussians, each latent's on its own; all mu and logvar float (N, z).

    Precisions add up, and means are weighted by precision.
    """
    weight = torch.sigmoid(second[1] - first[1])
    mu = weight * first[0] + (1 - weight) * second[0]
    return mu, first[1] + functional.logsigmoid(second[1] - first[1])
