"""Train an encoder on a dataset of frames.

    darla train-vision --data data/go_to_object
    darla train-vision --data data/go_to_object --out runs/beta_vae --objective beta_vae --beta 2
    darla train-vision --data data/go_to_object --out runs/seeds --seeds 0 1 2 3

The same command continues a run that was stopped. Watch it with: tensorboard --logdir runs
"""

import os
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # threads that spin starve other processes

from darla.encoder.bundle import load_encoder
from darla.running.command import run_parsed
from darla.stores.urls import place
from darla.vision.command_line import flags_of_all, parse_vision_config
from darla.vision.config import VisionConfig
from darla.vision.results import TrainedVision
from darla.vision.train import train_seeds, train_vision

DEFAULT = VisionConfig(data=(Path("data/go_to_object"),))
"""Learns from where darla collect puts its frames by default."""


def main(config: VisionConfig) -> None:
    """Train a seed, or several at once, and say where the results are."""
    every = train_seeds(config) if config.seeds else [train_vision(config)]
    for trained in every:
        _tell(trained, config)


def _tell(trained: TrainedVision, config: VisionConfig) -> None:
    """Say what a run has left, and whether it is of use."""
    print(f"encoder bundle: {trained.bundle}")
    print(f"what each latent changes: {trained.traversals}")
    print(f"reconstructions: {trained.reconstructions}")
    encoder = load_encoder(trained.bundle)
    print(f"what it sees: {_told(encoder.config.get('verdict', {}))}")
    shown = ["--bundles", str(trained.bundle), "--data", str(place(config.data[0]))]
    print(f"play with it: darla explore {shlex.join(shown)}")
    if encoder.failure:
        sys.stdout.flush()
        print(
            f"warning: this encoder has failed: {encoder.failure}; darla train-agent refuses it "
            "without --anyway",
            file=sys.stderr,
        )


def _told(verdict: dict[str, Any]) -> str:
    """Say in words what :class:`darla.vision.verdict.Verdict` holds."""
    if not verdict:
        return "not measured when it was trained"
    told = (
        f"{verdict['active_latents']} active latents, whose pictures keep "
        f"{verdict['kept_variance']:.0%} of the frames' variance"
    )
    moved = verdict["state_movement"]
    if moved is None:
        return told
    return f"{told}; the state moves by {moved:.2f} of its spread when the look changes"


def options() -> Any:
    """Return what a shell completes: the options of all objectives."""
    return flags_of_all(DEFAULT)


def run(arguments: Sequence[str] | None = None, program: str | None = None) -> None:
    """Read the configuration from the command line, and run."""
    given = sys.argv[1:] if arguments is None else arguments
    run_parsed(lambda: parse_vision_config(given, DEFAULT, __doc__ or "", program), main)
