"""Train the encoder's network with labels: what no latents of that network can be asked to beat.

    python scripts/studies/label_ceiling.py --task Darla/GoToObject-v0

Writes ceiling_<task>.json into the study of encoders, and with --bundle the network as an encoder
bundle: what agents could see if frames had labels.
"""

import os
from dataclasses import dataclass
from pathlib import Path

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # threads that spin starve other processes

import numpy as np
import torch

from darla.encoder.bundle import save_bundle
from darla.encoder.frozen_encoder import latent_statistics
from darla.encoder.networks import make_decoder
from darla.probes import LabelledLatents
from darla.probes.domains import score_probe
from darla.probes.fitting import FitSettings
from darla.probes.targets import split_usable
from darla.running.atomic import write_json
from darla.running.command import run_command
from darla_agents.encoder_evaluation.rooms import EvaluationRooms
from darla_envs.description.tasks import GO_TO_OBJECT
from darla_envs.description.usual_domains import UNSUPERVISED
from supervised_ceiling import SupervisedNetwork, train_supervised

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
