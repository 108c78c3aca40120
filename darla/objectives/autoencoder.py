"""Autoencoder: reconstruct the frame through a bottleneck, with no prior on the latents.

Loss: -log p(x | decoder(encoder(x))), summed over pixels (Hinton & Salakhutdinov, 2006).
"""

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from darla.encoder.likelihoods import squared_error
from darla.objectives.base import LossTerms, Objective
from darla.objectives.settings import ObjectiveSettings


@dataclass(frozen=True)
class AutoencoderSettings(ObjectiveSettings):
    """The autoencoder; see :mod:`darla.objectives.autoencoder`."""

    objective: ClassVar[str] = "autoencoder"


class Autoencoder(Objective):
    """Reconstruct each picture from one value per latent."""

    settings_class: ClassVar[type[ObjectiveSettings]] = AutoencoderSettings
    posterior_kind: ClassVar[str] = "point"

    def losses(self, pictures: Tensor, step: Tensor) -> LossTerms:
        """Compare each picture with its reconstruction."""
        return self.reconstruction_losses(pictures, pictures)

    def reconstruction_losses(self, inputs: Tensor, targets: Tensor) -> LossTerms:
        """Encode and decode ``inputs`` and compare with ``targets``, both (N, 3, H, W)."""
        return self.compared(self.decoder(self.encoder(inputs).mu), targets)

    def compared(self, logits: Tensor, targets: Tensor) -> LossTerms:
        """Compare decoded ``logits`` with ``targets``, both (N, 3, H, W)."""
        reconstruction = self.likelihood.negative_log(logits, targets).mean()
        terms = {
            "loss/reconstruction": reconstruction,
            "loss/pixel": squared_error(torch.sigmoid(logits), targets).mean(),
        }
        return LossTerms(reconstruction, terms)
