"""Tiny frame datasets and encoder bundles for tests."""

from pathlib import Path
from typing import Any

import numpy as np
import torch

from darla.encoder.bundle import save_bundle
from darla.encoder.frozen_encoder import latent_statistics
from darla.encoder.networks import Decoder, Encoder, NetworkShape
from darla.frames.writer import FrameChunk, FrameWriter, create_frame_dataset
from darla.objectives import OBJECTIVES, TrainingFacts
from darla.vision.config import VisionConfig

FACTORS = {
    "hue": {"kind": "continuous", "low": 0.0, "high": 1.0, "role": "look"},
    "x": {"kind": "continuous", "low": 0.0, "high": 0.5, "role": "state"},
    "shape": {"kind": "categorical", "categories": ["box", "ball"], "role": "look"},
}


def toy_frames(
    count: int, size: int = 32, seed: int = 0, per_look: int = 1
) -> tuple[np.ndarray, np.ndarray]:
    """Draw a large white block somewhere on a background from red to green.

    As many frames in a row as ``per_look`` says have one background.

    Returns:
        uint8 (count, size, size, 3), and the factors, float32 (count, 3).
    """
    random = np.random.default_rng(seed)
    looks = random.uniform(size=-(-count // per_look))
    hue, x = np.repeat(looks, per_look)[:count], random.uniform(0, 0.5, size=count)
    frames = np.zeros((count, size, size, 3), np.uint8)
    frames[..., 0] = (hue * 250).astype(np.uint8)[:, None, None]
    frames[..., 1] = (250 - hue * 250).astype(np.uint8)[:, None, None]
    for frame, left in zip(frames, (x * size).astype(int), strict=True):
        frame[size // 4 : 3 * size // 4, left : left + size // 2] = 255
    shape = np.arange(count) % 2
    return frames, np.stack([hue, x, shape], axis=1).astype(np.float32)


def write_toy_dataset(
    path: Path,
    count: int = 96,
    size: int = 32,
    chunk_size: int = 20,
    seed: int = 0,
    per_look: int = 1,
) -> Path:
    """Write a finished dataset of :func:`toy_frames`; each background is an episode."""
    frames, factors = toy_frames(count, size, seed, per_look)
    attributes: dict[str, Any] = {
        "env": "Toy-v0",
        "env_kwargs": {"domain": "d_u"},
        "how": "factors",
        "in_view": 0.5,
        "agent": None,
        "seed": seed,
        "key": None,
        "num_frames": count,
        "size": [size, size],
        "chunk_size": chunk_size,
        "factors": FACTORS,
        "domain": {"name": "d_u"},
        "versions": {},
    }
    create_frame_dataset(path, attributes)
    writer = FrameWriter(path)
    for index, start in enumerate(range(0, count, chunk_size)):
        part = slice(start, min(start + chunk_size, count))
        length = part.stop - part.start
        writer.write(
            index,
            FrameChunk(
                frames[part],
                factors[part],
                np.full(length, -1, np.int64),
                np.zeros(length, np.float32),
                np.arange(part.start, part.stop) % per_look == 0,
            ),
        )
    writer.complete()
    return path


def tiny_config(data: Path, out: Path, **changes: Any) -> VisionConfig:
    """Return settings that train tiny networks on a toy dataset within a second or two."""
    settings: dict[str, Any] = {
        "objective": "beta_vae",
        "channels": (8, 16),
        "hidden_units": 32,
        "latents": 4,
        "epochs": 2.0,
        "batch_size": 16,
        "learning_rate": 3e-3,
        "learning_rate_decay": 0.0,
        "threads": 1,
        "device": "cpu",
    }
    of_some = {"dae_units": 8, "dae_learning_rate": 3e-3}
    kind = OBJECTIVES.get(changes.get("objective", settings["objective"]))
    if kind is not None:
        settings |= {name: value for name, value in of_some.items() if name in kind.uses}
    return VisionConfig(data=(data,), out=out, **{**settings, **changes})


def toy_facts(steps: int = 10, num_frames: int = 160, size: int = 32) -> TrainingFacts:
    """Return what an objective is told of its training on a toy dataset."""
    return TrainingFacts((size, size, 3), num_frames, steps)


def write_toy_bundle(
    path: Path,
    size: int = 32,
    latents: int = 4,
    posterior: str = "gaussian",
    objective: str = "vae",
    seed: int = 0,
) -> Path:
    """Write the bundle of an untrained encoder for frames of ``size``."""
    shape = NetworkShape((size, size, 3), (8, 8, 16, 16), 32, latents, posterior)
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        encoder, decoder = Encoder(shape), Decoder(shape)
    frames, _ = toy_frames(8, size, seed)
    statistics = latent_statistics(encoder, [torch.from_numpy(frames)])
    description = {"objective": {"name": objective, "settings": {}}}
    save_bundle(path, encoder, decoder, statistics, frames, description)
    return path
