"""A decoder for eyes: pictures of what a trained encoder sees, as sharp as its latents allow.

The decoder that an encoder is trained with serves its loss, which may hardly see grain, or have
blurred what is small. Here the encoder of a bundle stays as it is, and a larger decoder learns to
draw from its means. Loss: the mean absolute error of pixels, plus ``_SIMILARITY`` (1 - SSIM), a
mixture that sees both edges and colours (Zhao et al., 2017, "Loss functions for image restoration
with neural networks"). The bundle that it leaves has the old encoder, whose latents are the same to
the last bit, and the new decoder.

It is no objective to choose, but what ``readout_epochs`` adds to the training of any.
"""

import dataclasses
from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from torch import Tensor

from darla.encoder.frozen_encoder import FrozenEncoder
from darla.encoder.likelihoods import squared_error
from darla.encoder.networks import MemoryEncoder
from darla.encoder.structural_similarity import structural_similarity
from darla.objectives.base import FrameChunks, LossTerms, Objective, Stage, TrainingFacts
from darla.objectives.settings import ObjectiveSettings

NETWORK = "readout"
"""Architecture of the decoder."""
_SIMILARITY = 0.3
"""What is lost where the structural similarity (SSIM) is 0, beside the mean absolute error."""


@dataclass(frozen=True)
class ReadoutSettings(ObjectiveSettings):
    """Those of its encoder hold; see :mod:`darla.objectives.readout`."""

    objective: ClassVar[str] = "readout"


class Readout(Objective):
    """A decoder that learns to draw what a frozen encoder sees."""

    settings_class = ReadoutSettings

    def __init__(self, bundle: FrozenEncoder, facts: TrainingFacts, place: str) -> None:
        """Take the encoder of a bundle, and make the decoder.

        ``place`` is the folder that the bundle with the new decoder is written to.
        """
        shape = dataclasses.replace(bundle.encoder.shape, decoder=NETWORK, conditions=0)
        super().__init__(ReadoutSettings(), facts, shape)
        self.encoder = bundle.trainable_copy().requires_grad_(False).eval()
        self._described = bundle.config
        self._place = place
        if shape.memory:  # latents are those of frames in their order
            settings = bundle.config["objective"].get("settings", {})
            self.sequence_length = settings.get("sequence_length", 1)

    @property
    def name(self) -> str:
        """What the encoder was trained as."""
        name: str = self._described["objective"]["name"]
        return name

    def stages(self) -> list[Stage]:
        """Return the one stage, which writes the bundle."""
        facts = self.facts
        return [Stage(NETWORK, self, facts.epochs, facts.learning_rate, self._place)]

    def losses(self, pictures: Tensor, step: Tensor) -> LossTerms:
        """Compare pictures of the encoder's means with the frames."""
        with torch.no_grad():
            latents = self.encoder(pictures).mu
        return self._compared(latents, pictures)

    def losses_given(self, pictures: Tensor, step: Tensor, given: Tensor | None) -> LossTerms:
        """Do the same of sequences, if the encoder has a memory."""
        if given is None or not isinstance(self.encoder, MemoryEncoder):
            return self.losses(pictures, step)
        with torch.no_grad():
            told = given.view(self.sequence_length, -1, given.shape[1])
            latents = self.encoder.follow(pictures, told).latents.flatten(0, 1)
        return self._compared(latents, pictures)

    def _compared(self, latents: Tensor, pictures: Tensor) -> LossTerms:
        """Draw latents (N, z), and compare what is drawn with the frames."""
        drawn = torch.sigmoid(self.decoder(latents))
        absolute = (drawn - pictures).abs().mean()
        alike = structural_similarity(drawn, pictures).mean()
        loss = absolute + _SIMILARITY * (1.0 - alike)
        terms = {
            "loss/reconstruction": loss,
            "loss/pixel": squared_error(drawn, pictures).mean(),
            "loss/absolute": absolute,
            "structural_similarity": alike,
        }
        return LossTerms(loss, terms)

    def latent_roles(self, pairs: FrameChunks) -> dict[str, list[int]]:
        """Return what the encoder's bundle says."""
        return dict(self._described.get("latent_roles", {}))

    def parameter_groups(self, learning_rate: float) -> list[dict[str, Any]]:
        """Return the decoder's parameters."""
        return [{"params": [*self.decoder.parameters()], "lr": learning_rate}]

    def effective_settings(self) -> dict[str, Any]:
        """Return what the encoder was trained with, and how often the decoder saw each frame."""
        of_encoder: dict[str, Any] = self._described["objective"].get("settings", {})
        return {**of_encoder, "readout_epochs": self.facts.epochs}
