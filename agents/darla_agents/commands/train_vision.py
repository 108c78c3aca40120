"""Train an encoder on a dataset of frames.

    darla train-vision --data data/go_to_object
    darla train-vision --data data/go_to_object --out runs/beta_vae --objective beta_vae

The same command continues a run that was stopped. Watch it with: tensorboard --logdir runs
"""

import os
from collections.abc import Sequence

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # threads that spin starve other processes

from darla.running.command import run_command
from darla.vision.config import VisionConfig
from darla.vision.train import train_vision


def main(config: VisionConfig) -> None:
    """Train, and say where the results are."""
    bundle = train_vision(config)
    print(f"encoder bundle: {bundle}")
    print(f"what each latent changes: {config.out / 'traversals.png'}")
    print(f"reconstructions: {config.out / 'reconstructions.png'}")


def run(arguments: Sequence[str] | None = None, program: str | None = None) -> None:
    """Read the configuration from the command line, and run."""
    run_command(VisionConfig, main, __doc__, arguments=arguments, program=program)
