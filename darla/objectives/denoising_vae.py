"""Denoising VAE: whole frames are drawn of what is inferred from spoilt ones (Im et al., 2017).

Loss: -E_q(z | x~) log p(x | z) + beta KL(q(z | x~) || N(0, I)), where x~ is the frame x with a
random rectangle masked out, as :mod:`darla.objectives.dae` masks them, and with noise on its pixels
(arXiv 1511.06406, eq. 7, with one spoilt copy of each frame). Trained encoders see whole frames.
"""

from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from torch import Tensor

from darla.objectives.beta_vae import BetaVAE, BetaVAESettings
from darla.objectives.dae import mask_rectangles
from darla.objectives.vae import BatchPosterior
from darla.running.ranges import AtLeastZero, Share


@dataclass(frozen=True)
class DenoisingVAESettings(BetaVAESettings):
    """Denoising VAE; see :mod:`darla.objectives.denoising_vae`."""

    objective: ClassVar[str] = "denoising_vae"

    beta: AtLeastZero = 1.0
    """What one nat of KL costs."""
    mask: Share = 0.3
    """Largest share of a picture's side that a masked rectangle covers; 0 masks nothing."""
    noise: AtLeastZero = 0.1
    """Standard deviation of the noise on pixels, in units of a picture's range of 1."""


class DenoisingVAE(BetaVAE):
    """The beta-VAE that draws whole frames of spoilt ones."""

    settings_class = DenoisingVAESettings
    settings: DenoisingVAESettings

    def infer(self, pictures: Tensor, step: Tensor) -> BatchPosterior:
        """Return the posterior of pictures (N, 3, H, W) that are spoilt first."""
        return super().infer(self.spoilt(pictures), step)

    def spoilt(self, pictures: Tensor) -> Tensor:
        """Return copies of pictures (N, 3, H, W) with holes and noise, within [0, 1]."""
        own = self.settings
        noisy = (pictures + own.noise * torch.randn_like(pictures)).clamp(0.0, 1.0)
        return mask_rectangles(noisy, own.mask) if own.mask else noisy

    def effective_settings(self) -> dict[str, Any]:
        """Return how frames are spoilt, and what the beta-VAE has."""
        own = {"mask": self.settings.mask, "noise": self.settings.noise}
        return {**super().effective_settings(), **own}
