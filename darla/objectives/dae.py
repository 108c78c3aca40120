"""Denoising autoencoder: fill in a random rectangle that was masked out of each frame.

Loss: -log p(x | decoder(encoder(masked x))), summed over pixels (Vincent et al., 2010; rectangles:
Pathak et al., 2016). DARLA's perceptual loss compares pictures by this network's features, so its
shape is the paper's: the convolutions, then straight to ``dae_units`` units.
"""

import dataclasses
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

import torch
from torch import Tensor

from darla.encoder.network_shape import NetworkShape
from darla.objectives.autoencoder import Autoencoder
from darla.objectives.base import LossTerms, Stage
from darla.objectives.settings import ObjectiveSettings
from darla.running.ranges import Positive, PositiveInt, Range


@dataclass(frozen=True)
class DAESettings(ObjectiveSettings):
    """Denoising autoencoder, which has dae_units and neither latents nor hidden_units."""

    objective: ClassVar[str] = "dae"

    dae_learning_rate: Positive = 1e-3
    """Adam's learning rate for a denoising autoencoder."""
    dae_units: PositiveInt = 128
    """Units of the denoising autoencoder's bottleneck."""
    mask: Annotated[float, Range("a share above 0 and up to 1", above=0, most=1)] = 0.5
    """Largest share of a picture's side that a masked rectangle covers."""


class DenoisingAutoencoder(Autoencoder):
    """Reconstruct each picture from a version with a hole in it."""

    settings_class = DAESettings
    settings: DAESettings

    def network_shape(self) -> NetworkShape:
        """Return the shape of the paper: convolutions, then straight to the bottleneck."""
        units = self.settings.dae_units
        return dataclasses.replace(super().network_shape(), hidden_units=0, latents=units)

    def losses(self, pictures: Tensor, step: Tensor) -> LossTerms:
        """Mask a rectangle of each picture, and compare the reconstruction with the whole one."""
        return self.reconstruction_losses(mask_rectangles(pictures, self.settings.mask), pictures)

    def stages(self) -> list[Stage]:
        """Return the one stage, at the denoising autoencoder's own learning rate."""
        rate = self.settings.dae_learning_rate
        return [Stage(self.name, self, self.facts.epochs, rate, "encoder")]

    def effective_settings(self) -> dict[str, Any]:
        """Return the mask's largest side."""
        return {"mask": self.settings.mask}


def mask_rectangles(pictures: Tensor, largest: float) -> Tensor:
    """Set a random rectangle of each picture, float (N, 3, H, W), to black.

    Its sides are uniform between 0 and this share of the picture's.
    """
    count, _, height, width = pictures.shape
    draws = torch.rand(4, count, 1, device=pictures.device)
    rows = _inside(height, draws[0] * largest, draws[1])
    columns = _inside(width, draws[2] * largest, draws[3])
    hole = rows[:, None, :, None] & columns[:, None, None, :]
    return pictures.masked_fill(hole, 0.0)


def _inside(side: int, share: Tensor, start: Tensor) -> Tensor:
    """Mark the pixels of one side that an interval covers; bool (N, side)."""
    centres = (torch.arange(side, device=share.device) + 0.5) / side
    low = start * (1 - share)
    return (centres >= low) & (centres < low + share)
