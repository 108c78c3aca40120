"""Interventional robustness score: a latent should stay put while other factors change.

Suter, Miladinovic, Schoelkopf & Bauer (2019): hold factor i, let all others change, and
see how far latent j strays from its mean; the most that it strays, relative to what it does with
nothing held, is taken from 1. A latent's robustness is its best over factors, and the score is
their mean, weighted by how far each strays with nothing held.

"The most" is, as in disentanglement_lib (Locatello et al., 2019), the 99th percentile of |z - mean|
in a batch, averaged over batches, while a factor is held, and the maximum of |z - mean| over all
frames with nothing held. So a latent that does not care for a factor can have a robustness above 0:
with the defaults 0.00 where it is uniform, and 0.39 where it is normal. disentanglement_lib sorts
one set of frames by the values of each factor, continuous ones in 20 bins; here a factor is held at
exactly one value in batches of 64, whose percentiles are lower than those of larger batches.

The weights make the score depend on the latents' scales, as in the paper; one scale for all of them
makes no difference. Kinds of factors do not matter: they are only held. With the defaults each
factor takes 6,400 frames, and so do those with nothing held.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from darla.metrics.interventions import Interventions, survey
from darla.metrics.metric import Metric
from darla.metrics.result import OneScore

QUANTILE = 0.99


@dataclass(frozen=True, eq=False)
class IRS(OneScore):
    """The interventional robustness score.

    Attributes:
        score: 0 to 1; 0 if all latents are dead.
        per_latent: float64 (z,), each latent's robustness; 0 for dead ones.
        weights: float64 (z,), each latent's share in the score; they sum to 1 or are all 0.
        robustness: float64 (z, factors), while that factor is held; 0 for dead latents.
    """

    name: ClassVar[str] = "irs"
    per_latent: np.ndarray
    weights: np.ndarray
    robustness: np.ndarray


def irs(
    interventions: Interventions,
    rng: np.random.Generator,
    batches: int = 100,
    batch_size: int = 64,
    active: np.ndarray | None = None,
) -> IRS:
    """Measure the interventional robustness score.

    Each factor is held in ``batches`` batches of ``batch_size`` frames. The other arguments, and
    errors, are those of :func:`darla.metrics.interventions.survey`.
    """
    surveyed = survey(interventions, "IRS", batches * batch_size, rng, active)
    names = tuple(interventions.factors)
    free = np.abs(surveyed.latents - surveyed.latents.mean(axis=0)).max(axis=0)
    columns = []
    for name in names:
        held = _straying(interventions.encode_with_held(name, batches, batch_size, rng))
        columns.append(np.clip(1 - held / np.where(free > 0, free, 1.0), 0.0, 1.0))
    robustness = np.where(surveyed.active[:, np.newaxis], np.stack(columns, axis=1), 0.0)
    strays = np.where(surveyed.active, free, 0.0)
    weights = strays / strays.sum() if strays.sum() > 0 else strays
    per_latent = robustness.max(axis=1)
    return IRS(
        factors=names,
        excluded_factors={},
        dead_latents=surveyed.dead_latents,
        score=float(per_latent @ weights),
        per_latent=per_latent,
        weights=weights,
        robustness=robustness,
    )


METRIC = Metric(irs, interventions=True, quick={"batches": 50, "batch_size": 20})


def _straying(latents: np.ndarray) -> np.ndarray:
    """Return how far each latent strays from a batch's mean, (z,), of (batches, size, z)."""
    centred = np.abs(latents - latents.mean(axis=1, keepdims=True, dtype=np.float64))
    strays: np.ndarray = np.quantile(centred, QUANTILE, axis=1).mean(axis=0)
    return strays
