"""How well predictions match what was to be read."""

from dataclasses import dataclass

import numpy as np
from sklearn.metrics import roc_auc_score

from darla.probes.targets import ProbeTarget


@dataclass(frozen=True)
class Match:
    """How well the predictions of one target match its values, on samples where it is known."""

    score: float | None
    """R2 of continuous targets, R2 over sine and cosine together of circular ones (1 is perfect, 0
    is as good as always saying the tested samples' mean, and there is no lowest value); balanced
    accuracy of categories, the mean over categories of the share that is recognised. None when
    there is nothing to score."""
    auc: float | None
    """Area under the ROC curve, one category against the rest, mean over categories that occur; 0.5
    is chance. None for other kinds."""
    error: float | None
    """Root mean squared error in the target's unit; of circular targets, that of the angle. None
    for categories."""
    count: int
    """Samples on which it was known."""
    reason: str = ""
    """Why there is no score; empty when there is one."""


def match(predicted: np.ndarray, target: ProbeTarget) -> Match:
    """Compare predictions (N, width) with a target's values; a ValueError for other shapes."""
    if predicted.shape != (len(target.values), target.width):
        raise ValueError(
            f"predictions of {target.name!r} are {predicted.shape}; "
            f"expected ({len(target.values)}, {target.width})"
        )
    known = target.known
    reason = target.unusable(least=2)
    if reason:
        return Match(None, None, None, int(known.sum()), reason)
    given, seen = predicted[known], target.take(known)
    if target.kind == "categorical":
        classes = seen.values.astype(np.int64)
        auc = one_against_rest_auc(given, classes)
        return Match(balanced_accuracy(given.argmax(axis=1), classes), auc, None, len(given))
    error = float(np.sqrt(np.mean(np.square(_difference(given, seen)))))
    return Match(r2(given, seen.encoded()), None, error, len(given))


def r2(predicted: np.ndarray, true: np.ndarray) -> float:
    """Return the share of variance explained, columns (N, k) taken together.

    1 - (sum of squared errors) / (sum of squared differences from the columns' means).
    """
    spread = np.square(true - true.mean(axis=0)).sum()
    return float(1.0 - np.square(predicted - true).sum() / spread)


def balanced_accuracy(predicted: np.ndarray, true: np.ndarray) -> float:
    """Return the mean share of each category's samples, int64 (N,), that is recognised.

    Categories that never truly occur do not count.
    """
    shares = [np.mean(predicted[true == category] == category) for category in np.unique(true)]
    return float(np.mean(shares))


def one_against_rest_auc(scores: np.ndarray, true: np.ndarray) -> float:
    """Return the mean area under the ROC curve of each category against all others.

    Scores are (N, C), larger where a category is more likely; of the true ones, int64 (N,), at
    least two, those that never occur do not count.
    """
    areas = [roc_auc_score(true == category, scores[:, category]) for category in np.unique(true)]
    return float(np.mean(areas))


def _difference(predicted: np.ndarray, target: ProbeTarget) -> np.ndarray:
    """Return how far predictions are off, (n,), in the target's unit."""
    if target.kind == "continuous":
        away: np.ndarray = predicted[:, 0] - target.values
        return away
    period = target.high - target.low
    angle = np.arctan2(predicted[:, 0], predicted[:, 1]) * period / (2 * np.pi) + target.low
    turned: np.ndarray = (angle - target.values + period / 2) % period - period / 2
    return turned
