"""Say when an encoder is shown what it has not learnt to see."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from sklearn.metrics import roc_auc_score

from darla.encoder.frozen_encoder import FrozenEncoder
from darla.uses.alarm_calibration import WORST, Calibration, fingerprint
from darla.uses.alarm_scores import score
from darla.uses.encoded_frames import Frames
from darla.uses.refusals import named


@dataclass(frozen=True, eq=False)
class Alarm:
    """What was found of N frames."""

    scores: Mapping[str, np.ndarray]
    """float64 (N,) by the names of :data:`darla.uses.alarm_scores.SCORES`, and ``worst``: larger
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
    if calibration is None:
        raise ValueError(
            "an alarm needs to be calibrated: no score says by itself which frames are strange; "
            "calibrate it on frames that the encoder has not learnt from, or load a calibration"
        )
    if calibration.encoder != fingerprint(encoder):
        raise ValueError(
            f"the calibration is of another encoder than {named(encoder)}; calibrate again"
        )
    scores = score(encoder, frames, calibration.density)
    every = {**scores, WORST: calibration.worst(scores)}
    raised = {name: values > calibration.thresholds[name] for name, values in every.items()}
    return Alarm(every, raised)


def auroc(ordinary: np.ndarray, strange: np.ndarray) -> float:
    """Return how often a score of strange frames is larger than one of ordinary ones.

    Scores are (N,) and (M,), both at least one; equal ones count half. 0.5 says nothing, 1 tells
    all apart.
    """
    labels = np.repeat([0, 1], [len(ordinary), len(strange)])
    return float(roc_auc_score(labels, np.concatenate([ordinary, strange])))
