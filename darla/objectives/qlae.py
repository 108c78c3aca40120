"""QLAE: each latent has a few numbers of its own, which are learnt (Hsu et al., 2023).

"Disentanglement via latent quantization" (arXiv 2305.18378): latents that are put together from few
numbers leave the decoder little choice but to give each number one meaning, if its weights are kept
small. Loss: that of the autoencoder, plus ``quantization`` |sg(v) - e|^2 + ``commitment``
|v - sg(e)|^2, where v is what becomes a number, e the nearest of its latent's numbers, and sg stops
the gradient; encoder and decoder, but not the numbers, have a strong weight decay (decoupled,
Loshchilov & Hutter, 2019).

The paper takes means over pixels and over latents where sums are taken here: its 0.01 of both
weights is 4 for 32 latents and pictures of 64x64. That v is standardised is our own (see
:mod:`darla.objectives.quantized`), and so numbers start evenly spaced from -2 to 2; in the paper
from -0.5 to 0.5.
"""

import dataclasses
from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from torch import Tensor

from darla.encoder.network_shape import NetworkShape
from darla.objectives.base import TrainingFacts
from darla.objectives.quantized import CodeCount, QuantizedAutoencoder
from darla.objectives.settings import ObjectiveSettings
from darla.objectives.vae import Penalty
from darla.running.ranges import AtLeastZero

_FURTHEST = 2.0


@dataclass(frozen=True)
class QLAESettings(ObjectiveSettings):
    """QLAE; see :mod:`darla.objectives.qlae`."""

    objective: ClassVar[str] = "qlae"

    codes: CodeCount = 10
    """Numbers that each latent can be."""
    quantization: AtLeastZero = 4.0
    """What the squared distance of numbers from what becomes them costs the numbers."""
    commitment: AtLeastZero = 4.0
    """What the same distance costs the encoder."""
    weight_decay: AtLeastZero = 0.1
    """Share of encoder's and decoder's weights, times the learning rate, that a step takes away."""


class QLAE(QuantizedAutoencoder):
    """The autoencoder of latents that are each one of a few learnt numbers."""

    settings_class = QLAESettings
    settings: QLAESettings

    def __init__(
        self, settings: QLAESettings, facts: TrainingFacts, shape: NetworkShape | None = None
    ) -> None:
        """Make the networks, and evenly spaced numbers."""
        super().__init__(settings, facts, shape)
        quantizer = self.codebooks
        spaced = torch.linspace(-_FURTHEST, _FURTHEST, quantizer.codes)
        quantizer.codebook.copy_(spaced[None, :, None].expand_as(quantizer.codebook))
        quantizer.learn_by_gradient()

    def network_shape(self) -> NetworkShape:
        """Return the shape that the settings ask for, with a codebook for each latent."""
        plain = super().network_shape()
        return dataclasses.replace(plain, posterior="codebook", codes=self.settings.codes)

    def code_penalty(self, values: Tensor, indices: Tensor) -> Penalty:
        """Charge numbers and encoder for being apart."""
        codes = self.codebooks.code_values(indices)
        quantization = (values.detach() - codes).square().sum(dim=1).mean()
        commitment = (values - codes.detach()).square().sum(dim=1).mean()
        own = self.settings
        cost = own.quantization * quantization + own.commitment * commitment
        return Penalty(cost, {"loss/commitment": commitment})

    def parameter_groups(self, learning_rate: float) -> list[dict[str, Any]]:
        """Return encoder and decoder, whose weights decay, and the numbers."""
        networks = [*self.encoder.continuous.parameters(), *self.decoder.parameters()]
        decay = {"weight_decay": self.settings.weight_decay, "decoupled_weight_decay": True}
        return [
            {"params": networks, "lr": learning_rate, **decay},
            {"params": [*self.encoder.quantizer.parameters()], "lr": learning_rate},
        ]

    def effective_settings(self) -> dict[str, Any]:
        """Return the number of codes, and the three weights."""
        own = self.settings
        return {
            "codes": own.codes,
            "quantization": own.quantization,
            "commitment": own.commitment,
            "weight_decay": own.weight_decay,
        }
