"""Sparse autoencoder: the absolute value of every latent has a price.

Loss: -log p(x | decoder(z)) + ``weight`` sum_j |z_j|, summed over pixels, where z = encoder(x) (an
L1 penalty, as in sparse coding: Olshausen & Field, 1996). A latent is 0 for frames that it does not
help to draw. A decoder with larger weights could do with smaller latents, and so pay less for as
much; ``weight_decay``, the share of its weights that a step takes away, stands against it.
"""

from dataclasses import dataclass
from typing import Any, ClassVar

from torch import Tensor

from darla.objectives.autoencoder import Autoencoder
from darla.objectives.base import LossTerms
from darla.objectives.settings import ObjectiveSettings
from darla.running.ranges import AtLeastZero


@dataclass(frozen=True)
class SparseAutoencoderSettings(ObjectiveSettings):
    """The sparse autoencoder; see :mod:`darla.objectives.sparse_autoencoder`."""

    objective: ClassVar[str] = "sparse_autoencoder"

    weight: AtLeastZero = 1.0
    """What the absolute value of a latent costs."""
    weight_decay: AtLeastZero = 0.01
    """Share of the decoder's weights, times the learning rate, that a step takes away."""


class SparseAutoencoder(Autoencoder):
    """The autoencoder with a price on the absolute values of latents."""

    settings_class = SparseAutoencoderSettings
    settings: SparseAutoencoderSettings

    def losses(self, pictures: Tensor, step: Tensor) -> LossTerms:
        """Compare each picture with its reconstruction, and charge for its latents."""
        latents = self.encoder(pictures).mu
        plain = self.compared(self.decoder(latents), pictures)
        size = latents.abs().sum(dim=1).mean()
        total = plain.total + self.settings.weight * size
        return LossTerms(total, {**plain.terms, "loss/sparsity": size})

    def parameter_groups(self, learning_rate: float) -> list[dict[str, Any]]:
        """Return the encoder, and the decoder, whose weights decay."""
        decay = {"weight_decay": self.settings.weight_decay, "decoupled_weight_decay": True}
        return [
            {"params": [*self.encoder.parameters()], "lr": learning_rate},
            {"params": [*self.decoder.parameters()], "lr": learning_rate, **decay},
        ]

    def effective_settings(self) -> dict[str, Any]:
        """Return both weights."""
        return {"weight": self.settings.weight, "weight_decay": self.settings.weight_decay}
