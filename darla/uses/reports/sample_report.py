"""Pictures that no frame shows, drawn from what an encoder has learnt."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from darla.encoder.drawn_rows import draw_rows
from darla.encoder.frozen_encoder import FrozenEncoder
from darla.encoder.latent_pictures import most_informative
from darla.running.ranges import PositiveInt
from darla.uses.encoded_frames import encode_pieces
from darla.uses.refusals import need_decoder
from darla.uses.reports.report import Report, UseConfig, moved_by_drawing, read_spread
from darla.uses.sample import Sample, Source, latent_grid, sample


@dataclass(frozen=True)
class DrawSamples(UseConfig):
    """Draw pictures from the prior, the posteriors of frames, or a grid of two latents."""

    source: Source = "prior"
    """prior: the standard normal, or what flow_vae has learnt in its place; aggregate: the
    posteriors of frames; gaussian: the Gaussian of all these; grid: two latents of a frame moved
    together."""
    n: PositiveInt = 40
    """Pictures to draw; not of a grid."""
    latents: tuple[int, int] | None = None
    """Of a grid, the latents that grow from row to row and from column to column; when not given,
    those with the largest KL."""
    steps: PositiveInt = 8
    """Rows and columns of a grid."""

    name: ClassVar[str] = "sample"


_COLUMNS = 10


def report_sample(config: DrawSamples) -> Report:
    """Draw pictures; say how far latents move when drawn, beside those of frames."""
    encoder = config.load()
    need_decoder(encoder, config.name)
    frames = read_spread(config.data, config.frames, encoder.image_shape[:2])
    if config.source == "grid":
        drawn, picture = _draw_grid(config, encoder, frames[len(frames) // 2])
    else:
        drawn = sample(encoder, config.n, config.source, frames, config.seed)
        rows = [drawn.frames[at : at + _COLUMNS] for at in range(0, config.n, _COLUMNS)]
        picture = draw_rows(rows, [config.source] * len(rows), f"drawn from: {config.source}")
    movement = {
        config.source: moved_by_drawing(encoder, drawn.latents),
        "frames": moved_by_drawing(encoder, encode_pieces(encoder, frames)),
    }
    return Report(picture, {"movement when drawn": movement})


def _draw_grid(
    config: DrawSamples, encoder: FrozenEncoder, frame: np.ndarray
) -> tuple[Sample, np.ndarray]:
    """Move two latents of a frame together, and draw what they decode into."""
    first, second = config.latents or (int(each) for each in _two_latents(encoder))
    drawn = latent_grid(encoder, frame, (first, second), config.steps)
    rows = list(drawn.frames.reshape(config.steps, config.steps, *encoder.image_shape))
    title = f"z{first} grows downwards, z{second} to the right"
    return drawn, draw_rows(rows, [f"z{first}"] * len(rows), title)


def _two_latents(encoder: FrozenEncoder) -> np.ndarray:
    """Return the two latents that say most of a frame."""
    found = most_informative(encoder)[:2]
    if len(found) < 2:
        raise ValueError("fewer than two latents are active; name the two with --latents")
    return found
