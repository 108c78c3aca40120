"""Discriminators: networks that learn, beside an objective, to tell the true from the false.

What they are shown is for the objective to say: latents of frames from shuffled ones for FactorVAE,
samples of the prior from latents for the adversarial autoencoder, frames from pictures that were
decoded for the VAE-GAN. Their loss is the mean over both
kinds of -log of the probability that they give to the right answer, ln 2 where they know nothing
(Goodfellow et al., 2014, eq. 1).
"""

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from torch import Tensor, nn
from torch.func import functional_call
from torch.nn import functional

from darla.encoder.conv_network import grid_of
from darla.encoder.network_shape import NetworkShape
from darla.objectives.base import Objective, TrainingFacts
from darla.running.ranges import Positive, PositiveInt

SLOPE = 0.2
"""Of a discriminator's units below 0."""
BETAS = (0.5, 0.9)
"""Adam's, for discriminators: those of FactorVAE's paper."""


@dataclass(frozen=True)
class DiscriminatorSettings:
    """What objectives with a discriminator of latents can be set to."""

    discriminator_layers: PositiveInt = 4
    """Hidden layers of the discriminator (FactorVAE's paper: 6)."""
    discriminator_units: PositiveInt = 256
    """Units of each (FactorVAE's paper: 1000)."""
    discriminator_learning_rate: Positive = 1e-3
    """Adam's learning rate for the discriminator."""

    def described(self) -> dict[str, Any]:
        """Return what the discriminator is, for the bundle."""
        return {
            "discriminator": [self.discriminator_units] * self.discriminator_layers,
            "discriminator_learning_rate": self.discriminator_learning_rate,
        }


class Discriminator(nn.Module):
    """Tells true latents (N, z) from false ones by a logit (N,), above 0 for true."""

    def __init__(self, latents: int, settings: DiscriminatorSettings) -> None:
        super().__init__()
        units = settings.discriminator_units
        sizes = [latents, *[units] * settings.discriminator_layers]
        self.hidden = nn.ModuleList(nn.Linear(*each) for each in pairwise(sizes))
        self.head = nn.Linear(units, 1)

    def forward(self, latents: Tensor) -> Tensor:
        """Return the logits of float latents (N, z), float32 (N,)."""
        units = latents
        for layer in self.hidden:
            units = functional.leaky_relu(layer(units), SLOPE)
        logits: Tensor = self.head(units)[:, 0]
        return logits.float()


class PictureDiscriminator(nn.Module):
    """Tells frames from false pictures; its convolutions are as those of an encoder.

    What all but the first convolution say is brought to mean 0 and variance 1 over each picture
    (layer normalisation, Ba et al., 2016), so that no distance of features grows with the weights.

    Attributes:
        features: how many numbers the last convolution says.
    """

    def __init__(self, shape: NetworkShape) -> None:
        """Make the untrained network; a ValueError where pictures cannot be halved so often."""
        super().__init__()
        inputs = (shape.image_shape[2], *shape.channels[:-1])
        self.convolutions = nn.ModuleList(
            nn.Conv2d(before, after, kernel_size=4, stride=2, padding=1)
            for before, after in zip(inputs, shape.channels, strict=True)
        )
        self.features = math.prod(grid_of(shape))
        self.head = nn.Linear(self.features, 1)

    def forward(self, pictures: Tensor) -> tuple[Tensor, Tensor]:
        """Return logits (N,), above 0 for frames, and features (N, F), both float32.

        Pictures are float (N, 3, H, W) in [0, 1].
        """
        first, *others = self.convolutions
        grid = first(pictures)
        for convolution in others:
            grid = convolution(functional.leaky_relu(grid, SLOPE))
            grid = functional.layer_norm(grid.float(), grid.shape[1:])
        features = grid.flatten(1).float()
        logits: Tensor = self.head(functional.leaky_relu(features, SLOPE))[:, 0]
        return logits.float(), features


def held_still(network: nn.Module, inputs: Tensor) -> Any:
    """Return what a network says, with gradients for its inputs but none for its weights."""
    weights = {name: each.detach() for name, each in network.named_parameters()}
    return functional_call(network, weights, (inputs,))


def missed(true: Tensor, false: Tensor) -> Tensor:
    """Return the loss of a discriminator in nats, a scalar, of its logits of both kinds."""
    return (functional.softplus(-true).mean() + functional.softplus(false).mean()) / 2


def parameter_group(network: nn.Module, learning_rate: float) -> dict[str, Any]:
    """Return Adam's parameter group of a discriminator."""
    return {"params": list(network.parameters()), "lr": learning_rate, "betas": BETAS}


class JudgedLatents(Objective):
    """Mixin: a discriminator of latents learns beside the objective; settings say what it is."""

    def __init__(self, settings: Any, facts: TrainingFacts) -> None:
        """Make the networks and the discriminator."""
        super().__init__(settings, facts)
        self.adversary = Discriminator(settings.latents, settings)

    @property
    def discriminator(self) -> Discriminator:
        """The adversary."""
        assert isinstance(self.adversary, Discriminator)
        return self.adversary

    def parameter_groups(self, learning_rate: float) -> list[dict[str, Any]]:
        """Return the networks' parameters, and the discriminator's with a rate of its own."""
        settings: Any = self.settings
        own = parameter_group(self.discriminator, settings.discriminator_learning_rate)
        return [*super().parameter_groups(learning_rate), own]
