"""What a page is told of an encoder, and which frames it begins with."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from darla.encoder.abilities import GAUSSIAN, role_by_latent
from darla.encoder.frozen_encoder import FrozenEncoder
from darla.encoder.latent_pictures import by_content, carried
from darla.running.plain_json import plain

MOST_FRAMES = 12
"""Frames that a page begins with, where the bundle carries as many."""


@dataclass(frozen=True, eq=False)
class Told:
    """Everything that a page knows besides the networks."""

    facts: dict[str, Any]
    """What JSON can hold: the encoder, a row for each active latent, the latents of the frames."""
    frames: np.ndarray
    """uint8 (n, H, W, 3), frames of D_U that differ; n is at most ``MOST_FRAMES``."""


def told_of(encoder: FrozenEncoder, title: str, names: Mapping[int, str]) -> Told:
    """Say of an encoder what a page shows.

    Args:
        encoder: one with a decoder.
        title: what the page calls it.
        names: what latents stand for, by their number.

    Raises:
        ValueError: a name is given to a latent that there is not.
    """
    if strange := sorted(set(names) - set(range(encoder.latent_dim))):
        raise ValueError(f"latent {strange[0]} is named; there are 0 to {encoder.latent_dim - 1}")
    rows = _different(encoder)
    frames = encoder.reference_frames[rows]
    height, width, _ = encoder.image_shape
    facts = {
        "title": title,
        "objective": encoder.config["objective"]["name"],
        "height": height,
        "width": width,
        "latents": encoder.latent_dim,
        "gaussian": encoder.encoder.shape.posterior == GAUSSIAN,
        "mean": np.nan_to_num(encoder.statistics.mean),
        "rows": _rows(encoder, names),
        "starts": encoder.encode(frames) if len(frames) else [],
        "failure": encoder.failure,
    }
    return Told(plain(facts), frames)


def _rows(encoder: FrozenEncoder, names: Mapping[int, str]) -> list[dict[str, Any]]:
    """Return what is known of each active latent; those that carry most come first."""
    known, roles, content = encoder.statistics, role_by_latent(encoder), carried(encoder)
    return [
        {
            "latent": latent,
            "carries": content[latent],
            "low": known.low[latent],
            "high": known.high[latent],
            "role": roles.get(latent, ""),
            "name": names.get(latent, ""),
        }
        for latent in by_content(encoder).tolist()
        if encoder.active[latent]
    ]


def _different(encoder: FrozenEncoder) -> list[int]:
    """Return reference frames whose latents lie far from each other; the most typical one first."""
    frames = encoder.reference_frames
    if not len(frames):
        return []
    active = encoder.active
    spread = np.maximum(encoder.statistics.std, 1e-6)
    latents = ((encoder.encode(frames) - encoder.statistics.mean) / spread)[:, active]
    chosen = [int(np.argmin((latents**2).sum(axis=1)))]
    nearest = np.full(len(frames), np.inf)
    while len(chosen) < min(MOST_FRAMES, len(frames)):
        nearest = np.minimum(nearest, ((latents - latents[chosen[-1]]) ** 2).sum(axis=1))
        nearest[chosen] = -1.0  # also where frames are alike
        chosen.append(int(np.argmax(nearest)))
    return chosen
