"""How many frames a step learns from, and at which rate, where nobody says.

What was measured on CPUs is 32 frames at a learning rate of 0.001: many small steps learn fastest
there. A GPU takes a step of many frames in little more time than one of few. So on a GPU batches
grow where a training is long, as long as it is left more steps than any that was measured to need
them, and the learning rate grows with their square root (Malladi et al., 2022, "On the SDEs and
scaling rules for adaptive gradient algorithms"). That has not been measured on a GPU yet.
"""

import math
from dataclasses import replace

import torch

from darla.running.continuing import recorded_config
from darla.running.device import resolve_device
from darla.vision.config import USUAL_BATCH, USUAL_RATE, VisionConfig

_LARGEST = 512
_FEWEST_STEPS = 10_000


def settled(config: VisionConfig, num_frames: int) -> VisionConfig:
    """Return a configuration with batch size and learning rate, for a dataset of so many frames.

    What is given stays. A run that was begun keeps what it was begun with, wherever it goes on. A
    ValueError where that, or the device, cannot be used.
    """
    recorded = recorded_config(config.out) or {}
    batch = config.batch_size or recorded.get("batch_size")
    rate = config.learning_rate or recorded.get("learning_rate")
    if batch is None:
        batch = chosen_batch(
            config.epochs * num_frames, torch.device(resolve_device(config.device))
        )
        rate = rate or fitting_rate(batch)
    found = replace(config, batch_size=batch, learning_rate=rate or USUAL_RATE)
    found.check()
    return found


def chosen_batch(frames: float, device: torch.device) -> int:
    """Return how many frames a step learns from, in a training that sees so many in all."""
    batch = USUAL_BATCH
    while device.type == "cuda" and batch < _LARGEST and frames >= 2 * batch * _FEWEST_STEPS:
        batch *= 2
    return batch


def fitting_rate(batch: int) -> float:
    """Return Adam's learning rate for steps of so many frames."""
    return USUAL_RATE * math.sqrt(batch / USUAL_BATCH)
