"""An alarm for a toy encoder, to which the toy task's target is ordinary and its source strange."""

from pathlib import Path

import numpy as np

from darla.encoder.bundle import load_encoder
from darla.uses import calibrate
from toy_tasks import BrightSideEnv


def make_toy_alarm(path: Path, bundle: Path) -> Path:
    """Calibrate an alarm on pictures of ``Toy/BrightSide-v0`` in ``new_floor``, and save it."""
    env = BrightSideEnv("new_floor")
    env.reset(seed=0)
    pictures = np.stack([env._next_picture() for _ in range(120)]).astype(np.float64)
    noise = np.random.default_rng(0).normal(size=pictures.shape, scale=2)
    frames = (pictures + noise).clip(0, 255).astype(np.uint8)
    calibrate(load_encoder(bundle), frames[:60], frames[60:], 0.02).save(path)
    return path
