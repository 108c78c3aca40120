"""A decoder for eyes: larger than the one that an encoder is trained with, and sharper.

It doubles the sides of a grid by repeating its pixels, and convolves: no step writes some pixels
more often than others, which is where checkerboards come from (Odena et al., 2016). Each doubling
is a residual block. Like the painted network's it then paints: a few colours that come from the
latents alone, a mask for each, and a correction.
"""

import itertools

import torch
from torch import Tensor, nn
from torch.nn import functional

from darla.encoder.conv_network import ConvEncoder, grid_of
from darla.encoder.memory_layout import channels_last
from darla.encoder.network_shape import NetworkShape
from darla.encoder.networks import Architecture, Decoder
from darla.encoder.painted_network import paint

_UNITS = 384
_NARROWEST = 16
_COLORS = 8
_COLOR_UNITS = 128


class Doubling(nn.Module):
    """A residual block whose output has twice the sides of its input."""

    def __init__(self, before: int, after: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(before, after, kernel_size=3, padding=1)
        self.second = nn.Conv2d(after, after, kernel_size=3, padding=1)
        self.past = nn.Conv2d(before, after, kernel_size=1)

    def forward(self, grid: Tensor) -> Tensor:
        """Map (N, before, H, W) to (N, after, 2 H, 2 W)."""
        # What needs no neighbours of the larger grid is done on the smaller one.
        past = functional.interpolate(self.past(grid), scale_factor=2.0)
        inner = torch.relu(self.first(torch.relu(grid)))
        result: Tensor = past + self.second(functional.interpolate(inner, scale_factor=2.0))
        return result


class ReadoutDecoder(Decoder):
    """Latents to the logits of a picture."""

    def __init__(self, shape: NetworkShape) -> None:
        super().__init__(shape)
        last, height, width = grid_of(shape)
        depth = len(shape.channels)
        widths = [max(_NARROWEST, 2 * last >> step) for step in range(depth + 1)]
        self.grid = widths[0], height, width
        self.units = nn.Sequential(
            nn.Linear(shape.latents, _UNITS),
            nn.ReLU(),
            nn.Linear(_UNITS, _UNITS),
            nn.ReLU(),
            nn.Linear(_UNITS, widths[0] * height * width),
        )
        self.doublings = nn.ModuleList(
            Doubling(before, after) for before, after in itertools.pairwise(widths)
        )
        self.last = nn.Conv2d(widths[-1], _COLORS + 3, kernel_size=3, padding=1)
        self.colors = nn.Sequential(
            nn.Linear(shape.latents, _COLOR_UNITS),
            nn.ReLU(),
            nn.Linear(_COLOR_UNITS, 3 * _COLORS),
        )

    def forward(self, latents: Tensor) -> Tensor:
        """Decode float latents (N, z) to float32 logits (N, 3, H, W)."""
        grid = channels_last(self.units(latents).view(-1, *self.grid))
        for doubling in self.doublings:
            grid = doubling(grid)
        drawn = self.last(torch.relu(grid)).float()
        with torch.autocast(grid.device.type, enabled=False):
            colors = self.colors(latents.float()).view(-1, 3, _COLORS)
            return paint(drawn, colors)


READOUT = Architecture(ConvEncoder, ReadoutDecoder)
"""Registered as ``readout``."""
