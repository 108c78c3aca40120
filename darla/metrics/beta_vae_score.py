"""The beta-VAE score: which factor was held can be told from the latents that do not move.

Higgins et al. (ICLR 2017), section 3: hold one factor within pairs of frames, average |z - z'| over
a batch of pairs, and let a linear classifier tell from it which factor was held. The score is its
accuracy on batches that it has not seen; chance is 1 / factors.

Differences are divided by the latent's standard deviation with nothing held, so that the penalty
of the classifier, a logistic regression, treats all latents alike. Kinds of factors do not matter:
they are only held. With the defaults each factor takes 300 batches of 64 pairs, or 38,400 frames;
Locatello et al. (2019) take 15,000 batches in all.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from sklearn.linear_model import LogisticRegression

from darla.metrics.interventions import Interventions, survey
from darla.metrics.metric import Metric
from darla.metrics.result import OneScore


@dataclass(frozen=True, eq=False)
class BetaVAEScore(OneScore):
    """The beta-VAE score.

    Attributes:
        score: accuracy, 1 / factors by chance, 1 at best.
        chance: 1 / factors.
        per_factor: float64 (factors,), accuracy on batches in which that factor was held.
        differences: float64 (z, factors), mean |z - z'| in standard deviations, 0 for dead latents.
    """

    name: ClassVar[str] = "beta_vae_score"
    chance: float
    per_factor: np.ndarray
    differences: np.ndarray


def beta_vae_score(
    interventions: Interventions,
    rng: np.random.Generator,
    train_batches: int = 200,
    test_batches: int = 100,
    batch_size: int = 64,
    survey_size: int = 5000,
    active: np.ndarray | None = None,
) -> BetaVAEScore:
    """Measure the beta-VAE score.

    For each factor the classifier learns from ``train_batches`` batches of ``batch_size`` pairs and
    is tested on ``test_batches``. The other arguments, and errors, are those of
    :func:`darla.metrics.interventions.survey`, which encodes ``survey_size`` frames.
    """
    surveyed = survey(interventions, "the beta-VAE score", survey_size, rng, active)
    names = tuple(interventions.factors)
    features = []
    for name in names:
        pairs = interventions.encode_pairs_with_held(
            name, train_batches + test_batches, batch_size, rng
        )
        moved = np.abs(pairs[:, 0] - pairs[:, 1]).mean(axis=1) / surveyed.std
        features.append(np.where(surveyed.active, moved, 0.0))
    table = np.stack(features)
    train, test = table[:, :train_batches], table[:, train_batches:]
    model = LogisticRegression(max_iter=1000)
    model.fit(np.concatenate(train), np.repeat(np.arange(len(names)), train_batches))
    right = [model.predict(batch) == held for held, batch in enumerate(test)]
    return BetaVAEScore(
        factors=names,
        excluded_factors={},
        dead_latents=surveyed.dead_latents,
        score=float(np.mean(right)),
        chance=1 / len(names),
        per_factor=np.mean(right, axis=1),
        differences=table.mean(axis=1).T,
    )


_QUICK = {"train_batches": 10, "test_batches": 5, "batch_size": 16, "survey_size": 1000}
METRIC = Metric(beta_vae_score, interventions=True, quick=_QUICK)
