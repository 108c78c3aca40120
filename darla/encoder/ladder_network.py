"""Latents at several depths of one network, each level told by those above it.

Bottom-up the encoder is the convolutional one. The top level is inferred from its last layer; each
level below also from a convolution further down, where more of where things are is left, and from
the latents above: q(z | x) = q(z_1 | x) q(z_2 | x, z_1) ... (Sonderby et al., 2016, "Ladder
variational autoencoders"; Child, 2021). Top-down the decoder is the convolutional one too: it
begins with the top level, and the others come in one convolution later each.

The prior of a level below the top is Gaussian and depends on the levels above: p(z_2 | z_1) =
N(mean(z_1), std(z_1)^2). What encoder and decoder call latents is what that prior leaves open,
(z_2 - mean) / std, as NVAE's residuals are (Vahdat & Kautz, 2020, section 3.2). It changes no KL,
and so all latents together have the prior N(0, I) that every other encoder's have, and the KL of
each is that from a standard normal.
"""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from darla.encoder.conv_network import ConvDecoder, ConvEncoder, grid_of
from darla.encoder.likelihoods import sample_latents
from darla.encoder.network_shape import NetworkShape
from darla.encoder.networks import LOGVAR_LIMIT, Architecture, Posterior

_UNITS = 64  # of the levels below the top, where the shape has no hidden units


def level_sizes(shape: NetworkShape) -> tuple[int, ...]:
    """Return how many latents each level has, the top one first.

    A ValueError where there are more levels than convolutions.
    """
    sizes = shape.levels or (shape.latents,)
    if len(sizes) > len(shape.channels):
        raise ValueError(
            f"{len(sizes)} levels of latents need as many convolutions, but channels are "
            f"{shape.channels}; use fewer levels, or more layers"
        )
    return sizes


class LadderEncoder(ConvEncoder):
    """Pictures to latents, level by level from the top."""

    def __init__(self, shape: NetworkShape) -> None:
        super().__init__(shape)
        self.sizes = level_sizes(shape)
        each = self.outputs() // shape.latents
        self.below = nn.ModuleList(
            _InferredBelow(
                _values_after(shape, len(shape.channels) - number),
                sum(self.sizes[:number]),
                shape.hidden_units or _UNITS,
                each * self.sizes[number],
            )
            for number in range(1, len(self.sizes))
        )

    def forward(self, pictures: Tensor) -> Posterior:
        """Encode float pictures (N, 3, H, W) in [0, 1]; levels are told the means above them."""
        return self._descend(pictures, lambda posterior: posterior.mu)[0]

    def sampled(self, pictures: Tensor) -> tuple[Posterior, Tensor]:
        """Draw latents, float32 (N, z), level by level, each told those that were drawn above it.

        They come after the posterior that each was drawn from, which needs to have a spread.
        """
        return self._descend(pictures, _drawn)

    def lower(self, dtype: torch.dtype) -> "LadderEncoder":
        """Keep the weights that see pictures in that type."""
        super().lower(dtype)
        for level in self.below:
            level.seen.to(dtype)
        return self

    def _descend(
        self, pictures: Tensor, choose: Callable[[Posterior], Tensor]
    ) -> tuple[Posterior, Tensor]:
        """Infer level after level, and tell each what was chosen of the posteriors above."""
        grids = self._grids(pictures)
        # The last layer has a say in every level, in the order of a network without levels.
        whole = self._head(grids[-1]).split(self.shape.latents, dim=1)  # mu, and logvar if any
        parts = [part.split(self.sizes, dim=1) for part in whole]
        posterior = self.posterior_of(torch.cat([part[0] for part in parts], dim=1))
        chosen, found = choose(posterior), [posterior]
        for number, level in enumerate(self.below, start=1):
            outputs = torch.cat([part[number] for part in parts], dim=1)
            posterior = self.posterior_of(outputs + level(grids[-1 - number], chosen))
            found.append(posterior)
            chosen = torch.cat([chosen, choose(posterior)], dim=1)
        mu = torch.cat([each.mu for each in found], dim=1)
        logvars = [each.logvar for each in found if each.logvar is not None]
        return Posterior(mu, torch.cat(logvars, dim=1) if logvars else None), chosen

    def _grids(self, pictures: Tensor) -> list[Tensor]:
        """Return the output of each convolution."""
        grids = [pictures.to(next(self.convolutions.parameters()).dtype)]
        for convolution in self.convolutions:
            grids.append(torch.relu_(convolution(grids[-1])))
        return grids[1:]


