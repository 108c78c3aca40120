"""Pictures of what an encoder sees: reconstructions, and what each latent stands for.

All are uint8 (height, width, 3), with ``columns`` frames, or decoded ones, side by side.
Plots, as opposed to frames side by side, are in :mod:`darla.vision.latent_plots`.
"""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import numpy as np
from PIL import Image

from darla.encoder.abilities import GAUSSIAN
from darla.encoder.drawn_rows import draw_rows
from darla.encoder.frozen_encoder import ACTIVE_STD, FrozenEncoder
from darla.encoder.latent_paths import latent_path
from darla.running.atomic import write_bytes

_HIDDEN = 128  # grey that covers what is not the object
LARGEST_ROWS = 16


def traversals(
    encoder: FrozenEncoder,
    frame: int | np.ndarray | None = None,
    columns: int = 9,
    names: Mapping[int, str] = MappingProxyType({}),
    most: int = LARGEST_ROWS,
) -> np.ndarray:
    """Draw what each active latent changes in a frame, uint8 (H, W, 3).

    A row is a latent, those with the largest KL first, at most so many. The first column is the
    frame itself, the others are decoded with that latent alone moved, from its 1st to its 99th
    percentile. The frame may be given as the number of one of the bundle's reference frames, and is
    a typical one of these by default. ``names`` say what latents stand for, by their number, to be
    drawn beside them.
    """
    frame = _typical_frame(encoder) if frame is None else frame
    reference = frame if isinstance(frame, np.ndarray) else encoder.reference_frames[frame]
    latent = encoder.encode(reference[None])[0]
    rows, labels = [], []
    for index in most_informative(encoder)[:most]:
        moved = np.tile(latent, (columns, 1))
        low, high = encoder.statistics.low[index], encoder.statistics.high[index]
        moved[:, index] = np.linspace(low, high, columns)
        rows.append(np.concatenate([reference[None], encoder.decode(moved)]))
        labels.append(latent_label(encoder, int(index), names.get(int(index), "")))
    return draw_rows(rows, labels, "frame | each latent from its 1st to its 99th percentile")


def reconstructions(
    encoder: FrozenEncoder,
    columns: int = 10,
    blocks: int = 3,
    frames: np.ndarray | None = None,
) -> np.ndarray:
    """Draw frames and under each its reconstruction, in ``blocks`` pairs of rows.

    Frames are uint8 (N, H, W, 3) of the encoder's size, of which the first are drawn; its reference
    frames when None.
    """
    frames = (encoder.reference_frames if frames is None else frames)[: columns * blocks]
    decoded = encoder.decode(encoder.encode(frames))
    rows, labels = [], []
    for start in range(0, len(frames), columns):
        rows += [frames[start : start + columns], decoded[start : start + columns]]
        labels += ["frame", "decoded"]
    return draw_rows(rows, labels, "frames of the dataset, and what the model makes of them")


@dataclass(frozen=True)
class ObjectError:
    """How far decoded frames are from frames, on the object and elsewhere."""

    object: float
    """Mean squared error over the object's pixels and colours, of values in [0, 1]; NaN when no
    frame shows any."""
    elsewhere: float
    """The same over all other pixels."""


def object_error(frames: np.ndarray, decoded: np.ndarray, masks: np.ndarray) -> ObjectError:
    """Measure the error on the object alone: small objects hardly count in a mean over pixels.

    Frames, and what a model decodes, are uint8 (N, H, W, 3); masks, bool (N, H, W), say which
    pixels show the object. A ValueError where their shape or dtype is another.
    """
    if masks.shape != frames.shape[:3] or masks.dtype != np.bool_:
        raise ValueError(
            f"masks are {masks.dtype} of shape {masks.shape}; expected bool of {frames.shape[:3]}"
        )
    squares = np.square((frames.astype(np.float64) - decoded) / 255).mean(axis=3)

    def mean(pixels: np.ndarray) -> float:
        """Return the mean error of some pixels; NaN without any."""
        return float(squares[pixels].mean()) if pixels.any() else float("nan")

    return ObjectError(mean(masks), mean(~masks))


