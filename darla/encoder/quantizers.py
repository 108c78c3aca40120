"""Latents that can be a few values alone: what an encoder says becomes the nearest of its codes.

Rounding has no gradient of use. Gradients are passed through it as if it had not been done
(straight-through, Bengio et al., 2013, "Estimating or propagating gradients through stochastic
neurons"), so that an encoder can be trained through its codes.
"""

import math
from abc import ABC, abstractmethod

import numpy as np
import torch
from torch import Tensor, nn

from darla.encoder.network_shape import NetworkShape

_SMALLEST_STD = 1e-6


class Quantizer(nn.Module, ABC):
    """Values, a group of latents at a time, to the code that they are nearest to.

    Attributes:
        codes: K, how many codes a group of latents has.
        groups: G, how many groups there are; each of z / G latents.
        mean, std: float32 (z,), of an encoder's values; buffers. What is quantised is standardised.
    """

    def __init__(self, shape: NetworkShape) -> None:
        super().__init__()
        self.codes = shape.codes
        self.groups = shape.latents // shape.code_size
        self.mean: Tensor
        self.std: Tensor
        self.register_buffer("mean", torch.zeros(shape.latents))
        self.register_buffer("std", torch.ones(shape.latents))

    def forward(self, outputs: Tensor) -> Tensor:
        """Return the codes of an encoder's outputs, both float32 (N, z), straight through."""
        values = (outputs - self.mean) / self.std.clamp_min(_SMALLEST_STD)
        return self.straight_through(values, self.indices(values))

    def straight_through(self, values: Tensor, indices: Tensor) -> Tensor:
        """Return codes by their indices (N, G), with the gradient of :meth:`smooth` of values.

        They are the codes to the last bit, float32 (N, z); the codes themselves get no gradient.
        """
        smooth = self.smooth(values)
        return self.code_values(indices).detach() + (smooth - smooth.detach())

    @torch.no_grad()
    def follow(self, mean: Tensor, std: Tensor, rate: float | Tensor) -> None:
        """Move mean and std, by a rate from 0 to 1, to those of other outputs, float32 (z,)."""
        self.mean.copy_(torch.lerp(self.mean, mean, rate))
        self.std.copy_(torch.lerp(self.std, std, rate))

    def smooth(self, values: Tensor) -> Tensor:
        """Return what is rounded, float32 (N, z), before it is."""
        return values

    @abstractmethod
    def indices(self, values: Tensor) -> Tensor:
        """Return which code of its group values float32 (N, z) become; int64 (N, G), below K."""

    @abstractmethod
    def code_values(self, indices: Tensor) -> Tensor:
        """Return codes by their indices, int64 (N, G); float32 (N, z)."""


class FiniteScalarQuantizer(Quantizer):
    """Each latent is one of K numbers, evenly spaced from -1 to 1; nothing is learnt.

    Finite scalar quantisation (Mentzer et al., 2023, arXiv 2309.15505): a value is bounded by tanh
    and rounded. In the paper the outermost numbers are half as wide in tanh as the others, and for
    even K the middle is one of them; here all are as wide, and as many are above 0 as below.
    """

    def smooth(self, values: Tensor) -> Tensor:
        """Bound values, so that rounding to one of the numbers moves each by 1 / (K - 1) at most.

        That is K / (K - 1) tanh, of which each of the numbers takes an equal share.
        """
        return torch.tanh(values) * (self.codes / (self.codes - 1))

    def indices(self, values: Tensor) -> Tensor:
        """Return the number of the interval of tanh that each value lies in; int64 (N, z)."""
        places = (torch.tanh(values) + 1) * (self.codes / 2)
        return places.floor().clamp(0, self.codes - 1).long()

    def code_values(self, indices: Tensor) -> Tensor:
        """Return numbers from -1 to 1 by their indices, int64 (N, z); float32 (N, z)."""
        return indices.float() * (2 / (self.codes - 1)) - 1


class CodebookQuantizer(Quantizer):
    """Each group of latents is one of K learnt codes, the nearest by squared distance.

    With one latent in a group they are numbers, with more they are vectors (product quantisation,
    Jegou et al., 2011). How codes are learnt is for objectives to say.

    Attributes:
        codebook: float32 (G, K, z / G); a buffer, unless :meth:`learn_by_gradient` is called.
    """

    def __init__(self, shape: NetworkShape) -> None:
        """Make random codes, of about the length 1."""
        super().__init__(shape)
        self.codebook: Tensor
        codes = torch.randn(self.groups, self.codes, shape.code_size) / math.sqrt(shape.code_size)
        self.register_buffer("codebook", codes)

    def learn_by_gradient(self) -> None:
        """Make the codebook a parameter; saved weights stay the same."""
        codes = self.codebook
        del self.codebook
        self.codebook = nn.Parameter(codes)

    def grouped(self, values: Tensor) -> Tensor:
        """Return values (N, z) by group, (N, G, z / G)."""
        grouped: Tensor = values.unflatten(1, (self.groups, -1))
        return grouped

    def indices(self, values: Tensor) -> Tensor:
        """Return which code of its group is nearest, int64 (N, G); the first of several."""
        apart = self.grouped(values.detach())[:, :, None] - self.codebook.detach()
        return apart.square().sum(dim=3).argmin(dim=2)

    def code_values(self, indices: Tensor) -> Tensor:
        """Return codes by their indices, int64 (N, G); float32 (N, z)."""
        groups = torch.arange(self.groups, device=indices.device)
        return self.codebook[groups, indices].flatten(1)


def share_in_use(indices: Tensor, codes: int) -> Tensor:
    """Return the share of K codes that indices, int64 (N, G), have; a mean over groups, ()."""
    return chosen_codes(indices, codes).amax(dim=0).mean()


def chosen_codes(indices: Tensor, codes: int) -> Tensor:
    """Return 1 for each code that indices, int64 (N, G), have, and 0 for others; (N, G, K).

    Float32. Torch's own ``one_hot`` looks at indices before, for which a device would be waited.
    """
    return (indices[..., None] == torch.arange(codes, device=indices.device)).float()


def codes_in_use(latents: np.ndarray, shape: NetworkShape) -> float | None:
    """Return the share of its codes that an encoder of this shape makes use of.

    Latents, (N, z), are of frames of which there should be many times as many as codes. It is a
    mean over groups of latents; None where latents are not quantised.
    """
    if not shape.quantized:
        return None
    groups = np.split(latents, shape.latents // shape.code_size, axis=1)
    return float(np.mean([len(np.unique(each, axis=0)) for each in groups]) / shape.codes)


QUANTIZERS: dict[str, type[Quantizer]] = {
    "fsq": FiniteScalarQuantizer,
    "codebook": CodebookQuantizer,
}
"""By the posterior of a :class:`NetworkShape`."""
