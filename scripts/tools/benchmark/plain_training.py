"""Training as people write it in a script of thirty lines, beside ``train_vision``."""

import os
import sys
import tempfile
import time
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from darla.frames.dataset import FrameDataset
from darla.objectives import objective_settings
from darla.vision.config import VisionConfig
from darla.vision.train import train_vision


@dataclass(frozen=True)
class Training:
    """What is trained, and on what."""

    data: Path
    """A dataset of 64x64 frames."""
    frames: int
    """Frames that the training sees."""
    batch_size: int
    """Frames in a step."""
    precision: str
    """``float32`` or ``bfloat16``."""
    threads: int
    """Of torch."""


def measure_plain(training: Training) -> float:
    """Train a beta-VAE by a plain loop, and return frames/s; loading frames is not counted."""
    torch.set_num_threads(training.threads)
    torch.manual_seed(0)
    dataset = FrameDataset.open(training.data)
    frames = torch.from_numpy(dataset.read(0, len(dataset))).permute(0, 3, 1, 2).contiguous()
    begun = time.perf_counter()
    _plain_loop(frames, training)
    return training.frames / (time.perf_counter() - begun)


def _plain_loop(frames: Tensor, training: Training) -> None:
    """Learn from uint8 frames (N, 3, 64, 64)."""
    widths = (3, 32, 32, 64, 64)
    down = [nn.Conv2d(a, b, 4, 2, 1) for a, b in pairwise(widths)]
    up = [nn.ConvTranspose2d(b, a, 4, 2, 1) for a, b in pairwise(widths)][::-1]
    encoder = nn.Sequential(
        *[layer for each in down for layer in (each, nn.ReLU())],
        *(nn.Flatten(), nn.Linear(1024, 256), nn.ReLU(), nn.Linear(256, 64)),
    )
    decoder = nn.Sequential(
        *(nn.Linear(32, 256), nn.ReLU(), nn.Linear(256, 1024), nn.ReLU()),
        nn.Unflatten(1, (64, 4, 4)),
        *[layer for each in up for layer in (each, nn.ReLU())][:-1],
    )
    optimizer = torch.optim.Adam([*encoder.parameters(), *decoder.parameters()], lr=1e-3)
    lowered = training.precision == "bfloat16"
    for _ in range(training.frames // training.batch_size):
        rows = torch.randint(len(frames), (training.batch_size,))
        pictures = frames[rows].float() / 255
        with torch.autocast("cpu", torch.bfloat16, enabled=lowered):
            mu, logvar = encoder(pictures).chunk(2, dim=1)
            logits = decoder(mu + torch.randn_like(mu) * (logvar / 2).exp())
        mu, logvar = mu.float(), logvar.float()
        reconstruction = F.binary_cross_entropy_with_logits(
            logits.float(), pictures, reduction="sum"
        )
        kl = (mu.square() + logvar.exp() - logvar - 1).sum() / 2
        optimizer.zero_grad()
        ((reconstruction + 4 * kl) / training.batch_size).backward()
        optimizer.step()


def measure_ours(training: Training, objective: str) -> float:
    """Train by ``train_vision``, and return frames/s of the whole of it.

    Reading frames, checks, the log, pictures, checkpoints and the bundle are counted.
    """
    sys.stderr = open(os.devnull, "w")  # progress, of a process that measures and ends
    with tempfile.TemporaryDirectory(prefix="darla-") as folder:
        config = VisionConfig(
            data=(training.data,),
            out=Path(folder) / "run",
            objective=objective_settings(objective),
            epochs=training.frames / len(FrameDataset.open(training.data)),
            batch_size=training.batch_size,
            precision="bfloat16" if training.precision == "bfloat16" else "float32",
            threads=training.threads,
            device="cpu",
        )
        begun = time.perf_counter()
        train_vision(config)
        return training.frames / (time.perf_counter() - begun)
