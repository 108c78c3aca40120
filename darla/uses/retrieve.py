"""Find frames of a dataset by others: those that show the same, the same state, or the same look.

How good that is can be measured where true factors were recorded: :func:`relevance` says which of
the frames that were found are truly near, and its mean is the precision.
"""

from collections.abc import Iterator, Sequence
from typing import Literal, get_args

import numpy as np

from darla.encoder.frozen_encoder import FrozenEncoder
from darla.probes.linear import LatentScale
from darla.probes.targets import ProbeTarget
from darla.running.names import unknown
from darla.uses.encoded_frames import Frames, encode_pieces, pieces
from darla.uses.nearest import Nearest, nearest
from darla.uses.refusals import need_roles

By = Literal["all", "state", "look", "pixels"]
PIXELS = "pixels"
RELEVANT_SHARE = 0.02
"""The share of a dataset that counts as truly near to a query: what chance finds."""
_TOGETHER = 64  # queries at a time, whose distances to all frames are in memory


def retrieve(
    encoder: FrozenEncoder, queries: np.ndarray, dataset: Frames, k: int = 5, by: str = "all"
) -> Nearest:
    """Find the k frames of a dataset that are nearest to each of some frames.

    Args:
        encoder: a frozen encoder.
        queries: uint8 (Q, h, w, 3).
        dataset: uint8 (N, h, w, 3), or a dataset, of whose frames one chunk at a time is in memory,
            and all latents.
        k: how many to find, up to N.
        by: which latents count: ``all`` that are active, those of the ``state`` or of the ``look``
            among them; or ``pixels``, which asks no latent. Distances are Euclidean, of latents
            after each was brought to one standard deviation over the dataset.

    Returns:
        For each query the rows of the dataset, the nearest first.

    Raises:
        ValueError: frames are something else, k is out of range, or there is no such way to look;
            the encoder does not tell look from state, or none of those latents is active.
    """
    if by == PIXELS:
        flat = np.concatenate([*_pixels(encoder, queries)]) if len(queries) else _no_pixels(encoder)
        return nearest(flat, _pixels(encoder, dataset), k)
    columns = columns_of(encoder, by)
    wanted, candidates = (encode_pieces(encoder, each) for each in (queries, dataset))
    return nearest_latents(wanted[:, columns], candidates[:, columns], k)


def nearest_latents(queries: np.ndarray, candidates: np.ndarray, k: int) -> Nearest:
    """Find the k latents among candidates (N, z) that are nearest to each of others (Q, z).

    As :func:`retrieve` does: those that never move among the candidates do not count.
    """
    scale = LatentScale.measure(candidates)
    parts = range(0, len(candidates), 4096)
    scaled = (scale(candidates[start : start + 4096]).astype(np.float32) for start in parts)
    return nearest(scale(queries), scaled, k)


def columns_of(encoder: FrozenEncoder, by: str) -> np.ndarray:
    """Return the latents that count, int64 ascending; see :func:`retrieve`."""
    if by not in get_args(By):
        raise unknown("way to look for frames", by, get_args(By))
    active = np.flatnonzero(encoder.active)
    if by in ("state", "look"):
        active = np.intersect1d(active, need_roles(encoder, f"retrieve by {by}")[by])
    if not len(active):
        raise ValueError(
            f"none of the latents that retrieve by {by} asks is active; look for frames by "
            f"{PIXELS}, or train the encoder for longer"
        )
    return active


def relevance(
    queries: Sequence[ProbeTarget],
    candidates: Sequence[ProbeTarget],
    rows: np.ndarray,
    share: float = RELEVANT_SHARE,
) -> np.ndarray:
    """Tell which of the frames that were found are truly near to their queries, bool (Q, k).

    Truly near is that share of the candidates whose factors are nearest to the query's: Euclidean,
    of numbers in units of their standard deviation over the candidates, of sine and cosine for
    angles, and of one number for each category, which all factors bring to the same scale.

    Args:
        queries: factors of Q frames, all known.
        candidates: the same factors of N frames.
        rows: int (Q, k), the candidates that were found.
        share: of the candidates; at least one counts.

    Raises:
        ValueError: factors differ, or there are none that vary.
    """
    if [each.name for each in queries] != [each.name for each in candidates] or not queries:
        raise ValueError("queries and candidates need the same factors, at least one")
    scales = [_spread(each.encoded()) for each in candidates]
    if not any(np.isfinite(scale) for scale in scales):
        raise ValueError("no factor varies among the candidates; give frames that differ")
    asked, offered = (
        np.concatenate(
            [each.encoded() / scale for each, scale in zip(targets, scales, strict=True)], axis=1
        )
        for targets in (queries, candidates)
    )
    count = max(1, round(share * len(offered)))
    found = []
    for start in range(0, len(asked), _TOGETHER):
        some = asked[start : start + _TOGETHER]
        squares = np.zeros((len(some), len(offered)))
        for one, other in zip(some.T, offered.T, strict=True):
            squares += np.square(one[:, None] - other)
        limit = np.partition(squares, count - 1, axis=1)[:, count - 1 : count]
        near = np.take_along_axis(squares, rows[start : start + _TOGETHER], axis=1) <= limit
        found.append(near)
    return np.concatenate(found)


def _spread(numbers: np.ndarray) -> float:
    """Return the spread of a factor's numbers (N, width) taken together; infinite without any."""
    spread = float(np.sqrt(numbers.var(axis=0).sum()))
    return spread if spread > 0 else float("inf")


def _pixels(encoder: FrozenEncoder, frames: Frames) -> Iterator[np.ndarray]:
    """Yield frames piece by piece as float32 rows of values in [0, 1]."""
    for piece in pieces(encoder, frames):
        yield piece.reshape(len(piece), -1).astype(np.float32) / 255


def _no_pixels(encoder: FrozenEncoder) -> np.ndarray:
    """Return no frames, as rows of values."""
    return np.zeros((0, int(np.prod(encoder.image_shape))), np.float32)
