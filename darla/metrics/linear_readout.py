"""Classes read from latents by logistic regression."""

from dataclasses import dataclass

import numpy as np
from sklearn.linear_model import LogisticRegression

INVERSE_PENALTY = 10.0  # weak: separable classes must not push weights to infinity
_MOST_STEPS = 500


@dataclass(frozen=True, eq=False)
class Readout:
    """What a logistic regression says of held-out samples."""

    classes: np.ndarray
    """int64 (n,), the true classes of those test samples whose class was trained on."""
    labels: np.ndarray
    """int64 (c,), the classes that were trained on."""
    probabilities: np.ndarray
    """float64 (n, c), each label's probability."""
    shares: np.ndarray
    """float64 (c,), each label's share of the training samples."""


def read_classes(
    latents: np.ndarray, classes: np.ndarray, train: np.ndarray, test: np.ndarray
) -> Readout:
    """Fit one multinomial logistic regression to the training samples, and ask it of the others.

    One regression for all classes can tell apart bins that follow one another along a latent, which
    separate ones against the rest cannot. Latents are float64 (N, z), standardised, classes int64
    (N,), and ``train`` and ``test`` indices. A ValueError where all training samples are of one
    class.
    """
    labels, counts = np.unique(classes[train], return_counts=True)
    if len(labels) < 2:
        raise ValueError(
            f"all {len(train)} training samples are of class {labels[0]}; give samples in which "
            "the factor varies more"
        )
    known = test[np.isin(classes[test], labels)]
    model = LogisticRegression(C=INVERSE_PENALTY, max_iter=_MOST_STEPS, tol=1e-3)
    model.fit(latents[train], classes[train])
    return Readout(
        classes[known], labels, model.predict_proba(latents[known]), counts / counts.sum()
    )