class LadderDecoder(ConvDecoder):
    """Latents to the logits of a picture, each level one convolution later than the one above."""

    def __init__(self, shape: NetworkShape) -> None:
        sizes = level_sizes(shape)
        top = NetworkShape(shape.image_shape, shape.channels, shape.hidden_units, sizes[0])
        super().__init__(top)
        self.shape = shape
        self.sizes = sizes
        _, height, width = grid_of(shape)
        self.below = nn.ModuleList(
            _DrawnBelow(
                self.sizes[number],
                sum(self.sizes[:number]),
                shape.hidden_units or _UNITS,
                (shape.channels[-1 - number], height << number, width << number),
            )
            for number in range(1, len(self.sizes))
        )

    def forward(self, latents: Tensor) -> Tensor:
        """Decode float latents (N, z) to float32 logits (N, 3, H, W)."""
        own = latents.split(self.sizes, dim=1)
        grid = self._grid(own[0])
        *inner, last = self.convolutions
        for number, convolution in enumerate(inner, start=1):
            grid = convolution(grid)
            if number < len(self.sizes):
                above = torch.cat(own[:number], dim=1)
                grid = grid + self.below[number - 1](own[number], above)
            grid = torch.relu_(grid)
        logits: Tensor = last(grid)
        return logits.float()

    def priors(self, latents: Tensor) -> list[tuple[Tensor, Tensor]]:
        """Return mean and logarithm of the variance of the prior of each level below the top.

        Both are float32 (N, latents of the level), and depend on the latents, (N, z), of the levels
        above it alone. Latents themselves count from that mean, in that standard deviation.
        """
        own = latents.split(self.sizes, dim=1)
        priors = []
        for number, level in enumerate(self.below, start=1):
            assert isinstance(level, _DrawnBelow)
            priors.append(level.prior(torch.cat(own[:number], dim=1)))
        return priors


class _InferredBelow(nn.Module):
    """What a convolution's output and the latents above say of a level's latents."""

    def __init__(self, values: int, above: int, units: int, outputs: int) -> None:
        super().__init__()
        self.seen = nn.Linear(values, units)
        self.told = nn.Linear(above, units)
        self.head = nn.Linear(units, outputs)

    def forward(self, grid: Tensor, above: Tensor) -> Tensor:
        """Map (N, C, H, W) and latents (N, z above) to float32 (N, outputs)."""
        units = torch.relu(self.seen(grid.flatten(1)) + self.told(above))
        with torch.autocast(units.device.type, enabled=False):
            outputs: Tensor = self.head(units.float())
            return outputs


class _DrawnBelow(nn.Module):
    """The prior of a level's latents, and what they add to a grid."""

    def __init__(self, size: int, above: int, units: int, grid: tuple[int, int, int]) -> None:
        super().__init__()
        self.grid = grid
        self.told = nn.Linear(above, units)
        self.open = nn.Linear(units, 2 * size)
        nn.init.zeros_(self.open.weight)  # at first the levels above tell nothing
        nn.init.zeros_(self.open.bias)
        self.shown = nn.Linear(size, grid[0] * grid[1] * grid[2])

    def prior(self, above: Tensor) -> tuple[Tensor, Tensor]:
        """Return mean and logarithm of the variance, float32 (N, size) each."""
        units = torch.relu(self.told(above))
        with torch.autocast(units.device.type, enabled=False):
            mean, logvar = self.open(units.float()).chunk(2, dim=1)
            return mean, logvar.clamp(-LOGVAR_LIMIT, LOGVAR_LIMIT)

    def forward(self, latents: Tensor, above: Tensor) -> Tensor:
        """Return what is added to a grid, (N, C, H, W), for latents as their prior leaves them."""
        mean, logvar = self.prior(above)
        absolute = mean + latents * (0.5 * logvar).exp()
        added: Tensor = self.shown(absolute).view(-1, *self.grid)
        return added


def _values_after(shape: NetworkShape, depth: int) -> int:
    """Return how many values the output of the first ``depth`` convolutions has."""
    height, width, _ = shape.image_shape
    return shape.channels[depth - 1] * (height >> depth) * (width >> depth)


def _drawn(posterior: Posterior) -> Tensor:
    """Draw from a posterior that has a spread."""
    assert posterior.logvar is not None, "there is nothing to draw from a point"
    return sample_latents(posterior.mu, posterior.logvar)


LADDER = Architecture(LadderEncoder, LadderDecoder)
"""Registered as ``ladder``."""
