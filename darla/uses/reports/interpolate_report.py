"""What lies between pairs of frames, in straight lines and around the mean."""

from dataclasses import dataclass
from typing import ClassVar, get_args

import numpy as np

from darla.encoder.drawn_rows import draw_rows
from darla.encoder.frozen_encoder import ACTIVE_STD, FrozenEncoder
from darla.encoder.latent_paths import Way
from darla.running.ranges import PositiveInt
from darla.uses.interpolate import paths
from darla.uses.refusals import need_decoder
from darla.uses.reports.report import Report, UseConfig, moved_by_drawing, read_spread

_PAIRS = 4  # that are drawn


@dataclass(frozen=True)
class Interpolate(UseConfig):
    """Draw what lies between frames, in straight lines and around the mean of all latents."""

    steps: PositiveInt = 9
    """Pictures of each path, at least 2, both ends included."""
    frames: PositiveInt = 100
    """Frames of the dataset, each joined to the one half of these further on."""

    name: ClassVar[str] = "interpolate"


def report_interpolate(config: Interpolate) -> Report:
    """Join frames by both ways; say how far from the mean, and how faithful, their middles are."""
    encoder = config.load()
    need_decoder(encoder, config.name)
    frames = read_spread(config.data, config.frames, encoder.image_shape[:2])
    if len(frames) < 2:
        raise ValueError(f"frames is {config.frames}; give at least 2, which make a pair")
    half = len(frames) // 2
    first, second = frames[:half], frames[half : 2 * half]
    rows, labels, numbers = [], [], {}
    for how in get_args(Way):
        found = paths(encoder, first, second, config.steps, how)
        middles = paths(encoder, first, second, 3, how)[:, 1]
        numbers[how] = {
            "distance of middles from the mean, of that of frames": _relative(
                encoder, found, middles
            ),
            "movement when drawn": moved_by_drawing(encoder, middles),
        }
        for pair in range(min(_PAIRS, half)):
            drawn = encoder.decode(found[pair])
            rows.append(np.concatenate([first[pair][None], drawn, second[pair][None]]))
            labels.append(f"{how}\npair {pair + 1}")
    ends = paths(encoder, first, second, 2, "linear").reshape(-1, encoder.latent_dim)
    numbers["frames"] = {"movement when drawn": moved_by_drawing(encoder, ends)}
    order = sorted(range(len(rows)), key=lambda row: labels[row].split("\n")[1])  # pair by pair
    title = "frame | its latents change into the other's | frame"
    picture = draw_rows([rows[each] for each in order], [labels[each] for each in order], title)
    return Report(picture, {"pairs": half, **numbers})


def _relative(encoder: FrozenEncoder, found: np.ndarray, middles: np.ndarray) -> float:
    """Return how far middles (N, z) are from D_U's mean relative to the ends of paths."""
    std = np.maximum(encoder.statistics.std, ACTIVE_STD)

    def distance(latents: np.ndarray) -> float:
        scaled = (latents - encoder.statistics.mean) / std
        return float(np.linalg.norm(scaled[..., encoder.active], axis=-1).mean())

    return distance(middles) / max(distance(found[:, [0, -1]]), ACTIVE_STD)
