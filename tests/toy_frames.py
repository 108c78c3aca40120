"""Tiny frame datasets and encoder bundles for tests."""

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import torch

from darla.encoder.bundle import save_bundle
from darla.encoder.frozen_encoder import latent_statistics
from darla.encoder.network_shape import NetworkShape
from darla.encoder.networks import make_decoder, make_encoder
from darla.frames.writer import FrameChunk, FrameWriter, create_frame_dataset
from darla.objectives import (
    OBJECTIVES,
    Objective,
    ObjectiveSettings,
    TrainingFacts,
    make_objective,
    objective_settings,
)
from darla.vision.config import VisionConfig

_NUMBER = {"kind": "continuous", "unit": "", "categories": []}
FACTORS = {
    "hue": {**_NUMBER, "low": 0.0, "high": 1.0, "role": "look"},
    "x": {**_NUMBER, "low": 0.0, "high": 0.5, "role": "state"},
    "shape": {
        "kind": "categorical",
        "low": None,
        "high": None,
        "unit": "",
        "categories": ["box", "ball"],
        "role": "look",
    },
}


def toy_frames(
    count: int, size: int = 32, seed: int = 0, per_look: int = 1, looks: int = 1
) -> tuple[np.ndarray, np.ndarray]:
    """Draw a large white block somewhere on a background from red to green.

    As many frames in a row as ``per_look`` says have one background, and so many rows of frames as
    ``looks`` says have their blocks where the first of them has them.

    Returns:
        uint8 (count, size, size, 3), and the factors, float32 (count, 3).
    """
    random = np.random.default_rng(seed)
    hues = random.uniform(size=-(-count // per_look))
    hue, x = np.repeat(hues, per_look)[:count], random.uniform(0, 0.5, size=count)
    row = np.arange(count)
    x = x[row // (per_look * looks) * per_look * looks + row % per_look]
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
    looks: int = 1,
    choices: int = 0,
) -> Path:
    """Write a finished dataset of :func:`toy_frames`; each background is an episode.

    Actions, which change nothing, are one of so many choices; without any none are recorded.
    """
    random = np.random.default_rng(seed)
    frames, factors = toy_frames(count, size, seed, per_look, looks)
    attributes: dict[str, Any] = {
        "env": "Toy-v0",
        "env_kwargs": {"domain": "d_u"},
        "how": "factors",
        "in_view": 0.5,
        "frames_per_look": per_look,
        "looks_per_state": looks,
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
        starts = np.arange(part.start, part.stop) % per_look == 0
        writer.write(
            index,
            FrameChunk(
                frames[part],
                factors[part],
                np.where(starts | (not choices), -1, random.integers(choices or 1, size=length)),
                np.zeros(length, np.float32),
                starts,
            ),
        )
    writer.complete()
    return path


def tiny_settings(objective: str = "beta_vae", **changes: Any) -> ObjectiveSettings:
    """Return settings of tiny networks for an objective; of others only what it has."""
    tiny = {
        "channels": (8, 16),
        "hidden_units": 32,
        "latents": 4,
        "dae_units": 8,
        "dae_learning_rate": 3e-3,
        "memory": 6,
        "sequence_length": 2,
    }
    names = OBJECTIVES[objective].settings_class.names()
    own = {name: value for name, value in tiny.items() if name in names}
    return objective_settings(objective, **{**own, **changes})


def tiny_objective(objective: str = "beta_vae", steps: int = 10, **changes: Any) -> Objective:
    """Return an untrained tiny objective, always with the same weights."""
    torch.manual_seed(0)
    return make_objective(tiny_settings(objective, **changes), toy_facts(steps))


def tiny_config(
    data: Path, out: Path, /, objective: str = "beta_vae", **changes: Any
) -> VisionConfig:
    """Return settings that train tiny networks on a toy dataset within a second or two.

    Args:
        data: the dataset.
        out: the run's folder.
        objective: what to train.
        **changes: settings of the training, or of the objective.
    """
    training: dict[str, Any] = {
        "epochs": 2.0,
        "batch_size": 16,
        "learning_rate": 3e-3,
        "learning_rate_decay": 0.0,
        "threads": 1,
        "device": "cpu",
        "pictures_per_stage": 0,
    }
    known = {field.name for field in dataclasses.fields(VisionConfig)}
    training |= {name: value for name, value in changes.items() if name in known}
    own = {name: value for name, value in changes.items() if name not in known}
    settings = tiny_settings(objective, **own)
    return VisionConfig(**{"data": (data,), "out": out, "objective": settings, **training})


def toy_facts(steps: int = 10, num_frames: int = 160, size: int = 32) -> TrainingFacts:
    """Return what an objective is told of its training on a toy dataset."""
    return TrainingFacts((size, size, 3), num_frames, steps, actions=(3, 0))


def write_toy_bundle(
    path: Path,
    size: int = 32,
    latents: int = 4,
    posterior: str = "gaussian",
    objective: str = "vae",
    seed: int = 0,
    codes: int = 0,
) -> Path:
    """Write the bundle of an untrained encoder for frames of ``size``."""
    shape = NetworkShape((size, size, 3), (8, 8, 16, 16), 32, latents, posterior, codes=codes)
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        encoder, decoder = make_encoder(shape), make_decoder(shape)
    frames, _ = toy_frames(8, size, seed)
    statistics = latent_statistics(encoder, [torch.from_numpy(frames)])
    description = {"objective": {"name": objective, "settings": {}}}
    save_bundle(path, encoder, decoder, statistics, frames, description)
    return path
