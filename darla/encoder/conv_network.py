"""The convolutional encoder and decoder that every objective has by default.

The default shape is that of the DARLA paper (Higgins et al., 2017, appendix A.3): four 4x4
convolutions of stride 2 with 32, 32, 64 and 64 channels, a layer of 256 units, 32 Gaussian latents,
and a decoder that mirrors it. Every stage halves the picture.
"""

from typing import ClassVar

import torch
from torch import Tensor, nn

from darla.encoder.memory_layout import channels_last
from darla.encoder.network_shape import NetworkShape, size_text
from darla.encoder.networks import Architecture, Decoder, Encoder, Posterior


class ConvEncoder(Encoder):
    """Pictures to latents."""

    channels_in: ClassVar[int] = 3
    """Of what the first convolution sees."""

    def __init__(self, shape: NetworkShape) -> None:
        super().__init__(shape)
        inputs = (self.channels_in, *shape.channels[:-1])
        self.convolutions = nn.ModuleList(
            nn.Conv2d(before, after, kernel_size=4, stride=2, padding=1)
            for before, after in zip(inputs, shape.channels, strict=True)
        )
        channels, height, width = grid_of(shape)
        flat = channels * height * width
        self.hidden = nn.Linear(flat, shape.hidden_units) if shape.hidden_units else None
        self.head = nn.Linear(shape.hidden_units or flat, self.outputs())

    def forward(self, pictures: Tensor) -> Posterior:
        """Encode float pictures (N, 3, H, W) in [0, 1]."""
        return self.posterior_of(self._head(self._convolve(pictures, len(self.convolutions))))

    def features(self, pictures: Tensor, layer: str) -> Tensor:
        """Return one layer's output, flattened to float32 (N, features)."""
        if layer == "bottleneck":
            return super().features(pictures, layer)
        return self._convolve(pictures, self.layers().index(layer) + 1).flatten(1).float()

    def lower(self, dtype: torch.dtype) -> "ConvEncoder":
        """Keep the weights of all layers but the last, whose outputs stay float32, in that type."""
        self.convolutions.to(dtype)
        if self.hidden is not None:
            self.hidden.to(dtype)
        return self

    def layers(self) -> list[str]:
        """Return the names of the layers that :meth:`features` knows."""
        return [f"conv{number + 1}" for number in range(len(self.convolutions))] + ["bottleneck"]

    def _convolve(self, pictures: Tensor, depth: int) -> Tensor:
        """Apply the first ``depth`` convolutions."""
        grid = pictures.to(next(self.convolutions.parameters()).dtype)
        for convolution in list(self.convolutions)[:depth]:
            grid = torch.relu_(convolution(grid))
        return grid

    def _head(self, grid: Tensor) -> Tensor:
        """Map the last convolution's output to the head's, float32."""
        units = grid.flatten(1)
        if self.hidden is not None:
            units = torch.relu_(self.hidden(units))
        # Latents are few and carry everything: bfloat16's 8 bits would be their noise floor.
        with torch.autocast(units.device.type, enabled=False):
            outputs: Tensor = self.head(units.float())
            return outputs


class ConvDecoder(Decoder):
    """Latents to the logits of a picture; its sigmoid is the picture."""

    channels_out: ClassVar[int] = 3
    """Of what the last convolution makes."""

    def __init__(self, shape: NetworkShape) -> None:
        super().__init__(shape)
        channels, height, width = grid_of(shape)
        flat = channels * height * width
        self.hidden = nn.Linear(shape.latents, shape.hidden_units) if shape.hidden_units else None
        self.project = nn.Linear(shape.hidden_units or shape.latents, flat)
        inputs = shape.channels[::-1]
        outputs = (*inputs[1:], self.channels_out)
        self.convolutions = nn.ModuleList(
            nn.ConvTranspose2d(before, after, kernel_size=4, stride=2, padding=1)
            for before, after in zip(inputs, outputs, strict=True)
        )

    def forward(self, latents: Tensor) -> Tensor:
        """Decode float latents (N, z) to float32 logits (N, 3, H, W)."""
        grid = self._grid(latents)
        *inner, last = self.convolutions
        for convolution in inner:
            grid = torch.relu_(convolution(grid))
        logits: Tensor = last(grid)
        return logits.float()

    def _grid(self, latents: Tensor) -> Tensor:
        """Map latents to what the first convolution sees."""
        units = latents
        if self.hidden is not None:
            units = torch.relu_(self.hidden(units))
        units = torch.relu_(self.project(units))
        return channels_last(units.view(-1, *grid_of(self.shape)))


def grid_of(shape: NetworkShape) -> tuple[int, int, int]:
    """Return channels, height and width of the last convolution's output.

    A ValueError where the picture's sides cannot be halved so often.
    """
    stride = 2 ** len(shape.channels)
    height, width, _ = shape.image_shape
    if height % stride or width % stride:
        raise ValueError(
            f"{len(shape.channels)} convolutions of stride 2 need sides that are multiples of "
            f"{stride}, but frames are {size_text(shape.image_shape)}; use fewer layers"
        )
    return shape.channels[-1], height // stride, width // stride


CONV = Architecture(ConvEncoder, ConvDecoder)
"""Registered as ``conv``."""
