"""A prior of latents that is learnt: a normal distribution, bent by steps that can be undone.

log p(z) = log N(f(z); 0, I) + log |det df/dz|, where f is a sequence of steps, each a mixture of
all latents (Kingma & Dhariwal, 2018, "Glow", section 3.2) and an affine coupling, which scales and
shifts half of them by what the other half says (Dinh et al., 2017, "Density estimation using Real
NVP", section 3.2). The determinants of both are products of a few numbers.
"""

import math
from abc import ABC, abstractmethod

import torch
from torch import Tensor, nn

_MOST_LOG_SCALE = 2.0  # of a coupling, so that no latent's step can explode


class FlowPrior(nn.Module):
    """The density of latents; at first that of N(0, I).

    Attributes:
        latents: z, at least 2.
    """

    def __init__(self, latents: int, steps: int, units: int) -> None:
        """Make so many steps, whose couplings have two layers of so many units."""
        super().__init__()
        self.latents = latents
        self.steps = nn.ModuleList()
        for _ in range(steps):
            self.steps.extend([_Mixture(latents), _Coupling(latents, units)])

    def forward(self, latents: Tensor) -> tuple[Tensor, Tensor]:
        """Return f of latents, (N, z), and log |det df/dz|, (N,), in their own type."""
        values, log_det = latents, latents.new_zeros(len(latents))
        with torch.autocast(latents.device.type, enabled=False):
            for step in self.steps:
                values, added = step(values)
                log_det = log_det + added
        return values, log_det

    def inverse(self, values: Tensor) -> Tensor:
        """Return the latents that f maps to values; both (N, z)."""
        for step in reversed(self.steps):
            assert isinstance(step, _Step)
            values = step.inverse(values)
        return values

    def log_density(self, latents: Tensor) -> Tensor:
        """Return log p(z) of latents (N, z), in nats; (N,)."""
        values, log_det = self(latents)
        density: Tensor = standard_normal_log_density(values) + log_det
        return density


def standard_normal_log_density(latents: Tensor) -> Tensor:
    """Return log N(z; 0, I) of latents (N, z), in nats; (N,)."""
    return -0.5 * (latents.square() + math.log(2 * math.pi)).sum(dim=1)


class _Step(nn.Module, ABC):
    """A map of latents that can be undone."""

    @abstractmethod
    def forward(self, values: Tensor) -> tuple[Tensor, Tensor]:
        """Return what values, (N, z), become, and log |det| of the Jacobian, (N,) or ()."""

    @abstractmethod
    def inverse(self, values: Tensor) -> Tensor:
        """Return what becomes values, (N, z)."""


class _Mixture(_Step):
    """Each latent becomes a sum of all: z to P L U z + b, with triangular L and U.

    P turns the order of latents round, so that a coupling moves what the one before has kept. One
    matrix holds L below its diagonal, U above it, and on it the logarithms of U's own.
    """

    def __init__(self, latents: int) -> None:
        super().__init__()
        self.weights = nn.Parameter(torch.zeros(latents, latents))
        self.shift = nn.Parameter(torch.zeros(latents))

    def forward(self, values: Tensor) -> tuple[Tensor, Tensor]:
        lower, upper = self._triangles()
        mixed = (values @ upper.T @ lower.T).flip(1) + self.shift
        return mixed, self.weights.diagonal().sum()

    def inverse(self, values: Tensor) -> Tensor:
        lower, upper = self._triangles()
        turned = (values - self.shift).flip(1).T
        half = torch.linalg.solve_triangular(lower, turned, upper=False, unitriangular=True)
        undone: Tensor = torch.linalg.solve_triangular(upper, half, upper=True).T
        return undone

    def _triangles(self) -> tuple[Tensor, Tensor]:
        """Return L and U."""
        diagonal = self.weights.diagonal()
        lower = self.weights.tril(-1) + torch.diag(torch.ones_like(diagonal))
        return lower, self.weights.triu(1) + torch.diag(diagonal.exp())


class _Coupling(_Step):
    """The second half of latents is scaled and shifted by what the first half says."""

    def __init__(self, latents: int, units: int) -> None:
        super().__init__()
        self.kept = latents // 2
        self.network = nn.Sequential(
            nn.Linear(self.kept, units), nn.ReLU(), nn.Linear(units, units), nn.ReLU()
        )
        self.last = nn.Linear(units, 2 * (latents - self.kept))
        nn.init.zeros_(self.last.weight)  # at first nothing is moved
        nn.init.zeros_(self.last.bias)

    def forward(self, values: Tensor) -> tuple[Tensor, Tensor]:
        kept, moved = values[:, : self.kept], values[:, self.kept :]
        log_scale, shift = self._move(kept)
        moved = moved * log_scale.exp() + shift
        return torch.cat([kept, moved], dim=1), log_scale.sum(dim=1)

    def inverse(self, values: Tensor) -> Tensor:
        kept, moved = values[:, : self.kept], values[:, self.kept :]
        log_scale, shift = self._move(kept)
        return torch.cat([kept, (moved - shift) * (-log_scale).exp()], dim=1)

    def _move(self, kept: Tensor) -> tuple[Tensor, Tensor]:
        """Return the logarithm of the scale, within limits, and the shift of the second half."""
        raw, shift = self.last(self.network(kept)).chunk(2, dim=1)
        return _MOST_LOG_SCALE * torch.tanh(raw / _MOST_LOG_SCALE), shift
