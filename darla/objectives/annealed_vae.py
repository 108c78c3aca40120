"""Annealed VAE: the KL is held at a capacity that grows (Burgess et al., 2018, eq. 8).

Loss: -E_q log p(x | z) + gamma |KL(q(z | x) || N(0, I)) - C|, with C growing linearly from 0 to
``capacity`` nats over ``capacity_steps`` steps, then staying there. What explains most of the
picture is learnt first, and each later nat must find something new to say.
"""

from typing import Any, ClassVar

import torch
from torch import Tensor

from darla.encoder.networks import NetworkShape
from darla.objectives.base import TrainingFacts, network_shape
from darla.objectives.vae import VariationalAutoencoder
from darla.vision.config import VisionConfig


class AnnealedVAE(VariationalAutoencoder):
    """The VAE whose latents are given a growing budget of nats."""

    name: ClassVar[str] = "annealed_vae"
    uses: ClassVar[frozenset[str]] = VariationalAutoencoder.uses | {
        "capacity",
        "capacity_steps",
        "gamma",
    }

    def __init__(self, config: VisionConfig, shape: NetworkShape, capacity_steps: int) -> None:
        super().__init__(config, shape)
        self.capacity_steps = capacity_steps

    @classmethod
    def build(cls, config: VisionConfig, facts: TrainingFacts) -> "AnnealedVAE":
        """Make the untrained model; the capacity grows for half of the run if not configured."""
        capacity_steps = config.capacity_steps or max(1, facts.steps // 2)
        shape = network_shape(config, facts, posterior="gaussian")
        return cls(config, shape, capacity_steps)

    def capacity(self, step: Tensor) -> Tensor:
        """Return C at ``step``, in nats."""
        share = torch.clamp(step / self.capacity_steps, 0.0, 1.0)
        return share * self.config.capacity

    def kl_cost(self, kl: Tensor, step: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
        """Charge gamma for every nat away from the present capacity."""
        capacity = self.capacity(step)
        gamma = self.config.gamma
        terms = {"capacity": capacity, **self.beta_terms(gamma)}
        return gamma * (kl.sum() - capacity).abs(), terms

    def settings(self) -> dict[str, Any]:
        """Return the capacity's schedule and gamma."""
        return {
            **super().settings(),
            "capacity": self.config.capacity,
            "capacity_steps": self.capacity_steps,
            "gamma": self.config.gamma,
        }
