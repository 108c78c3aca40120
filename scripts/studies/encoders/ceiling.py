"""Train the encoder's network with labels: what no latents of that network can be asked to beat.

    python scripts/studies/encoders/ceiling.py --task Darla/GoToObject-v0

Writes ceiling_<task>.json beside this file.
"""

import os
from dataclasses import dataclass
from pathlib import Path

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # threads that spin starve other processes

import numpy as np
import torch

from agents.encoder_evaluation_rooms import EvaluationRooms
from darla.atomic import write_json
from darla.command import run_command
from darla.probes import supervised_ceiling
from darla.probes.fitting import FitSettings
from envs.domains import GO_TO_OBJECT, UNSUPERVISED

IMAGE_SHAPE = (64, 64, 3)
HERE = Path(__file__).parent


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


def main(config: CeilingConfig) -> None:
    """Draw, train, test and write the scores."""
    if config.threads is not None:
        torch.set_num_threads(config.threads)
    rng = np.random.default_rng(config.seed)
    with EvaluationRooms(config.task, UNSUPERVISED, IMAGE_SHAPE, config.threads) as rooms:
        rows = rooms.sample(rng, config.frames, config.in_view)
        frames, (_, targets) = rooms.draw(rows), rooms.encode_labelled(rows, [])
        rows = rooms.sample(rng, config.test_frames)
        tests = [(UNSUPERVISED, rooms.draw(rows), rooms.encode_labelled(rows, [])[1])]
    settings = FitSettings(epochs=config.epochs, patience=2, batch_size=64, learning_rate=1e-3)
    report = supervised_ceiling(UNSUPERVISED, frames, targets, tests, config.seed, settings)
    scores = {each.target: round(each.match.score, 4) for each in report.scores}
    aucs = {each.target: each.match.auc for each in report.scores if each.match.auc is not None}
    name = config.task.split("/")[-1].split("-")[0]
    out = HERE / f"ceiling_{name}.json"
    write_json(out, {"frames": config.frames, "scores": scores, "auc": aucs})
    for target, score in scores.items():
        print(f"{target:14s} {score:.3f}")
    print(f"scores: {out}")


if __name__ == "__main__":
    run_command(CeilingConfig, main, __doc__)
