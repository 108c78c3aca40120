"""The linear network: latents are affine functions of pixels, and pixels of latents.

It is the network of ``pca``, and of whatever else is to be compared with a line. Channels and
hidden units mean nothing to it.
"""

import math

import torch
from torch import Tensor, nn

from darla.encoder.network_shape import NetworkShape
from darla.encoder.networks import Architecture, Decoder, Encoder, Posterior

_EDGE = 1e-3  # of the range of pixels, a quarter of a grey level: a logit of 0 or 1 is infinite


class LinearEncoder(Encoder):
    """Pictures to latents, through one layer."""

    def __init__(self, shape: NetworkShape) -> None:
        super().__init__(shape)
        self.head = nn.Linear(math.prod(shape.image_shape), self.outputs())

    def forward(self, pictures: Tensor) -> Posterior:
        """Encode float pictures (N, 3, H, W) in [0, 1]."""
        with torch.autocast(pictures.device.type, enabled=False):
            return self.posterior_of(self.head(pictures.float().flatten(1)))


class LinearDecoder(Decoder):
    """Latents to pictures through one layer; what lies outside of [0, 1] is cut off."""

    def __init__(self, shape: NetworkShape) -> None:
        super().__init__(shape)
        self.head = nn.Linear(shape.latents, math.prod(shape.image_shape))
        with torch.no_grad():
            self.head.bias.fill_(0.5)

    def forward(self, latents: Tensor) -> Tensor:
        """Decode float latents (N, z) to float32 logits (N, 3, H, W)."""
        height, width, colours = self.shape.image_shape
        with torch.autocast(latents.device.type, enabled=False):
            values = self.head(latents.float()).clamp(_EDGE, 1 - _EDGE)
            return torch.logit(values).view(-1, colours, height, width)


LINEAR = Architecture(LinearEncoder, LinearDecoder)
"""Registered as ``linear``."""
