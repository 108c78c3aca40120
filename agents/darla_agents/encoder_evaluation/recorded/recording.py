"""What encoders are measured on, and what one of them sees of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from darla.encoder.frozen_encoder import FrozenEncoder
from darla.frames.attributes import FactorDescription
from darla.probes import LabelledLatents, ProbeTarget
from darla_agents.encoder_evaluation.config import EncoderEvaluationConfig
from darla_agents.encoder_evaluation.recorded.domains import Part, Parts
from darla_agents.encoder_evaluation.recorded.factors import LOOK, targets_of
from darla_agents.encoder_evaluation.recorded.frames import RecordedFrames


@dataclass(frozen=True, eq=False)
class Recording:
    """What all encoders are measured on."""

    frames: Sequence[RecordedFrames]
    described: Mapping[str, FactorDescription]
    """The factors that are to be read."""
    parts: Parts
    """Without a bound on their size, which frames in a row need."""
    config: EncoderEvaluationConfig

    def targets(self, dataset: int) -> tuple[ProbeTarget, ...]:
        """Return what is to be read from the frames of a dataset."""
        return targets_of(self.frames[dataset], self.described)

    def state_names(self) -> list[str]:
        """Return the factors that are not of the look."""
        return [name for name, each in self.described.items() if each["role"] != LOOK]

    def look_names(self) -> list[str]:
        """Return the factors of the look."""
        return [name for name, each in self.described.items() if each["role"] == LOOK]


@dataclass(frozen=True, eq=False)
class SeenRecording:
    """A recording as an encoder sees it."""

    recording: Recording
    encoder: FrozenEncoder
    latents: Sequence[np.ndarray]
    """Of each dataset's frames, (M, z)."""

    @property
    def tells_state(self) -> bool:
        """Whether the encoder says which latents hold the state."""
        return "state" in self.encoder.latent_roles

    @property
    def active(self) -> np.ndarray:
        """Its active latents, int64."""
        return np.flatnonzero(self.encoder.active)

    @property
    def state(self) -> np.ndarray:
        """The latents that stand for the state, int64.

        They are those of its active latents that it says hold the state; all active ones if it says
        nothing.
        """
        if not self.tells_state:
            return self.active
        return np.intersect1d(self.active, self.encoder.latent_roles["state"])

    def labelled(
        self,
        part: Part,
        columns: np.ndarray | None = None,
        names: Sequence[str] | None = None,
    ) -> LabelledLatents:
        """Return a part's latents, or some columns of them, with its factors, or some of them."""
        found = self.latents[part.dataset][part.places]
        targets = (
            target.take(part.places)
            for target in self.recording.targets(part.dataset)
            if names is None or target.name in names
        )
        return LabelledLatents(
            part.domain, found if columns is None else found[:, columns], tuple(targets)
        )
