"""The convolutional encoder and decoder that every objective shares.

The default shape is that of the DARLA paper (Higgins et al., 2017, appendix A.3): four 4x4
convolutions of stride 2 with 32, 32, 64 and 64 channels, a layer of 256 units, 32 Gaussian latents,
and a decoder that mirrors it. Every stage halves the picture, so the sides of a picture must be
multiples of 16.
"""

from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

SMALLEST_SIDE, LARGEST_SIDE, SIDE_STEP = 32, 128, 16
LOGVAR_LIMIT = 10.0
POSTERIORS = ("gaussian", "point")


@dataclass(frozen=True)
class NetworkShape:
    """What decides every weight's shape; saved with the weights.

    Raises:
        ValueError: the picture's sides or a layer's size cannot be used.
    """

    image_shape: tuple[int, int, int]
    """Height, width and channels (3) of a frame, in pixels."""
    channels: tuple[int, ...] = (32, 32, 64, 64)
    """Output channels of the encoder's convolutions; the decoder has them in reverse."""
    hidden_units: int = 256
    """Units between convolutions and latents; 0 leaves that layer out."""
    latents: int = 32
    """Number of latents, z."""
    posterior: str = "gaussian"
    """``gaussian``: mu and logvar for each latent; ``point``: one value for each latent."""

    def __post_init__(self) -> None:
        check_image_shape(self.image_shape)
        stride = 2 ** len(self.channels)
        if not self.channels or min(self.channels) < 1:
            raise ValueError(f"channels are {self.channels}; give one positive number per layer")
        if any(side % stride for side in self.image_shape[:2]):
            raise ValueError(
                f"{len(self.channels)} convolutions of stride 2 need sides that are multiples of "
                f"{stride}, but frames are {_size(self.image_shape)}; use fewer layers"
            )
        if self.latents < 1 or self.hidden_units < 0:
            raise ValueError(
                f"latents={self.latents}, hidden_units={self.hidden_units}; "
                "expected at least 1 latent and 0 hidden units"
            )
        if self.posterior not in POSTERIORS:
            raise ValueError(f"posterior is {self.posterior!r}; expected one of {POSTERIORS}")

    @property
    def grid(self) -> tuple[int, int, int]:
        """Shape of the last convolution's output: channels, height, width."""
        stride = 2 ** len(self.channels)
        height, width, _ = self.image_shape
        return self.channels[-1], height // stride, width // stride

    def to_json(self) -> dict[str, Any]:
        """Return plain values for a JSON file."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> "NetworkShape":
        """Rebuild a shape from :meth:`to_json`'s values."""
        height, width, colours = values["image_shape"]
        return cls(
            image_shape=(height, width, colours),
            channels=tuple(values["channels"]),
            hidden_units=values["hidden_units"],
            latents=values["latents"],
            posterior=values["posterior"],
        )


def check_image_shape(shape: tuple[int, ...]) -> None:
    """Check that frames of ``shape`` (height, width, channels) suit the networks.

    Raises:
        ValueError: they do not; the message says which sides are accepted.
    """
    fits = len(shape) == 3 and shape[2] == 3
    if not fits or any(
        side % SIDE_STEP or not SMALLEST_SIDE <= side <= LARGEST_SIDE for side in shape[:2]
    ):
        raise ValueError(
            f"frames are {_size(shape)}; expected RGB frames whose sides are multiples of "
            f"{SIDE_STEP} from {SMALLEST_SIDE} to {LARGEST_SIDE}; collect them at another size"
        )


def _size(shape: tuple[int, ...]) -> str:
    return "x".join(str(side) for side in shape)


class Posterior(NamedTuple):
    """What an encoder says about the latents of each picture.

    Attributes:
        mu: float32 (N, z), the mean, or the code itself of a point posterior.
        logvar: float32 (N, z), the logarithm of the variance, within +-``LOGVAR_LIMIT``; None for
            a point posterior.
    """

    mu: Tensor
    logvar: Tensor | None


