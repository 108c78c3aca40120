"""Tiny untrained encoder bundles with made-up statistics; latents differ between pictures."""

from pathlib import Path

import numpy as np
import torch

from darla.encoder.bundle import save_bundle
from darla.encoder.frozen_encoder import LatentStatistics
from darla.encoder.network_shape import MemoryShape, NetworkShape
from darla.encoder.networks import make_decoder, make_encoder

LATENTS = 4
DEAD = 3
"""The last latent's KL is 0."""
UNITS = 6
"""Latents of a memory, beside those of a frame."""


def make_toy_bundle(path: Path, size: int = 32, roles: bool = False) -> Path:
    """Write a bundle for pictures of ``size`` x ``size`` to ``path``, and return ``path``.

    With roles it says that the first latent holds the look, and the next two the state.
    """
    shape = NetworkShape((size, size, 3), channels=(4, 4), hidden_units=8, latents=LATENTS)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(1)
        encoder, decoder = make_encoder(shape), make_decoder(shape)
        for weight in encoder.parameters():  # torch's own start makes nearly constant latents
            weight.data.mul_(3.0)
    statistics = LatentStatistics(
        mean=np.array([0.1, -0.2, 0.3, 0.4], np.float32),
        std=np.array([0.5, 0.05, 0.2, 0.1], np.float32),
        kl=np.array([1.0, 2.0, 0.5, 0.0], np.float32),
        low=np.full(LATENTS, -1, np.float32),
        high=np.full(LATENTS, 1, np.float32),
    )
    frames = np.random.default_rng(0).integers(0, 256, (8, size, size, 3), dtype=np.uint8)
    description = {
        "objective": {"name": "beta_vae", "settings": {"beta": 1.0}},
        "likelihood": {"name": "bernoulli", "sigma": 1.0},
        "dataset": {},
        "training": {},
        **({"latent_roles": {"look": [0], "state": [1, 2]}} if roles else {}),
    }
    save_bundle(path, encoder, decoder, statistics, frames, description)
    return path


def make_memory_bundle(path: Path, choices: int = 3, numbers: int = 0, size: int = 32) -> Path:
    """Write a bundle of an encoder with memory, with ``UNITS`` latents of memory."""
    shape = NetworkShape(
        (size, size, 3),
        channels=(4, 4),
        hidden_units=8,
        latents=LATENTS + UNITS,
        posterior="point",
        memory=MemoryShape(UNITS, choices, numbers),
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(1)
        encoder, decoder = make_encoder(shape), make_decoder(shape)
        for weight in encoder.parameters():
            weight.data.mul_(3.0)
    ones = np.ones(LATENTS + UNITS, np.float32)
    statistics = LatentStatistics(0.1 * ones, 0.5 * ones, 0 * ones, -ones, ones)
    frames = np.random.default_rng(0).integers(0, 256, (8, size, size, 3), dtype=np.uint8)
    settings = {"sequence_length": 4}
    description = {
        "objective": {"name": "sequence_vae", "settings": settings},
        "likelihood": {"name": "bernoulli", "sigma": 1.0},
        "dataset": {},
        "training": {},
    }
    save_bundle(path, encoder, decoder, statistics, frames, description)
    return path
