"""What a network architecture is: an encoder and a decoder of one shape, found by name.

To add one, write a file with a subclass of :class:`Encoder` and one of :class:`Decoder`, and
register both as an :class:`Architecture` in :data:`NETWORKS`, or by an entry point of the group
``darla.networks``. ``--network`` then takes its name; bundles hold it, and load where it is known.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from typing import NamedTuple

import torch
from torch import Tensor, nn

from darla.encoder.flow_prior import FlowPrior, standard_normal_log_density
from darla.encoder.network_shape import NetworkShape
from darla.encoder.quantizers import QUANTIZERS
from darla.encoder.recurrent_state import RecurrentState, States
from darla.running.registry import Registry

LOGVAR_LIMIT = 10.0
_UNITS = 256  # that see a frame, of a shape without hidden units


class Posterior(NamedTuple):
    """What an encoder says about the latents of each picture."""

    mu: Tensor
    """float32 (N, z), the mean, or the value itself of a posterior without spread."""
    logvar: Tensor | None
    """float32 (N, z), the logarithm of the variance, within +-``LOGVAR_LIMIT``; None for a
    posterior without spread."""


class _Network(nn.Module, ABC):
    """An encoder or a decoder.

    Attributes:
        shape: what decided its weights' shapes.
    """

    def __init__(self, shape: NetworkShape) -> None:
        """Remember the shape; subclasses make their layers."""
        super().__init__()
        self.shape = shape


class Encoder(_Network):
    """Pictures to latents.

    Attributes:
        prior: what is learnt of how likely latents are; None for N(0, I), or for no prior.
    """

    def __init__(self, shape: NetworkShape) -> None:
        """Make the prior that the shape asks for."""
        super().__init__(shape)
        self.prior = FlowPrior(shape.latents, *shape.flow) if shape.flow else None

    @abstractmethod
    def forward(self, pictures: Tensor) -> Posterior:
        """Encode float pictures (N, 3, H, W) in [0, 1]; see :meth:`posterior_of`."""

    def posterior_of(self, outputs: Tensor) -> Posterior:
        """Cut a last layer's outputs, (N, :meth:`outputs`), into the posterior."""
        if self.shape.posterior == "point":
            return Posterior(outputs, None)
        mu, logvar = outputs.chunk(2, dim=1)
        return Posterior(mu, logvar.clamp(-LOGVAR_LIMIT, LOGVAR_LIMIT))

    def log_density(self, latents: Tensor) -> Tensor:
        """Return the logarithm of the prior's density of latents, float32 (N, z), in nats; (N,).

        A ValueError where latents have no prior, as those of a posterior without spread.
        """
        if self.shape.posterior != "gaussian":
            raise ValueError(
                f"latents of posterior {self.shape.posterior!r} have no prior, and no density; "
                "train a variational objective, such as flow_vae"
            )
        if self.prior is None:
            return standard_normal_log_density(latents)
        return self.prior.log_density(latents)

    def outputs(self) -> int:
        """Return how many outputs a last layer needs: mu and logvar, or one value, per latent."""
        return self.shape.latents * (2 if self.shape.posterior == "gaussian" else 1)

    def layers(self) -> list[str]:
        """Return the names of the layers that :meth:`features` knows, the first ones first."""
        return ["bottleneck"]

    def features(self, pictures: Tensor, layer: str) -> Tensor:
        """Return the output of one of :meth:`layers`, flattened to float32 (N, features).

        ``bottleneck`` is mu. Pictures are float (N, 3, H, W) in [0, 1].
        """
        mu: Tensor = self(pictures).mu
        return mu

    def lower(self, dtype: torch.dtype) -> "Encoder":
        """Keep weights in a shorter type from now on; pictures and outputs stay float32.

        Architectures that do not say how stay as they are, which is right and only slower.
        """
        return self


class QuantizedEncoder(Encoder):
    """Pictures to latents that can be a few values alone, whatever the architecture.

    Attributes:
        continuous: the encoder whose values are rounded, with a point posterior.
        quantizer: rounds them.
    """

    def __init__(self, shape: NetworkShape) -> None:
        super().__init__(shape)
        self.continuous = make_encoder(replace(shape, posterior="point", codes=0, code_size=1))
        self.quantizer = QUANTIZERS[shape.posterior](shape)

    def forward(self, pictures: Tensor) -> Posterior:
        """Encode float pictures (N, 3, H, W) in [0, 1] to codes, straight through."""
        return Posterior(self.quantizer(self.continuous(pictures).mu), None)

    def layers(self) -> list[str]:
        """Return the names of the layers that :meth:`features` knows."""
        return self.continuous.layers()

    def features(self, pictures: Tensor, layer: str) -> Tensor:
        """Return one layer's output; that of ``bottleneck`` is quantised."""
        if layer == "bottleneck":
            return super().features(pictures, layer)
        return self.continuous.features(pictures, layer)

    def lower(self, dtype: torch.dtype) -> "QuantizedEncoder":
        """Keep the weights in a shorter type; codes stay the same numbers."""
        self.continuous.lower(dtype)
        return self


