"""Convolutions that see pictures also with their colours evened out, and that paint in layers.

The encoder is the convolutional one on six channels: the picture, and the picture whose colours
have each the same mean and spread, whatever it shows. In the latter what stands out does so alike
in every light and in all colours; from the former colours can be read.

The decoder paints: from the latents it makes a few colours, and the convolutions make a mask for
each, of which every pixel takes a share that sums to 1, and a correction of three channels. So a
change of colour moves no edge, and a change of place mixes no colour: products of both, which a
plain decoder must learn case by case, come for free.
"""

import math

import torch
from torch import Tensor, nn

from darla.encoder.conv_network import ConvDecoder, ConvEncoder
from darla.encoder.memory_layout import channels_last
from darla.encoder.network_shape import NetworkShape
from darla.encoder.networks import Architecture

_COLORS = 8
_COLOR_UNITS = 128
_SHARPNESS = 3.0
"""Of masks, at first: with 1 all pixels begin with equal shares of all colours."""
_EVENED_STD = 0.3
_SMALLEST_STD = 0.03


class EvenedConvEncoder(ConvEncoder):
    """Pictures to latents, seen as they are and with colours evened out."""

    channels_in = 6

    def _convolve(self, pictures: Tensor, depth: int) -> Tensor:
        """Apply the first ``depth`` convolutions."""
        both = torch.cat([pictures, evened(pictures)], dim=1)
        return super()._convolve(channels_last(both), depth)


class PaintingDecoder(ConvDecoder):
    """Latents to the logits of a picture that is painted in a few colours."""

    channels_out = _COLORS + 3

    def __init__(self, shape: NetworkShape) -> None:
        super().__init__(shape)
        self.color_units = nn.Linear(shape.latents, _COLOR_UNITS)
        self.colors = nn.Linear(_COLOR_UNITS, 3 * _COLORS)

    def forward(self, latents: Tensor) -> Tensor:
        """Decode float latents (N, z) to float32 logits (N, 3, H, W)."""
        grid = super().forward(latents)
        with torch.autocast(grid.device.type, enabled=False):
            units = torch.relu(self.color_units(latents.float()))
            return paint(grid, self.colors(units).view(-1, 3, _COLORS))


def paint(grid: Tensor, colors: Tensor) -> Tensor:
    """Paint k colours, (N, 3, k), by what convolutions make, (N, k + 3, H, W); both float32.

    The first k channels become masks, of which each pixel takes shares that sum to 1; the last
    three are added. Logits (N, 3, H, W) come back.
    """
    count = colors.shape[2]
    masks = torch.softmax(_SHARPNESS * grid[:, :count].flatten(2), dim=1)
    painted = torch.bmm(colors, masks).view(-1, 3, *grid.shape[2:])
    return painted + grid[:, count:]


def evened(pictures: Tensor) -> Tensor:
    """Give each channel of each picture (N, 3, H, W) mean 0 and a standard deviation of 0.3.

    That of channels which hardly vary is less.
    """
    # Not std_mean, which takes thrice as long on a CPU where channels come last.
    deviation = pictures - pictures.mean(dim=(2, 3), keepdim=True)
    length: Tensor = torch.linalg.vector_norm(deviation, dim=(2, 3), keepdim=True)
    std = length / math.sqrt(pictures.shape[2] * pictures.shape[3] - 1)
    return deviation * (_EVENED_STD / (std + _SMALLEST_STD))


PAINTED = Architecture(EvenedConvEncoder, PaintingDecoder)
"""Registered as ``painted``."""
