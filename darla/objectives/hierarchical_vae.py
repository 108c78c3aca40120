"""Hierarchical VAE: latents at two or more depths of the network, from the top down.

Loss: -E_q log p(x | z) + beta sum_l KL(q(z_l | x, z_<l) || p(z_l | z_<l)), where z_<l are the
levels above (Sonderby et al., 2016, "Ladder variational autoencoders"; Child, 2021, "Very deep
VAEs"). The KL of a level below the top is taken for the sample that was drawn
above it. For networks and the form of latents see :mod:`darla.encoder.ladder_network`: an agent
sees the mean of each level, told the means above it, end to end with the top level first. The
bundle's ``latent_roles`` say which are which: ``level_1`` is the top.

Lower levels, whose way to the picture is short, are learnt first, and can leave nothing for the
others to say; or never come into use themselves. ``beta_warmup`` (as in the first of the papers)
and ``free_bits`` keep them alive.
"""

import dataclasses
from dataclasses import dataclass
from typing import Any, ClassVar

from torch import Tensor

from darla.encoder.ladder_network import LadderEncoder
from darla.encoder.network_shape import NetworkShape
from darla.objectives.base import FrameChunks, LossTerms, TrainingFacts
from darla.objectives.beta_vae import BetaVAE, BetaVAESettings
from darla.objectives.vae import BatchPosterior
from darla.running.ranges import AtLeastZero, Share


@dataclass(frozen=True)
class HierarchicalVAESettings(BetaVAESettings):
    """Hierarchical VAE; see :mod:`darla.objectives.hierarchical_vae`."""

    objective: ClassVar[str] = "hierarchical_vae"

    network: str = "ladder"
    """Architecture of encoder and decoder; one that has levels."""
    level_latents: tuple[int, ...] = ()
    """Latents of each level, the top one first, which add up to latents; without any given, two
    levels have half of them each."""
    beta: AtLeastZero = 1.0
    """What one nat of KL costs."""
    beta_warmup: Share = 0.2
    """Share of the steps in which beta grows from 0."""


class HierarchicalVAE(BetaVAE):
    """The beta-VAE of latents whose prior and posterior depend on those of the levels above."""

    settings_class = HierarchicalVAESettings
    settings: HierarchicalVAESettings
    encoder: LadderEncoder

    def __init__(
        self,
        settings: HierarchicalVAESettings,
        facts: TrainingFacts,
        shape: NetworkShape | None = None,
    ) -> None:
        """Make the networks; a ValueError where their architecture has no levels."""
        super().__init__(settings, facts, shape)
        if not isinstance(self.encoder, LadderEncoder):
            raise ValueError(
                f"the network {settings.network!r} has no levels; give network 'ladder', or train "
                "beta_vae with this one"
            )

    @property
    def level_latents(self) -> tuple[int, ...]:
        """How many latents each level has, the top one first."""
        latents = self.settings.latents
        return self.settings.level_latents or (latents - latents // 2, latents // 2)

    def network_shape(self) -> NetworkShape:
        """Return the shape that the settings ask for, with the levels."""
        return dataclasses.replace(super().network_shape(), levels=self.level_latents)

    def infer(self, pictures: Tensor, step: Tensor) -> BatchPosterior:
        """Infer and draw level after level."""
        (mu, logvar), latents = self.encoder.sampled(pictures)
        assert logvar is not None, "variational objectives build Gaussian posteriors"
        return BatchPosterior(mu, logvar, latents=latents)

    def losses(self, pictures: Tensor, step: Tensor) -> LossTerms:
        """Return the beta-VAE's, and log the KL of each level."""
        plain = super().losses(pictures, step)
        assert plain.kl_per_latent is not None, "variational objectives have a KL"
        levels = plain.kl_per_latent.split(self.level_latents)
        own = {f"kl_level/{number}": each.sum() for number, each in enumerate(levels, start=1)}
        return dataclasses.replace(plain, terms=plain.terms | own)

    def latent_roles(self, pairs: FrameChunks) -> dict[str, list[int]]:
        """Return the indices of each level's latents; ``level_1`` is the top."""
        ends = [sum(self.level_latents[:number]) for number in range(len(self.level_latents) + 1)]
        return {
            f"level_{number}": list(range(ends[number - 1], ends[number]))
            for number in range(1, len(ends))
        }

    def effective_settings(self) -> dict[str, Any]:
        """Return beta, its warm-up, and the latents of each level."""
        return {**super().effective_settings(), "level_latents": list(self.level_latents)}
