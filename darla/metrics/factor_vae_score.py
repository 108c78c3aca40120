"""The FactorVAE score: the latent that varies least tells which factor was held.

Kim & Mnih (2018), section 4: hold one factor in a batch of frames, divide each latent's variance
by its variance with nothing held, and vote for the latent with the smallest quotient. A majority
vote on training batches says which factor each latent stands for; the score is the share of test
batches for which that is right. Chance is 1 / factors.

Latents that are dead do not vote, and if all are, the score is 0. Kinds of factors do not matter:
they are only held. With the defaults each factor takes 300 batches of 64 frames, or 19,200 frames.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from darla.metrics.interventions import Interventions, survey
from darla.metrics.metric import Metric
from darla.metrics.result import OneScore


@dataclass(frozen=True, eq=False)
class FactorVAEScore(OneScore):
    """The FactorVAE score.

    Attributes:
        score: share of test batches that are told right; 1 / factors by chance, 1 at best.
        chance: 1 / factors.
        per_factor: float64 (factors,), the same for batches in which that factor was held.
        votes: int64 (z, factors), how often each latent varied least in training batches.
    """

    name: ClassVar[str] = "factor_vae_score"
    chance: float
    per_factor: np.ndarray
    votes: np.ndarray


def factor_vae_score(
    interventions: Interventions,
    rng: np.random.Generator,
    train_batches: int = 200,
    test_batches: int = 100,
    batch_size: int = 64,
    survey_size: int = 5000,
    active: np.ndarray | None = None,
) -> FactorVAEScore:
    """Measure the FactorVAE score.

    For each factor ``train_batches`` batches of ``batch_size`` frames vote on what latents stand
    for, which is tested on ``test_batches``. The other arguments, and errors, are those of
    :func:`darla.metrics.interventions.survey`, which encodes ``survey_size`` frames.
    """
    surveyed = survey(interventions, "the FactorVAE score", survey_size, rng, active)
    names = tuple(interventions.factors)
    width = len(surveyed.std)
    votes = np.zeros((width, len(names)), dtype=np.int64)
    tested = []
    for held, name in enumerate(names):
        latents = interventions.encode_with_held(
            name, train_batches + test_batches, batch_size, rng
        )
        shares = latents.var(axis=1, dtype=np.float64) / surveyed.std**2
        least = np.argmin(np.where(surveyed.active, shares, np.inf), axis=1)
        votes[:, held] = np.bincount(least[:train_batches], minlength=width)
        tested.append(least[train_batches:])
    stands_for = votes.argmax(axis=1)
    right = np.array([stands_for[least] == held for held, least in enumerate(tested)])
    if not surveyed.active.any():
        votes, right = np.zeros_like(votes), np.zeros_like(right)
    return FactorVAEScore(
        factors=names,
        excluded_factors={},
        dead_latents=surveyed.dead_latents,
        score=float(right.mean()),
        chance=1 / len(names),
        per_factor=right.mean(axis=1),
        votes=votes,
    )


_QUICK = {"train_batches": 10, "test_batches": 5, "batch_size": 16, "survey_size": 1000}
METRIC = Metric(factor_vae_score, interventions=True, quick=_QUICK)