class Encoder(nn.Module):
    """Pictures to latents."""

    def __init__(self, shape: NetworkShape) -> None:
        super().__init__()
        self.shape = shape
        inputs = (3, *shape.channels[:-1])
        self.convolutions = nn.ModuleList(
            nn.Conv2d(before, after, kernel_size=4, stride=2, padding=1)
            for before, after in zip(inputs, shape.channels, strict=True)
        )
        channels, height, width = shape.grid
        flat = channels * height * width
        self.hidden = nn.Linear(flat, shape.hidden_units) if shape.hidden_units else None
        outputs = shape.latents * (2 if shape.posterior == "gaussian" else 1)
        self.head = nn.Linear(shape.hidden_units or flat, outputs)

    def forward(self, pictures: Tensor) -> Posterior:
        """Encode float pictures (N, 3, H, W) in [0, 1]."""
        outputs = self._head(self._convolve(pictures, len(self.convolutions)))
        if self.shape.posterior == "point":
            return Posterior(outputs, None)
        mu, logvar = outputs.chunk(2, dim=1)
        return Posterior(mu, logvar.clamp(-LOGVAR_LIMIT, LOGVAR_LIMIT))

    def features(self, pictures: Tensor, layer: str) -> Tensor:
        """Return one layer's output, flattened to float32 (N, features).

        Args:
            pictures: float (N, 3, H, W) in [0, 1].
            layer: one of :meth:`layers`.
        """
        if layer == "bottleneck":
            return self(pictures).mu
        return self._convolve(pictures, self.layers().index(layer) + 1).flatten(1).float()

    def lower(self, dtype: torch.dtype) -> "Encoder":
        """Keep the weights of all layers but the last in a shorter type from now on.

        Pictures become what the weights are; the last layer and its outputs stay float32.
        """
        self.convolutions.to(dtype)
        if self.hidden is not None:
            self.hidden.to(dtype)
        return self

    def layers(self) -> list[str]:
        """Return the names of the layers that :meth:`features` knows."""
        return [f"conv{number + 1}" for number in range(len(self.convolutions))] + ["bottleneck"]

    def _convolve(self, pictures: Tensor, depth: int) -> Tensor:
        grid = pictures.to(next(self.convolutions.parameters()).dtype)
        for convolution in list(self.convolutions)[:depth]:
            grid = torch.relu_(convolution(grid))
        return grid

    def _head(self, grid: Tensor) -> Tensor:
        units = grid.flatten(1)
        if self.hidden is not None:
            units = torch.relu_(self.hidden(units))
        # Latents are few and carry everything: bfloat16's 8 bits would be their noise floor.
        with torch.autocast(units.device.type, enabled=False):
            return self.head(units.float())


class Decoder(nn.Module):
    """Latents to the logits of a picture; its sigmoid is the picture."""

    def __init__(self, shape: NetworkShape) -> None:
        super().__init__()
        self.shape = shape
        channels, height, width = shape.grid
        flat = channels * height * width
        self.hidden = nn.Linear(shape.latents, shape.hidden_units) if shape.hidden_units else None
        self.project = nn.Linear(shape.hidden_units or shape.latents, flat)
        inputs = shape.channels[::-1]
        outputs = (*inputs[1:], 3)
        self.convolutions = nn.ModuleList(
            nn.ConvTranspose2d(before, after, kernel_size=4, stride=2, padding=1)
            for before, after in zip(inputs, outputs, strict=True)
        )

    def forward(self, latents: Tensor) -> Tensor:
        """Decode float latents (N, z) to float32 logits (N, 3, H, W)."""
        units = latents
        if self.hidden is not None:
            units = torch.relu_(self.hidden(units))
        units = torch.relu_(self.project(units))
        grid = units.view(-1, *self.shape.grid).contiguous(memory_format=torch.channels_last)
        *inner, last = self.convolutions
        for convolution in inner:
            grid = torch.relu_(convolution(grid))
        return last(grid).float()


def to_pictures(frames: Tensor) -> Tensor:
    """Turn uint8 frames (N, H, W, 3) into float32 pictures (N, 3, H, W) in [0, 1].

    The result lies in memory as the frames do (channels last), which convolutions are fastest on.
    """
    return frames.permute(0, 3, 1, 2).float().div(255)


def to_frames(pictures: Tensor) -> Tensor:
    """Turn float pictures (N, 3, H, W) in [0, 1] into uint8 frames (N, H, W, 3)."""
    return pictures.mul(255).round().clamp(0, 255).to(torch.uint8).permute(0, 2, 3, 1)
