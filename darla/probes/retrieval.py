"""Whether latents find one frame by another: by its copy in other colours, or by the one before it.

Each of N queries has one partner among N candidates, those of the other queries included. A good
latent space puts the partner nearer to the query than the others are; by chance it is the nearest
in one of N cases. No factors need to be known for this.
"""

from dataclasses import dataclass

import numpy as np
from scipy.spatial.distance import cdist

from darla.probes.linear import LatentScale


@dataclass(frozen=True, eq=False)
class Retrieval:
    """How often queries find their partners."""

    top_1: float
    """Share of queries to which no candidate is nearer than the partner."""
    top_5: float
    """Share of queries for which fewer than five candidates are."""
    chance_1: float
    """What ``top_1`` is for latents that say nothing."""
    chance_5: float
    """What ``top_5`` is for those."""
    candidates: int
    """N; fewer make it easier."""
    ranks: np.ndarray
    """float64 (N,), candidates that are nearer than the partner; of those that are as near, half
    count."""
    nearest: np.ndarray
    """int64 (N, 5 or fewer), the candidates that are nearest to each query, the nearest first."""


def retrieve(queries: np.ndarray, candidates: np.ndarray) -> Retrieval:
    """Look for the partner of each query, the candidate in the same row.

    Both are latents (N, z). Distances are Euclidean, after latents were brought to one standard
    deviation over the candidates; those that never move there do not count. A ValueError where
    shapes differ, or there are fewer than two rows, or latents are not finite.
    """
    if queries.shape != candidates.shape or queries.ndim != 2 or len(queries) < 2:
        raise ValueError(
            f"queries are {queries.shape} and candidates {candidates.shape}; expected one shape "
            "(N, z) with N above 1"
        )
    scale = LatentScale.measure(candidates)
    distances = cdist(scale(queries), scale(candidates))
    own = distances.diagonal()[:, None]
    ties = (distances == own).sum(axis=1) - 1
    ranks = (distances < own).sum(axis=1) + ties / 2
    count = len(queries)
    shown = min(5, count)
    return Retrieval(
        top_1=float(np.mean(ranks < 1)),
        top_5=float(np.mean(ranks < 5)),
        chance_1=1 / count,
        chance_5=min(1.0, 5 / count),
        candidates=count,
        ranks=ranks,
        nearest=np.argsort(distances, axis=1, kind="stable")[:, :shown],
    )
