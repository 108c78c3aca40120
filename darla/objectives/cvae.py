"""CVAE: the decoder is told something of the frame, which latents need not say (Sohn et al., 2015).

Loss: -E_q log p(x | z, c) + beta KL(q(z | x) || N(0, I)). The condition c costs nothing, and every
nat of z does: so z has reason to leave out what c says. It is one of

- a factor that was recorded with the frames, as :mod:`darla.frames.recorded_factors` has it;
- the look of the other frame of a pair of one episode, which shares its look and not its state:
  what a second encoder, that learns with the rest, says of that other frame.

Unlike the paper's, the encoder is not told the condition, nor does the prior depend on it: a
trained encoder sees single frames, of which nothing else is known. The decoder of a bundle draws
what it would of a condition of zeros, which is the mean of all: over the dataset for a factor, over
the batch for the look.
"""

from dataclasses import dataclass, replace
from typing import Any, ClassVar

import torch
from torch import Tensor

from darla.encoder.network_shape import NetworkShape
from darla.encoder.networks import ConditionedDecoder, Encoder, make_encoder
from darla.objectives.base import LossTerms, TrainingFacts
from darla.objectives.beta_vae import BetaVAE, BetaVAESettings
from darla.running.names import nearest
from darla.running.ranges import AtLeastZero, PositiveInt

PARTNER = "partner"
"""The condition that is the look of a pair's other frame."""


@dataclass(frozen=True)
class CVAESettings(BetaVAESettings):
    """CVAE; see :mod:`darla.objectives.cvae`."""

    objective: ClassVar[str] = "cvae"

    beta: AtLeastZero = 1.0
    """What one nat of KL costs."""
    condition: str = PARTNER
    """What the decoder is told: a factor that was recorded with the frames, by name, or partner,
    the look of the other frame of a pair."""
    look_size: PositiveInt = 8
    """Numbers in which the look of the other frame is told."""


class CVAE(BetaVAE):
    """The beta-VAE whose decoder is told a condition.

    Attributes:
        looks: what sees the look of a pair's other frame; None for a recorded factor.
    """

    settings_class = CVAESettings
    settings: CVAESettings
    smallest_batch: ClassVar[int] = 2
    paired = True
    decoder: ConditionedDecoder

    def __init__(
        self, settings: CVAESettings, facts: TrainingFacts, shape: NetworkShape | None = None
    ) -> None:
        """Make the networks; a ValueError where the condition was not recorded."""
        super().__init__(settings, facts, shape)
        self.looks: Encoder | None = None
        if settings.condition == PARTNER:
            own = self.encoder.shape
            self.looks = make_encoder(replace(own, latents=own.conditions, posterior="point"))
        else:
            self.paired, self.factor = False, settings.condition

    def network_shape(self) -> NetworkShape:
        """Return the shape that the settings ask for, with room for the condition."""
        own = self.settings
        told = own.look_size if own.condition == PARTNER else _width(own.condition, self.facts)
        return replace(super().network_shape(), conditions=told)

    def losses(self, pictures: Tensor, step: Tensor) -> LossTerms:
        """Compute the loss of pairs (2 n, 3, H, W), or of pictures of the mean condition."""
        if self.looks is None:
            return super().losses(pictures, step)
        first, second = pictures.chunk(2)
        seen = self.looks(torch.cat([second, first])).mu
        return self._told(pictures, step, seen - seen.mean(dim=0))

    def losses_given(self, pictures: Tensor, step: Tensor, given: Tensor | None) -> LossTerms:
        """Compute the loss of pictures with the numbers of their factor, float32 (N, m)."""
        return self.losses(pictures, step) if given is None else self._told(pictures, step, given)

    def _told(self, pictures: Tensor, step: Tensor, condition: Tensor) -> LossTerms:
        """Compute the loss of pictures whose decoder is told a condition, (N, m)."""
        inferred = self.infer(pictures, step)
        latents = inferred.sample()
        logits = self.decoder.given(latents, condition)
        return self.judged(pictures, step, inferred, latents, logits)

    def parameter_groups(self, learning_rate: float) -> list[dict[str, Any]]:
        """Return the networks, and that which sees the look."""
        groups = super().parameter_groups(learning_rate)
        if self.looks is None:
            return groups
        return [*groups, {"params": [*self.looks.parameters()], "lr": learning_rate}]

    def effective_settings(self) -> dict[str, Any]:
        """Return the condition, and what the beta-VAE has."""
        return {**super().effective_settings(), "condition": self.settings.condition}


def _width(condition: str, facts: TrainingFacts) -> int:
    """Return how many numbers stand for a factor; a ValueError where it was not recorded."""
    known = facts.factors
    if condition not in known:
        named = [PARTNER, *known]
        raise ValueError(
            f"condition is {condition!r}, which the frames were not recorded with; "
            f"{nearest(condition, named)}expected one of: {', '.join(named)}"
        )
    return known[condition]
