"""Pictures of what an encoder makes of recorded frames: one folder for each encoder."""

from pathlib import Path

import numpy as np

from darla.encoder.frozen_encoder import FrozenEncoder
from darla.encoder.latent_pictures import (
    latent_label,
    neighbours,
    reconstructions,
    save_picture,
    traversals,
)
from darla.metrics.dci import DCI
from darla.vision.latent_plots import factor_heat_map, posteriors
from darla_agents.encoder_evaluation.recorded.frames import RecordedFrames, thinned
from darla_agents.encoder_evaluation.recorded.recoloring import (
    FoundFrames,
    recolored_frames,
)
from darla_agents.encoder_evaluation.recorded.report import RecordedScores

_FRAMES = 512
_QUERIES = 10
_RECONSTRUCTED = 30


def draw_recorded(
    recorded: RecordedFrames,
    encoder: FrozenEncoder,
    scores: RecordedScores,
    folder: Path,
) -> list[Path]:
    """Write the pictures of one encoder as PNG files, and return their paths."""
    height, width, _ = encoder.image_shape
    frames = recorded.read(thinned(np.arange(len(recorded)), _FRAMES), (height, width))
    spread = frames[thinned(np.arange(len(frames)), _RECONSTRUCTED)]
    pictures = {
        "traversals": traversals(encoder, spread[len(spread) // 2]),
        "reconstructions": reconstructions(encoder, frames=spread),
        "posteriors": posteriors(encoder, frames),
    }
    if scores.found is not None:
        pictures["retrieval"] = _draw_retrieval(recorded, encoder, scores.found)
    found = scores.metrics.get("dci")
    if isinstance(found, DCI):
        labels = [latent_label(encoder, z).replace("\n", " ") for z in range(encoder.latent_dim)]
        title = "importance of latents for factors"
        heat = factor_heat_map(found.importance, list(found.factors), labels, title)
        pictures["importance"] = heat
    paths = []
    for name, picture in pictures.items():
        paths.append(folder / f"{name}.png")
        save_picture(paths[-1], picture)
    return paths


def _draw_retrieval(
    recorded: RecordedFrames, encoder: FrozenEncoder, found: FoundFrames
) -> np.ndarray:
    """Draw frames, copies in other colours, and what is found by those."""
    height, width, _ = encoder.image_shape
    chosen = thinned(np.arange(len(found.places)), _QUERIES)
    places, nearest = found.places[chosen], found.recolored.nearest[chosen]
    frames = recorded.read(places, (height, width))
    copies, _ = recolored_frames(frames, places, found.seed)
    nearby = recorded.read(found.places[nearest.ravel()], (height, width))
    nearby = nearby.reshape(*nearest.shape, height, width, 3)
    return neighbours(frames, copies, nearby, found.recolored.ranks[chosen])
