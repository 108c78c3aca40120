"""An encoder in closed form: a latent is the mean of a colour in a quarter of a frame.

Its decoder paints the quarters. Frames of four plain quarters come back to the last bit, so that
what is done with latents can be said in pixels.
"""

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from darla.encoder.frozen_encoder import FrozenEncoder, latent_statistics
from darla.encoder.network_shape import NetworkShape
from darla.encoder.networks import Decoder, Encoder, Posterior

SIDE = 32
LATENTS = 12
TOP, BOTTOM = list(range(6)), list(range(6, 12))
"""Latents of the upper and of the lower half."""
LOGVAR = -6.0
_SPREAD = 0.25  # of a colour, of [0, 1], that one unit of a latent stands for


class QuadrantEncoder(Encoder):
    def __init__(self, shape: NetworkShape) -> None:
        super().__init__(shape)
        self.spread = nn.Parameter(torch.tensor(_SPREAD))

    def forward(self, pictures: Tensor) -> Posterior:
        means = functional.adaptive_avg_pool2d(pictures, 2).permute(0, 2, 3, 1).flatten(1)
        mu = (means - 0.5) / self.spread
        gaussian = self.shape.posterior == "gaussian"
        return Posterior(mu, torch.full_like(mu, LOGVAR) if gaussian else None)


class QuadrantDecoder(Decoder):
    def forward(self, latents: Tensor) -> Tensor:
        colors = (latents * _SPREAD + 0.5).clamp(1e-4, 1 - 1e-4).view(-1, 2, 2, 3)
        return functional.interpolate(torch.logit(colors.permute(0, 3, 1, 2)), (SIDE, SIDE))


def quadrant_frames(count: int, seed: int = 0, spread: int = 100) -> np.ndarray:
    """Draw frames of four plain quarters, uint8 (count, 32, 32, 3), around mid-grey."""
    rng = np.random.default_rng(seed)
    colors = rng.integers(128 - spread, 128 + spread, (count, 2, 2, 3), dtype=np.uint8)
    return colors.repeat(SIDE // 2, axis=1).repeat(SIDE // 2, axis=2)


def quadrant_encoder(posterior: str = "gaussian", roles: bool = True) -> FrozenEncoder:
    """Make the encoder; with roles the upper half is the look, and the lower the state."""
    shape = NetworkShape((SIDE, SIDE, 3), latents=LATENTS, posterior=posterior)
    encoder = QuadrantEncoder(shape)
    frames = quadrant_frames(64, seed=9)
    config = {"objective": {"name": "beta_vae"}}
    if roles:
        config["latent_roles"] = {"look": TOP, "state": BOTTOM}
    statistics = latent_statistics(encoder, [torch.from_numpy(frames)])
    return FrozenEncoder(encoder, QuadrantDecoder(shape), statistics, frames, config)


def without_decoder(encoder: FrozenEncoder) -> FrozenEncoder:
    """Take the decoder away."""
    encoder.decoder = None  # type: ignore[assignment]
    return encoder
