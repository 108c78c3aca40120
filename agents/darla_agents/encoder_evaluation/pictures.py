"""The pictures of an evaluation: one folder for each encoder."""

from pathlib import Path

import numpy as np

from darla.encoder.frozen_encoder import FrozenEncoder
from darla.encoder.latent_pictures import (
    interpolation,
    latent_label,
    object_reconstructions,
    save_picture,
    traversals,
)
from darla.vision.latent_plots import factor_heat_map, posteriors
from darla_agents.encoder_evaluation.rooms import EvaluationRooms

_FRAMES = 512


def draw_encoder(
    rooms: EvaluationRooms,
    encoder: FrozenEncoder,
    importance: np.ndarray | None,
    factors: tuple[str, ...],
    seed: int,
    folder: Path,
) -> list[Path]:
    """Write the pictures of one encoder as PNG files, and return their paths.

    An object is in view in all frames, which the seed decides. The importance (z, F) says how much
    each latent matters for each of the F factors; it is None where that is not known.
    """
    rows = rooms.sample(np.random.default_rng(seed), _FRAMES, in_view=1.0)
    frames, masks = rooms.draw(rows), rooms.object_masks(rows)
    pictures = {
        "traversals": traversals(encoder),
        "reconstructions": object_reconstructions(encoder, frames, masks),
        "interpolation": interpolation(encoder, frames[0], frames[1]),
        "posteriors": posteriors(encoder, frames),
    }
    if importance is not None:
        labels = [latent_label(encoder, z).replace("\n", " ") for z in range(len(importance))]
        title = "importance of latents for factors"
        pictures["importance"] = factor_heat_map(importance, list(factors), labels, title)
    paths = []
    for name, picture in pictures.items():
        paths.append(folder / f"{name}.png")
        save_picture(paths[-1], picture)
    return paths
