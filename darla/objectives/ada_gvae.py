"""Ada-GVAE: pairs share the latents in which they differ least (Locatello et al., 2020).

For each pair, delta is KL(q(z_i | x_1) || q(z_i | x_2)) of every latent i; those whose delta lies
below the midpoint of the smallest and the largest take the average of both posteriors. Nobody says
how many latents there are for what a pair has in common. Loss: that of the beta-VAE, or DARLA's for
``darla_ada``.
"""

import math
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from darla.encoder.likelihoods import kl_between
from darla.encoder.networks import to_pictures
from darla.objectives.base import FrameChunks
from darla.objectives.beta_vae import BetaVAE, BetaVAESettings
from darla.objectives.darla_2017 import Darla2017, Darla2017Settings
from darla.objectives.pairs import Gaussians, PairPosteriors
from darla.running.ranges import AtLeastZero


class AdaptiveAverage(PairPosteriors):
    """Mixin: latents that hardly differ within a pair have the average of its posteriors."""

    def share(self, first: Gaussians, second: Gaussians) -> tuple[Gaussians, Tensor]:
        """Average the pairs' posteriors; latents below the adaptive threshold share them."""
        return average(first, second), hardly_differ(first, second)

    @torch.no_grad()
    def latent_roles(self, pairs: FrameChunks) -> dict[str, list[int]]:
        """Call those latents ``look`` that more than half of the pairs share."""
        shared = torch.zeros(self.encoder.shape.latents, dtype=torch.int64)
        count = 0
        for frames in pairs():
            halves = (half.split(256) for half in frames.chunk(2))
            for first, second in zip(*halves, strict=True):
                posteriors = [self.posterior(to_pictures(part)) for part in (first, second)]
                shared += hardly_differ(*posteriors).sum(dim=0).cpu()
                count += len(first)
        is_look = (2 * shared > count).tolist()
        return {
            "look": [index for index, look in enumerate(is_look) if look],
            "state": [index for index, look in enumerate(is_look) if not look],
        }


@dataclass(frozen=True)
class AdaGVAESettings(BetaVAESettings):
    """Ada-GVAE; see :mod:`darla.objectives.ada_gvae`."""

    objective: ClassVar[str] = "ada_gvae"

    beta: AtLeastZero = 1.0
    """What one nat of KL costs."""


class AdaGVAE(AdaptiveAverage, BetaVAE):
    """The beta-VAE whose pairs share what they hardly differ in."""

    settings_class = AdaGVAESettings
    settings: AdaGVAESettings


@dataclass(frozen=True)
class DarlaAdaSettings(Darla2017Settings):
    """DARLA's objective as Ada-GVAE learns it; see :mod:`darla.objectives.ada_gvae`."""

    objective: ClassVar[str] = "darla_ada"


class DarlaAda(AdaptiveAverage, Darla2017):
    """DARLA's objective, on pairs that share what they hardly differ in."""

    settings_class = DarlaAdaSettings
    settings: DarlaAdaSettings


def hardly_differ(first: Gaussians, second: Gaussians) -> Tensor:
    """Tell which latents of each pair lie below its adaptive threshold, bool (N, z).

    ``first`` and ``second`` are mu and logvar, float (N, z), of both partners.
    """
    delta = kl_between(first, second).detach()
    threshold = (delta.amin(dim=1, keepdim=True) + delta.amax(dim=1, keepdim=True)) / 2
    return delta < threshold


def average(first: Gaussians, second: Gaussians) -> Gaussians:
    """Average means and variances of Gaussians; all mu and logvar float (N, z)."""
    mu = (first[0] + second[0]) / 2
    return mu, torch.logaddexp(first[1], second[1]) - math.log(2)