def object_reconstructions(
    encoder: FrozenEncoder, frames: np.ndarray, masks: np.ndarray, columns: int = 10
) -> np.ndarray:
    """Draw frames and reconstructions, and both once more with all but the object covered.

    The first of the frames are drawn; all count for the errors in the title. For masks and errors
    that are raised see :func:`object_error`.
    """
    decoded = encoder.decode(encoder.encode(frames))
    error = object_error(frames, decoded, masks)
    shown = masks[:columns, ..., None]
    pairs = [frames[:columns], decoded[:columns]]
    covered = [np.where(shown, each, np.uint8(_HIDDEN)) for each in pairs]
    title = f"mean squared error: object {error.object:.4f}, elsewhere {error.elsewhere:.4f}"
    return draw_rows([*pairs, *covered], ["frame", "decoded", "object", "decoded"], title)


def neighbours(
    queries: np.ndarray, copies: np.ndarray, nearest: np.ndarray, ranks: np.ndarray
) -> np.ndarray:
    """Draw frames, their copies in other colours, and the frames whose latents are nearest to them.

    Args:
        queries: uint8 (n, H, W, 3), a row each.
        copies: the same in other colours, from whose latents frames were looked for.
        nearest: uint8 (n, k, H, W, 3), what was found, the nearest first.
        ranks: (n,) at which place, from 0, the query itself was found.
    """
    rows = [
        np.concatenate([query[None], copy[None], found])
        for query, copy, found in zip(queries, copies, nearest, strict=True)
    ]
    labels = [f"found as\nno. {int(rank) + 1}" for rank in ranks]
    return draw_rows(rows, labels, "frame | in other colours | frames nearest to that")


def interpolation(
    encoder: FrozenEncoder, first: np.ndarray, second: np.ndarray, columns: int = 9
) -> np.ndarray:
    """Draw what lies between two frames, uint8 (H, W, 3): decoded mixtures of their latents.

    They come in equal steps, the decoded frames themselves included.
    """
    ends = encoder.encode(np.stack([first, second]))
    decoded = encoder.decode(latent_path(ends[:1], ends[1:], columns)[0])
    row = np.concatenate([first[None], decoded, second[None]])
    return draw_rows([row], ["mixtures"], "frame | its latents change into the other's | frame")


def save_picture(path: Path, picture: np.ndarray) -> None:
    """Write a uint8 picture (height, width, 3) as PNG, atomically."""
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, format="png")
    write_bytes(path, buffer.getvalue())


def _typical_frame(encoder: FrozenEncoder) -> int:
    """Return the reference frame whose latents are of median length: neither empty nor extreme."""
    statistics = encoder.statistics
    latents = encoder.encode(encoder.reference_frames)[:, encoder.active]
    spread = np.maximum(statistics.std[encoder.active], ACTIVE_STD)
    lengths = np.square((latents - statistics.mean[encoder.active]) / spread).sum(axis=1)
    return int(np.argsort(lengths, kind="stable")[len(lengths) // 2])


def most_informative(encoder: FrozenEncoder) -> np.ndarray:
    """Return the active latents, the largest KL (or std) first; at least one, at most 16."""
    return by_content(encoder)[: min(max(1, int(encoder.active.sum())), LARGEST_ROWS)]


def by_content(encoder: FrozenEncoder) -> np.ndarray:
    """Return all latents, int64 (z,), the largest KL (or std) first."""
    return np.argsort(-carried(encoder), kind="stable")


def carried(encoder: FrozenEncoder) -> np.ndarray:
    """Return how much each latent carries, (z,): its KL over D_U, or its std without a prior."""
    known = encoder.statistics
    return known.kl if encoder.encoder.shape.posterior == GAUSSIAN else known.std


def latent_label(encoder: FrozenEncoder, index: int, name: str = "") -> str:
    """Return a latent's number and name, and its KL over D_U or its standard deviation below.

    A latent without a name is called by its role, such as look or state, if its encoder knows.
    """
    roles = [role for role, held in encoder.latent_roles.items() if index in held]
    title = f"z{index} {name or ' '.join(roles)}".rstrip()
    if encoder.encoder.shape.posterior == "gaussian":
        return f"{title}\nKL {encoder.statistics.kl[index]:.2f} nats"
    return f"{title}\nstd {encoder.statistics.std[index]:.2f}"
