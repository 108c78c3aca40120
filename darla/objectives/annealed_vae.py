"""Annealed VAE: the KL is held at a capacity that grows (Burgess et al., 2018, eq. 8).

Loss: -E_q log p(x | z) + gamma |KL(q(z | x) || N(0, I)) - C|, with C growing linearly from 0 to
``capacity`` nats over ``capacity_steps`` steps, then staying there. What explains most of the
picture is learnt first, and each later nat must find something new to say.
"""

from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from torch import Tensor

from darla.objectives.vae import VAESettings, VariationalAutoencoder
from darla.running.ranges import AtLeastZero, Positive, PositiveInt


@dataclass(frozen=True)
class AnnealedVAESettings(VAESettings):
    """Annealed VAE; see :mod:`darla.objectives.annealed_vae`."""

    objective: ClassVar[str] = "annealed_vae"

    capacity: AtLeastZero = 20.0
    """Nats that the latents may carry in the end."""
    capacity_steps: PositiveInt | None = None
    """Steps in which the capacity grows from 0; half of the run by default."""
    gamma: Positive = 100.0
    """Cost of each nat of KL away from the capacity."""


class AnnealedVAE(VariationalAutoencoder):
    """The VAE whose latents are given a growing budget of nats."""

    settings_class = AnnealedVAESettings
    settings: AnnealedVAESettings

    @property
    def capacity_steps(self) -> int:
        """How many steps the capacity takes to grow."""
        return self.settings.capacity_steps or max(1, self.facts.steps // 2)

    def capacity(self, step: Tensor) -> Tensor:
        """Return C at ``step``, in nats."""
        share = torch.clamp(step / self.capacity_steps, 0.0, 1.0)
        return share * self.settings.capacity

    def kl_cost(self, kl: Tensor, step: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
        """Charge gamma for every nat away from the present capacity."""
        capacity = self.capacity(step)
        gamma = self.settings.gamma
        terms = {"capacity": capacity, **self.beta_terms(gamma)}
        return gamma * (kl.sum() - capacity).abs(), terms

    def effective_settings(self) -> dict[str, Any]:
        """Return the capacity's schedule and gamma."""
        return {
            **super().effective_settings(),
            "capacity": self.settings.capacity,
            "capacity_steps": self.capacity_steps,
            "gamma": self.settings.gamma,
        }
