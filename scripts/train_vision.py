"""Train an encoder on a frame dataset.

python scripts/train_vision.py --data data/go_to_object --out runs/vision --objective darla

The same command continues a run that was stopped. Watch it with: tensorboard --logdir runs
"""

import os

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


if __name__ == "__main__":
    run_command(VisionConfig, main, "Train an encoder on a frame dataset.")
