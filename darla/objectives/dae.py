"""Denoising autoencoder: fill in a random rectangle that was masked out of each frame.

Loss: -log p(x | decoder(encoder(masked x))), summed over pixels (Vincent et al., 2010; rectangles:
Pathak et al., 2016). DARLA's perceptual loss compares pictures by this network's features, so its
shape is the paper's: the convolutions, then straight to ``dae_units`` units.
"""

from typing import Any, ClassVar

import torch
from torch import Tensor

from darla.encoder.networks import NetworkShape
from darla.objectives.autoencoder import Autoencoder
from darla.objectives.base import LossTerms, Stage, TrainingFacts
from darla.vision.config import VisionConfig


class DenoisingAutoencoder(Autoencoder):
    """Reconstruct each picture from a version with a hole in it."""

    name: ClassVar[str] = "dae"
    uses: ClassVar[frozenset[str]] = frozenset({"dae_learning_rate", "dae_units", "mask"})

    @classmethod
    def build(cls, config: VisionConfig, facts: TrainingFacts) -> "DenoisingAutoencoder":
        """Make the untrained model."""
        shape = NetworkShape(
            image_shape=facts.image_shape,
            channels=config.channels,
            hidden_units=0,
            latents=config.dae_units,
            posterior="point",
        )
        return cls(config, shape)

    def losses(self, pictures: Tensor, step: Tensor) -> LossTerms:
        """Mask a rectangle of each picture, and compare the reconstruction with the whole one."""
        return self.reconstruction_losses(mask_rectangles(pictures, self.config.mask), pictures)

    def stages(self) -> list[Stage]:
        """Return the one stage, at the denoising autoencoder's own learning rate."""
        config = self.config
        return [Stage(self.name, self, config.epochs, config.dae_learning_rate, "encoder")]

    def settings(self) -> dict[str, Any]:
        """Return the mask's largest side."""
        return {"mask": self.config.mask}


def mask_rectangles(pictures: Tensor, largest: float) -> Tensor:
    """Set a random rectangle of each picture to black.

    Args:
        pictures: float (N, 3, H, W).
        largest: the rectangle's sides are uniform between 0 and this share of the picture's.
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
