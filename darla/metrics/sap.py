"""Separated attribute predictability: the best latent's lead at predicting a factor by itself.

Kumar, Sattigeri & Balakrishnan (2018), section 3: S_jk is how well latent j alone predicts factor
k linearly, and the score is the mean over factors of the largest S_jk minus the second largest.

Kinds of factors:

- continuous: the squared correlation, as in the paper;
- circular: the squared multiple correlation of the latent with sine and cosine (Mardia, 1976). It
  is 1 for the sine alone, and 0.61 for a latent that is the angle, which is no linear function of
  the direction;
- categorical: the accuracy on held-out samples of linear support vector machines on the one latent,
  one against the rest, C = 0.01 and balanced weights, as in disentanglement_lib (Locatello et al.,
  2019). Latents are taken as they are: with so small a C a latent of a small spread tells less
  apart than the same latent stretched, so this part of the score depends on their scale.

disentanglement_lib asks for one kind for all factors, and its published figures are those of
categories. It trains on 10,000 samples and tests on 5,000; here a third of the samples is held out,
and correlations are of all of them.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
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
        predictability: float64 (z, factors), 0 to 1. Dead latents have no correlation with
            anything, and are right about categories as often as one of these occurs.
    """

    name: ClassVar[str] = "sap"
    gaps: np.ndarray
    predictability: np.ndarray


def sap(samples: Samples, rng: np.random.Generator) -> SAP:
    """Measure separated attribute predictability; a ValueError where there is one latent only."""
    require(samples, "SAP", latents=2)
    train, test = samples.split(rng)
    latents = samples.standardised()
    given = np.where(samples.active, samples.latents, 0.0)
    columns = [
        _separability(given, factor.classes(), train, test)
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


METRIC = Metric(sap, draws=True)


def _squared_correlation(
    latents: np.ndarray, active: np.ndarray, factor: FactorColumn
) -> np.ndarray:
    """Return the share of each latent that a factor explains, (z,)."""
    targets = factor.targets()
    targets = targets - targets.mean(axis=0)
    solution = np.linalg.lstsq(targets, latents, rcond=None)[0]
    explained = ((targets @ solution) ** 2).mean(axis=0)  # of latents with a variance of 1
    return np.where(active, np.clip(explained, 0.0, 1.0), 0.0)


def _separability(
    latents: np.ndarray, classes: np.ndarray, train: np.ndarray, test: np.ndarray
) -> np.ndarray:
    """Return the accuracy of each latent alone on held-out samples, (z,)."""
    accuracies = np.zeros(latents.shape[1])
    for latent, column in enumerate(latents.T[:, :, np.newaxis]):
        model = LinearSVC(C=0.01, class_weight="balanced", dual=False)
        accuracies[latent] = model.fit(column[train], classes[train]).score(
            column[test], classes[test]
        )
    return accuracies
