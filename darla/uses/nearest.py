"""The nearest of many points to each of some, when the many do not fit into memory at once."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

_TOGETHER = 512  # queries at a time


@dataclass(frozen=True, eq=False)
class Nearest:
    """What was found for each of Q queries, the nearest first."""

    rows: np.ndarray
    """int64 (Q, k), which of the candidates."""
    distances: np.ndarray
    """float32 (Q, k), Euclidean."""


def nearest(queries: np.ndarray, pieces: Iterable[np.ndarray], k: int) -> Nearest:
    """Find the candidates that are nearest to each query.

    Args:
        queries: float (Q, d).
        pieces: candidates in order, float (n, d) each; one piece at a time is in memory, and its
            distances to some queries.
        k: how many to find.

    Returns:
        Of equally near candidates, those that come first. Distances are those of float32.

    Raises:
        ValueError: k is below 1 or there are fewer candidates, or they are of another length.
    """
    wanted = np.asarray(queries, dtype=np.float32)
    best = np.full((len(wanted), 0), np.inf, np.float32)
    rows = np.zeros((len(wanted), 0), np.int64)
    seen = 0
    for piece in pieces:
        if piece.ndim != 2 or piece.shape[1:] != wanted.shape[1:]:
            raise ValueError(f"queries are {wanted.shape} and candidates {piece.shape}")
        squares = _squared_distances(wanted, np.asarray(piece, dtype=np.float32))
        every = np.concatenate([best, squares], axis=1)
        numbers = np.arange(seen, seen + len(piece))
        which = np.concatenate([rows, np.tile(numbers, (len(wanted), 1))], axis=1)
        order = np.argsort(every, axis=1, kind="stable")[:, :k]
        best, rows = (np.take_along_axis(each, order, axis=1) for each in (every, which))
        seen += len(piece)
    if not 1 <= k <= seen:
        raise ValueError(f"k is {k}; expected 1 to the number of candidates, {seen}")
    return Nearest(rows, np.sqrt(best))


def _squared_distances(queries: np.ndarray, candidates: np.ndarray) -> np.ndarray:
    """Return |q - c|^2 = |q|^2 - 2 q c + |c|^2, float32 (Q, n), never below 0."""
    lengths = np.square(candidates).sum(axis=1)
    parts = []
    for start in range(0, len(queries), _TOGETHER):
        some = queries[start : start + _TOGETHER]
        products = some @ candidates.T
        parts.append(np.square(some).sum(axis=1)[:, None] - 2 * products + lengths)
    none = np.zeros((0, len(candidates)), np.float32)
    return np.asarray(np.maximum(np.concatenate([none, *parts]), 0))