class MemoryEncoder(Encoder):
    """Pictures, and what was before them, to latents, whatever the architecture.

    Attributes:
        seen: the encoder of single pictures.
        state: how latents follow those before.
    """

    def __init__(self, shape: NetworkShape) -> None:
        super().__init__(shape)
        memory = shape.memory
        assert memory is not None, "only shapes with a memory have this encoder"
        units = shape.hidden_units or _UNITS
        self.seen = make_encoder(replace(shape, latents=units, memory=None))
        size = shape.latents - memory.units
        self.state = RecurrentState(size, memory.units, memory.told, units, units)

    def forward(self, pictures: Tensor) -> Posterior:
        """Encode float pictures (N, 3, H, W) in [0, 1], each as the first of an episode."""
        assert self.shape.memory is not None
        told = pictures.new_zeros(1, len(pictures), self.shape.memory.told, dtype=torch.float32)
        told[..., -1] = 1
        return Posterior(self.follow(pictures, told).latents[0], None)

    def follow(
        self, pictures: Tensor, told: Tensor, before: Tensor | None = None, draw: bool = False
    ) -> States:
        """Encode T pictures of n sequences, float (T n, 3, H, W) in [0, 1], the first of all first.

        For what is told, (T, n, m), see :mod:`darla.encoder.told_actions`; the states before, (n,
        z), are all 0 when None. The latents found, (T, n, z), are means, or drawn.
        """
        steps, count, _ = told.shape
        seen = self.seen(pictures).mu.view(steps, count, -1)
        if before is None:
            before = seen.new_zeros(count, self.shape.latents, dtype=torch.float32)
        return self.state.follow(seen, told, before, draw)

    def layers(self) -> list[str]:
        """Return the names of the layers that :meth:`features` knows."""
        return self.seen.layers()

    def features(self, pictures: Tensor, layer: str) -> Tensor:
        """Return one layer's output; that of ``bottleneck`` is as of the first of an episode."""
        if layer == "bottleneck":
            return super().features(pictures, layer)
        return self.seen.features(pictures, layer)

    def lower(self, dtype: torch.dtype) -> "MemoryEncoder":
        """Keep the weights that see pictures in a shorter type."""
        self.seen.lower(dtype)
        return self


class Decoder(_Network):
    """Latents to the logits of a picture; its sigmoid is the picture."""

    @abstractmethod
    def forward(self, latents: Tensor) -> Tensor:
        """Decode float latents (N, z) to float32 logits (N, 3, H, W)."""


class ConditionedDecoder(Decoder):
    """Latents, and numbers beside them, to the logits of a picture, whatever the architecture.

    Of latents alone it draws what it would of numbers that are all 0.

    Attributes:
        joint: decodes latents and numbers end to end.
    """

    def __init__(self, shape: NetworkShape) -> None:
        super().__init__(shape)
        inputs = shape.latents + shape.conditions
        plain = replace(shape, latents=inputs, posterior="point", codes=0, code_size=1)
        self.joint = make_decoder(replace(plain, conditions=0))

    def forward(self, latents: Tensor) -> Tensor:
        """Decode float latents (N, z) to float32 logits (N, 3, H, W)."""
        return self.given(latents, latents.new_zeros(len(latents), self.shape.conditions))

    def given(self, latents: Tensor, conditions: Tensor) -> Tensor:
        """Decode float latents (N, z) and numbers (N, m) to float32 logits (N, 3, H, W)."""
        logits: Tensor = self.joint(torch.cat([latents, conditions], dim=1))
        return logits


@dataclass(frozen=True)
class Architecture:
    """An encoder and a decoder that belong together; both are made of a shape alone."""

    encoder: type[Encoder]
    """Raises a ValueError for shapes that it cannot have."""
    decoder: type[Decoder]
    """The same."""


def _check(name: str, thing: Architecture) -> None:
    """Check what somebody registers as an architecture."""
    parts = (getattr(thing, "encoder", None), getattr(thing, "decoder", None))
    good = [isinstance(part, type) for part in parts] == [True, True]
    if not (good and issubclass(thing.encoder, Encoder) and issubclass(thing.decoder, Decoder)):
        raise ValueError(
            f"the network {name!r} is {thing!r}; expected an Architecture of an Encoder and a "
            "Decoder, both subclasses of those in darla.encoder.networks"
        )


NETWORKS: Registry[Architecture] = Registry("network", "darla.networks", _check)
"""Architectures by name."""

NETWORKS.register("conv", "darla.encoder.conv_network:CONV")
NETWORKS.register("ladder", "darla.encoder.ladder_network:LADDER")
NETWORKS.register("linear", "darla.encoder.linear_network:LINEAR")
NETWORKS.register("painted", "darla.encoder.painted_network:PAINTED")
NETWORKS.register("readout", "darla.encoder.readout_network:READOUT")


def make_encoder(shape: NetworkShape) -> Encoder:
    """Make an untrained encoder of the architecture that ``shape`` names.

    A ValueError where there is none of that name, or it cannot have that shape.
    """
    if shape.memory:
        return MemoryEncoder(shape)
    return (QuantizedEncoder if shape.quantized else NETWORKS[shape.network].encoder)(shape)


def make_decoder(shape: NetworkShape) -> Decoder:
    """Make an untrained decoder, as :func:`make_encoder` makes an encoder.

    It is of the architecture that the shape names for it, where it names one.
    """
    kind = NETWORKS[shape.decoder or shape.network].decoder
    return (ConditionedDecoder if shape.conditions else kind)(shape)


def to_pictures(frames: Tensor) -> Tensor:
    """Turn uint8 frames (N, H, W, 3) into float32 pictures (N, 3, H, W) in [0, 1].

    The result lies in memory as the frames do (channels last), which convolutions are fastest on.
    """
    return frames.permute(0, 3, 1, 2).float().div(255)


def to_frames(pictures: Tensor) -> Tensor:
    """Turn float pictures (N, 3, H, W) in [0, 1] into uint8 frames (N, H, W, 3)."""
    return pictures.mul(255).round().clamp(0, 255).to(torch.uint8).permute(0, 2, 3, 1)
