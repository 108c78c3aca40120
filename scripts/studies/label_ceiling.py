"""Train the encoder's network with labels: what no latents of that network can be asked to beat.

    python scripts/studies/label_ceiling.py --task Darla/GoToObject-v0

Writes ceiling_<task>.json into the study of encoders, and with --bundle the network as an encoder
bundle: what agents could see if frames had labels.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # threads that spin starve other processes

import numpy as np
import torch
from torch import Tensor

from darla.encoder.bundle import save_bundle
from darla.encoder.frozen_encoder import latent_statistics
from darla.encoder.network_shape import NetworkShape
from darla.encoder.networks import Encoder, make_decoder, make_encoder, to_pictures
from darla.probes import LabelledLatents
from darla.probes.domains import score_probe
from darla.probes.fitting import FitSettings, TargetOutputs, fit_network, run_network
from darla.probes.targets import ProbeTarget, check_lengths, split_usable
from darla.running.atomic import write_json
from darla.running.command import run_command
from darla_agents.encoder_evaluation.rooms import EvaluationRooms
from darla_envs.description.tasks import GO_TO_OBJECT
from darla_envs.description.usual_domains import UNSUPERVISED

CEILING_SETTINGS = FitSettings(epochs=30, patience=4, batch_size=64, learning_rate=1e-3)
IMAGE_SHAPE = (64, 64, 3)
STUDY = Path(__file__).with_name("encoders")


@dataclass(frozen=True)
class CeilingConfig:
    """What to train on, and for how long."""

    task: str = GO_TO_OBJECT
    """Whose rooms."""
    frames: int = 200_000
    """Labelled frames to train on."""
    in_view: float = 0.8
    """Share of them with an object in view, as in the encoders' own frames."""
    test_frames: int = 10_000
    """Frames with uniform poses to test on."""
    epochs: int = 8
    """Passes over the frames, at most."""
    seed: int = 0
    """Of frames and weights."""
    threads: int | None = None
    """Limits the threads of torch and of drawing."""
    bundle: Path | None = None
    """Folder to write the network to as an encoder, whose latents are its outputs; its decoder is
    untrained."""
    out: Path = STUDY
    """Folder of the scores."""


def main(config: CeilingConfig) -> None:
    """Draw, train, test and write the scores."""
    if config.threads is not None:
        torch.set_num_threads(config.threads)
    rng = np.random.default_rng(config.seed)
    with EvaluationRooms(config.task, UNSUPERVISED, IMAGE_SHAPE, config.threads) as rooms:
        rows = rooms.sample(rng, config.frames, config.in_view)
        frames, (_, targets) = rooms.draw(rows), rooms.encode_labelled(rows, [])
        rows = rooms.sample(rng, config.test_frames)
        tests = LabelledLatents(UNSUPERVISED, rooms.draw(rows), rooms.encode_labelled(rows, [])[1])
    settings = FitSettings(
        epochs=config.epochs, patience=2, batch_size=64, learning_rate=1e-3, progress=True
    )
    network = train_supervised(frames, targets, config.seed, settings)
    if config.bundle is not None:
        save_supervised(config.bundle, network, frames)
    usable, _ = split_usable(targets)
    found = score_probe(network.predict, "supervised", UNSUPERVISED, config.seed, tests, usable)
    scores = {each.target: round(each.match.score, 4) for each in found}
    aucs = {each.target: each.match.auc for each in found if each.match.auc is not None}
    name = config.task.split("/")[-1].split("-")[0]
    out = config.out / f"ceiling_{name}.json"
    write_json(out, {"frames": config.frames, "scores": scores, "auc": aucs})
    for target, score in scores.items():
        print(f"{target:14s} {score:.3f}")
    print(f"scores: {out}")


@dataclass(frozen=True)
class SupervisedNetwork:
    """The encoder's network, trained with labels."""

    encoder: Encoder
    """Frames to outputs in place of latents, ``posterior`` "point": a standardised value for each
    continuous target, cosine and sine for a circular one, logits for categories."""
    outputs: TargetOutputs

    def predict(self, frames: np.ndarray) -> dict[str, np.ndarray]:
        """Return what the network says of uint8 frames (N, H, W, 3), by target."""
        return self.outputs.predictions(run_network(self.run, torch.from_numpy(frames)))

    def run(self, batch: Tensor) -> Tensor:
        """Return the outputs (n, outputs.size) for uint8 frames (n, H, W, 3)."""
        mu: Tensor = self.encoder(to_pictures(batch)).mu
        return mu


def train_supervised(
    frames: np.ndarray,
    targets: Sequence[ProbeTarget],
    seed: int = 0,
    settings: FitSettings = CEILING_SETTINGS,
) -> SupervisedNetwork:
    """Train the encoder's network, from scratch, to predict the usable targets from frames.

    No latents of that architecture can be expected to let a probe read more in the domain that it
    is trained in, given as many labelled frames. Frames are uint8 (N, H, W, 3), and targets hold N
    values each. The seed decides the first weights and the order of frames; torch's own random
    numbers are left as they were. A ValueError where lengths differ, no target is usable, or the
    frames do not suit the network.
    """
    check_lengths("frames", len(frames), targets)
    kept, _ = split_usable(targets)
    if not kept:
        raise ValueError("none of the targets varies; give frames in which some do")
    outputs = TargetOutputs(kept)
    height, width, colours = frames.shape[1:]
    shape = NetworkShape((height, width, colours), latents=outputs.size, posterior="point")
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = SupervisedNetwork(make_encoder(shape), outputs)
    fit_network(network.run, network.encoder, torch.from_numpy(frames), outputs, settings, seed)
    return network


def save_supervised(path: Path, network: SupervisedNetwork, frames: np.ndarray) -> None:
    """Write a supervised network as an encoder bundle."""
    encoder, sample = network.encoder, torch.from_numpy(frames[:20_000])
    description = {
        "objective": {"name": "supervised", "settings": {"frames": len(frames)}},
        "likelihood": {"name": "none"},
        "dataset": {"shape": list(frames.shape)},
        "training": {},
    }
    statistics = latent_statistics(encoder, [sample])
    save_bundle(path, encoder, make_decoder(encoder.shape), statistics, frames[:64], description)


if __name__ == "__main__":
    run_command(CeilingConfig, main, __doc__)
