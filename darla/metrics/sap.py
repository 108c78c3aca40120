"""Separated attribute predictability: the best latent's lead at predicting a factor by itself.

Kumar, Sattigeri & Balakrishnan (2018), section 3: S_jk is how well latent j alone predicts factor
k linearly, and the score is the mean over factors of the largest S_jk minus the second largest.

Kinds of factors:

- continuous: the squared correlation, as in the paper;
- circular: the squared multiple correlation of the latent with sine and cosine (Mardia, 1976). It
  is 1 for the sine alone, and 0.61 for a latent that is the angle, which is no linear function of
  the direction;
- categorical: the balanced accuracy of linear support vector machines on the one latent, one
  against the rest, C = 0.01 and balanced weights as in the paper, but rescaled so that chance is 0
  and perfect is 1, like a correlation. The gap of plain accuracies is (1 - 1/categories) times
  ours.

All samples are used to fit and to score: with two coefficients and a thousand samples or more there
is nothing to overfit, and the score does not depend on a draw.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from sklearn.metrics import balanced_accuracy_score
from sklearn.svm import LinearSVC

from darla.metrics.factor_columns import FactorColumn, Samples
from darla.metrics.metric import Metric
from darla.metrics.result import OneScore, require


@dataclass(frozen=True, eq=False)
class SAP(OneScore):
    """Separated attribute predictability.

    Attributes:
        score: the mean gap, 0 to 1.
        gaps: float64 (factors,), each factor's gap.
        predictability: float64 (z, factors), 0 to 1; 0 for dead latents.
    """

    name: ClassVar[str] = "sap"
    gaps: np.ndarray
    predictability: np.ndarray


def sap(samples: Samples) -> SAP:
    """Measure separated attribute predictability; a ValueError where there is one latent only."""
    require(samples, "SAP", latents=2)
    latents = samples.standardised()
    columns = [
        _separability(latents, samples.active, factor)
        if factor.kind == "categorical"
        else _squared_correlation(latents, samples.active, factor)
        for factor in samples.factors
    ]
    table = np.stack(columns, axis=1)
    ranked = np.sort(table, axis=0)
    gaps = ranked[-1] - ranked[-2]
    return SAP(
        factors=samples.names,
        excluded_factors=samples.excluded_factors,
        dead_latents=samples.dead_latents,
        score=float(gaps.mean()),
        gaps=gaps,
        predictability=table,
    )


METRIC = Metric(sap)


def _squared_correlation(
    latents: np.ndarray, active: np.ndarray, factor: FactorColumn
) -> np.ndarray:
    """Return the share of each latent that a factor explains, (z,)."""
    targets = factor.targets()
    targets = targets - targets.mean(axis=0)
    solution = np.linalg.lstsq(targets, latents, rcond=None)[0]
    explained = ((targets @ solution) ** 2).mean(axis=0)  # of latents with a variance of 1
    return np.where(active, np.clip(explained, 0.0, 1.0), 0.0)


def _separability(latents: np.ndarray, active: np.ndarray, factor: FactorColumn) -> np.ndarray:
    """Return how well each latent alone tells categories apart, (z,), 0 by chance."""
    classes = factor.classes()
    accuracies = np.zeros(latents.shape[1])
    for latent in np.flatnonzero(active):
        column = latents[:, [latent]]
        model = LinearSVC(C=0.01, class_weight="balanced", dual=False).fit(column, classes)
        accuracies[latent] = balanced_accuracy_score(classes, model.predict(column), adjusted=True)
    return np.maximum(accuracies, 0.0)
