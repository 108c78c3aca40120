"""Say when an encoder is shown what it has not learnt to see."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from sklearn.metrics import roc_auc_score

from darla.alarm.calibration import WORST, Calibration, check_calibrated
from darla.alarm.latent_density import LatentDensity
from darla.alarm.scores import score_posteriors, scores_of
from darla.encoder.frozen_encoder import FrozenEncoder
from darla.uses.encoded_frames import Frames, pieces


@dataclass(frozen=True, eq=False)
class Alarm:
    """What was found of N frames."""

    scores: Mapping[str, np.ndarray]
    """float64 (N,) by the names of :data:`darla.alarm.scores.SCORES`, and ``worst``: larger
    for frames that lie farther from what the encoder has seen."""
    raised: Mapping[str, np.ndarray]
    """bool (N,), whether each exceeds its threshold."""


def alarm(encoder: FrozenEncoder, frames: Frames, calibration: Calibration | None) -> Alarm:
    """Tell which frames lie farther from what an encoder has seen than its own frames do.

    Args:
        encoder: a frozen encoder.
        frames: uint8 (N, h, w, 3), or a dataset, of which one chunk at a time is in memory.
        calibration: of :func:`darla.uses.calibrate`, or a saved one.

    Raises:
        ValueError: there is no calibration, or it is of another encoder; frames are something else.
    """
    known = check_calibrated(calibration, encoder)
    scores = score(encoder, frames, known.density)
    every = {**scores, WORST: known.worst(scores)}
    raised = {name: values > known.thresholds[name] for name, values in every.items()}
    return Alarm(every, raised)


def score(
    encoder: FrozenEncoder, frames: Frames, density: LatentDensity | None
) -> dict[str, np.ndarray]:
    """Return the numbers of frames, float64 (N,) each; see :data:`darla.alarm.scores.SCORES`.

    A piece of the frames is in memory at a time. The density is needed where latents have one.
    """
    names = scores_of(encoder)
    parts = [
        score_posteriors(encoder, piece, *encoder.posteriors(piece), density, names)
        for piece in pieces(encoder, frames)
    ]
    return {name: np.concatenate([np.zeros(0), *(part[name] for part in parts)]) for name in names}


def auroc(ordinary: np.ndarray, strange: np.ndarray) -> float:
    """Return how often a score of strange frames is larger than one of ordinary ones.

    Scores are (N,) and (M,), both at least one; equal ones count half. 0.5 says nothing, 1 tells
    all apart.
    """
    labels = np.repeat([0, 1], [len(ordinary), len(strange)])
    return float(roc_auc_score(labels, np.concatenate([ordinary, strange])))
