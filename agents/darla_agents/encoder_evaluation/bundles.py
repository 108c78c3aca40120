"""The encoders that are evaluated: loading them, and a short name for each."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from darla.encoder.bundle import load_encoder
from darla.encoder.frozen_encoder import FrozenEncoder
from darla.frames.dataset_description import described_parts
from darla.metrics.udr import udr
from darla.running.device import resolve_device
from darla_envs.description.tasks import TASKS


def load_bundles(bundles: Sequence[Path], device: str, precision: str) -> list[FrozenEncoder]:
    """Load the encoders of bundles onto a device, to compute in a precision.

    Raises:
        FileNotFoundError: there is no bundle in a folder.
        ValueError: one is damaged, or the device or the precision is unknown.
    """
    found = resolve_device(device)
    return [load_encoder(path, found).in_precision(precision) for path in bundles]


def bundle_labels(bundles: Sequence[Path], what: str = "bundle") -> list[str]:
    """Return a short name for each bundle, or whatever else is a folder, that no other has.

    The folder's name, or its parent's where it is called ``encoder``; the whole path, with
    underscores, where these are not enough to tell bundles apart.
    """
    short = [path.parent.name if path.name == "encoder" else path.name for path in bundles]
    if len(set(short)) == len(short) and all(short):
        return short
    whole = ["_".join(part for part in path.parts if part.strip("/.")) for path in bundles]
    if len(set(whole)) < len(whole):
        raise ValueError(f"a {what} was given twice; give each once")
    return whole


def learnt_elsewhere(encoder: FrozenEncoder, label: str, env: str) -> str:
    """Say that an encoder learnt from other frames than those of ``env``; empty if not known."""
    parts = described_parts(encoder.config.get("dataset") or {})
    seen = sorted({str(part["env"]) for part in parts if part.get("env")})
    if not seen or env in seen:
        return ""
    ours = [name for name in seen if name in TASKS]
    there = f"--env {ours[0]}" if ours else "--data with frames of it that were not learnt from"
    learnt = f"{label}: learnt from frames of {', '.join(seen)}, and not of {env}"
    return f"{learnt}; to measure it there give {there}"


def agreement(
    encoders: Sequence[FrozenEncoder], latents: Sequence[np.ndarray]
) -> list[float | None]:
    """Return how far each encoder's latents (N, z) agree with the others' of the same frames.

    None when there are no others; a ValueError where N is too small.
    """
    if len(encoders) < 2:
        return [None]
    scores = udr(latents, active=[encoder.active for encoder in encoders]).per_model
    return [float(score) for score in scores]
