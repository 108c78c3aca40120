"""What a run leaves behind: an encoder bundle for each stage, and pictures of the last one."""

import copy
import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from darla.encoder.bundle import load_encoder, save_bundle
from darla.encoder.frozen_encoder import FrozenEncoder, LatentStatistics, latent_statistics
from darla.encoder.latent_pictures import reconstructions, save_picture, traversals
from darla.encoder.networks import Encoder, MemoryEncoder
from darla.encoder.remembered import sequence_statistics
from darla.objectives import Objective
from darla.objectives.readout import NETWORK as READOUT
from darla.stores.folders import is_file
from darla.stores.urls import Place
from darla.vision.training_frames import TrainingFrames
from darla.vision.verdict import judge

BUNDLE, TRAVERSALS, RECONSTRUCTIONS = "encoder", "traversals.png", "reconstructions.png"


@dataclass(frozen=True)
class TrainedVision:
    """What a finished run left in its folder, or below its URL in a store."""

    bundle: Place
    """The folder of the encoder, which ``load_encoder`` and all wrappers take."""
    traversals: Place
    """A picture of what each latent changes."""
    reconstructions: Place
    """A picture of frames and what the model makes of them."""

    @classmethod
    def in_folder(cls, out: Place) -> "TrainedVision":
        """Name what lies in a run's folder once it is finished."""
        return cls(out / BUNDLE, out / TRAVERSALS, out / RECONSTRUCTIONS)

    @property
    def is_there(self) -> bool:
        """Whether all of it has been written."""
        files = (self.bundle / "config.json", self.traversals, self.reconstructions)
        return all(is_file(path) for path in files)

    @property
    def has_readout(self) -> bool:
        """Whether the bundle's pictures are drawn by a decoder for eyes."""
        return load_encoder(self.bundle).decoder.shape.decoder == READOUT


def save_trained(
    path: Path,
    objective: Objective,
    frames: TrainingFrames,
    dataset: dict[str, Any],
    training: dict[str, Any],
) -> None:
    """Write the bundle of a trained objective into its folder.

    ``dataset`` says what the frames are that it learnt from, and ``training`` the run's settings.
    """
    statistics = _statistics(objective.encoder, frames)
    likelihood = dataclasses.asdict(objective.likelihood)  # type: ignore[call-overload]
    roles = objective.latent_roles(frames.sample_pairs)
    description: dict[str, Any] = {
        "objective": {"name": objective.name, "settings": objective.effective_settings()},
        "likelihood": likelihood,
        "dataset": dataset,
        "training": training,
        **({"latent_roles": roles} if roles else {}),
    }
    frozen = _frozen(objective, frames.reference, statistics, description)
    description["verdict"] = judge(frozen, twins=frames.twins()).to_json()
    encoder, decoder = objective.encoder, objective.decoder
    save_bundle(path, encoder, decoder, statistics, frames.reference, description)


def _statistics(encoder: Encoder, frames: TrainingFrames) -> LatentStatistics:
    """Measure what latents do over D_U, as agents see them: with memory, in the frames' order."""
    if isinstance(encoder, MemoryEncoder):
        return sequence_statistics(encoder, frames.sample_sequences())
    return latent_statistics(encoder, frames.sample())


def frozen_copy(objective: Objective, frames: TrainingFrames) -> FrozenEncoder:
    """Copy the model as it is now, with statistics of the reference frames alone."""
    device = next(objective.encoder.parameters()).device
    reference = torch.from_numpy(frames.reference).to(device)
    statistics = latent_statistics(objective.encoder, [reference])
    return _frozen(objective, frames.reference, statistics, config={})


def _frozen(
    objective: Objective,
    reference: np.ndarray,
    statistics: LatentStatistics,
    config: dict[str, Any],
) -> FrozenEncoder:
    """Copy the model as it is now, with statistics and frames of D_U, uint8 (n, H, W, 3)."""
    encoder, decoder = copy.deepcopy(objective.encoder), copy.deepcopy(objective.decoder)
    return FrozenEncoder(encoder, decoder, statistics, reference, config)


def draw_results(out: Path) -> None:
    """Draw what the encoder sees that was trained in a run's folder."""
    frozen = load_encoder(out / BUNDLE)
    save_picture(out / TRAVERSALS, traversals(frozen))
    save_picture(out / RECONSTRUCTIONS, reconstructions(frozen))
