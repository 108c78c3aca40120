"""PixelVAE: pixels are explained by latents, and by the pixels that come before them.

Loss: -E_q [b log p(x | z) + (1 - b) sum_i log p(x_i | x_<i, z)] + beta KL(q(z | x) || N(0, I)).
Pixels are in reading order, x_<i are all before pixel i, and the three colours of a pixel come
together (van den Oord et al., 2016, "Pixel recurrent neural networks", section 3.4; with latents:
Gulrajani et al., 2017, "PixelVAE"). The first term is the decoder's, which sees latents alone. The
second adds a correction to its logits, made by masked convolutions of the frame and of those
logits. What the pixel before tells (grain, what continues a surface) need not be told by latents.

Where pixels foretell each other well, latents are left with nothing to say (Bowman et al., 2016).
Here they always have the first term to serve, which counts by the share b, ``blind``: to it a nat
costs beta / b. (On toy frames latents kept 14 nats with 0.5 and 6 with 0.25, and died with 0.02;
300 steps, a seed each.) The sum is still a bound: by Jensen's inequality it is above the loss
of the mixture b p(x | z) + (1 - b) prod_i p(x_i | x_<i, z), where a picture is drawn
blind as often as b says.

The decoder in the bundle is that of the first term, a picture in one pass as of any other
objective. The masked convolutions are left out of bundles: to draw a picture with them would take a
pass for each pixel, 4,096 at 64x64.
"""

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional

from darla.encoder.network_shape import NetworkShape
from darla.objectives.base import TrainingFacts
from darla.objectives.beta_vae import BetaVAE, BetaVAESettings
from darla.running.ranges import AtLeastZero, PositiveInt, Range, WholeNumber

_FIRST_KERNEL = 5
_KERNEL = 3


@dataclass(frozen=True)
class PixelVAESettings(BetaVAESettings):
    """PixelVAE; see :mod:`darla.objectives.pixel_vae`."""

    objective: ClassVar[str] = "pixel_vae"

    beta: AtLeastZero = 1.0
    """What one nat of KL costs."""
    blind: Annotated[float, Range("a share above 0 and up to 1", above=0, most=1)] = 0.5
    """Weight of the pictures that the decoder makes of latents alone."""
    pixel_channels: PositiveInt = 16
    """Channels of the masked convolutions."""
    pixel_layers: WholeNumber = 2
    """Masked convolutions, of 3x3, after the first one, of 5x5."""


class PixelVAE(BetaVAE):
    """The beta-VAE whose pixels may also be foretold by the pixels before them.

    Attributes:
        pixels: foretells each pixel from those before it.
    """

    settings_class = PixelVAESettings
    settings: PixelVAESettings

    def __init__(
        self, settings: PixelVAESettings, facts: TrainingFacts, shape: NetworkShape | None = None
    ) -> None:
        """Make the networks."""
        super().__init__(settings, facts, shape)
        self.pixels = MaskedConvolutions(settings.pixel_channels, settings.pixel_layers)

    def reconstruction(self, logits: Tensor, pictures: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
        """Weigh what latents alone explain against what they and the pixels before do."""
        blind, terms = super().reconstruction(logits, pictures)
        seen = self.likelihood.negative_log(self.pixels(pictures, logits), pictures).mean()
        loss = self.settings.blind * blind + (1 - self.settings.blind) * seen
        own = {"loss/reconstruction": loss, "loss/blind": blind, "loss/next_pixel": seen}
        return loss, terms | own

    def parameter_groups(self, learning_rate: float) -> list[dict[str, Any]]:
        """Return encoder, decoder and masked convolutions."""
        masked = {"params": [*self.pixels.parameters()], "lr": learning_rate}
        return [*super().parameter_groups(learning_rate), masked]

    def effective_settings(self) -> dict[str, Any]:
        """Return beta, its warm-up, and what there is of pixels."""
        own = {
            "blind": self.settings.blind,
            "pixel_channels": self.settings.pixel_channels,
            "pixel_layers": self.settings.pixel_layers,
        }
        return {**super().effective_settings(), **own}


class MaskedConvolutions(nn.Module):
    """Logits of each pixel, from the logits that latents give and from the pixels before it.

    Pixels straight above are seen as far up as the kernels reach; some of those above and to the
    right are not (the blind spot of masked convolutions, van den Oord et al., 2016b).
    """

    def __init__(self, channels: int, layers: int) -> None:
        """Make one convolution that does not see the pixel itself, and others after it."""
        super().__init__()
        self.first = _MaskedConvolution(3, channels, _FIRST_KERNEL, sees_itself=False)
        self.told = nn.Conv2d(3, channels, kernel_size=1)
        self.layers = nn.ModuleList(
            _MaskedConvolution(channels, channels, _KERNEL, sees_itself=True) for _ in range(layers)
        )
        self.last = nn.Conv2d(channels, 3, kernel_size=1)

    def forward(self, pictures: Tensor, logits: Tensor) -> Tensor:
        """Correct logits that latents give by the pixels of pictures; all are (N, 3, H, W).

        Pictures are float in [0, 1]. Of them each pixel's logits, float32, depend on the pixels
        before it alone: those above, and those on its left.
        """
        grid = self.first(pictures - 0.5) + self.told(logits)
        for layer in self.layers:
            grid = grid + layer(torch.relu(grid))
        corrected: Tensor = logits + self.last(torch.relu(grid))
        return corrected.float()


class _MaskedConvolution(nn.Conv2d):
    """A convolution that sees pixels above, and on the left in the same row."""

    def __init__(self, before: int, after: int, kernel: int, sees_itself: bool) -> None:
        super().__init__(before, after, kernel, padding=kernel // 2)
        half = kernel // 2
        mask = torch.zeros(kernel, kernel)
        mask[:half] = 1
        mask[half, : half + sees_itself] = 1
        self.mask: Tensor
        self.register_buffer("mask", mask, persistent=False)

    def forward(self, grid: Tensor) -> Tensor:
        return functional.conv2d(grid, self.weight * self.mask, self.bias, padding=self.padding)
