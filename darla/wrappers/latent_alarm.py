"""Latents for an agent, and with each of them how strange its picture is to the encoder."""

from pathlib import Path
from typing import Any

import numpy as np

from darla.alarm.calibration import UNCALIBRATED, Calibration, check_calibrated, load_calibration
from darla.alarm.scores import SCORES, score_posteriors, scores_of
from darla.encoder.remembered import remembers
from darla.frames.pictures import resize_frames
from darla.running.names import unknown
from darla.wrappers.latent_transform import LatentTransform

KEY = "alarm"
"""Where infos have an alarm: ``{"score": float, "raised": bool}``."""


class LatentAlarm:
    """Turns pictures into what an agent sees, as a transform does, and scores them on the way.

    A score of latents alone (``density``, ``kl``) costs no pass through a network beyond the one
    that encodes the pictures. The ``reconstruction`` decodes each picture as well, and so does
    ``worst``, where the encoder has a decoder: all in all four times as long for ``rooms``. In
    bfloat16, see ``precision`` of :class:`darla.LatentOptions`, scores are of the latents that are
    shown, and differ as little.

    Args:
        transform: what makes latents of pictures.
        calibration: of :func:`darla.uses.calibrate` for the same encoder, or its file.
        score: which score raises the alarm; by default the first that the encoder has of
            ``density``, ``kl`` and ``reconstruction``, the cheapest.

    Attributes:
        scores: float64 (N,), the score of each picture of the last call.
        raised: bool (N,), whether it exceeds its threshold.

    Raises:
        ValueError: there is no calibration, or it is of another encoder or damaged; or it has no
            such score; or the encoder has a memory.
        FileNotFoundError: there is no such file.
    """

    def __init__(
        self,
        transform: LatentTransform,
        calibration: Calibration | Path | str | None,
        score: str | None = None,
    ) -> None:
        encoder = transform.loaded
        if remembers(encoder):
            raise ValueError(
                f"the encoder {transform.path or ''} has a memory, and an alarm is of single "
                "pictures; leave the alarm out"
            )
        if isinstance(calibration, Path | str):
            self.calibration = load_calibration(calibration, encoder)
        else:
            self.calibration = check_calibrated(calibration, encoder)
        self.transform = transform
        names = scores_of(encoder)
        self.score = score or next(name for name in reversed(SCORES) if name in names)
        if self.score not in self.calibration.thresholds:
            raise unknown("score of the alarm", self.score, self.calibration.thresholds)
        self._names = (self.score,) if self.score in names else names  # the worst needs all
        self.scores, self.raised = np.zeros(0), np.zeros(0, dtype=bool)

    def __call__(self, frames: np.ndarray) -> np.ndarray:
        """Encode pictures (n, h, w, 3) uint8 as the transform does, and keep their scores."""
        encoder, known = self.transform.encoder, self.calibration
        sized = resize_frames(frames, encoder.image_shape[:2])
        means, variances = encoder.posteriors(sized)
        found = score_posteriors(encoder, sized, means, variances, known.density, self._names)
        self.scores = found[self.score] if self.score in found else known.worst(found)
        self.raised = self.scores > known.thresholds[self.score]
        return self.transform.observe(means)

    def told(self, row: int) -> dict[str, Any]:
        """Return what an info says of a picture of the last call, by its row."""
        return {"score": float(self.scores[row]), "raised": bool(self.raised[row])}


def alarm_for(
    transform: LatentTransform,
    calibration: Calibration | Path | str | None,
    score: str | None = None,
) -> LatentAlarm | None:
    """Return the alarm of latents with this calibration; None without one. Raises as the class."""
    return None if calibration is None else LatentAlarm(transform, calibration, score)


def check_stop_after(stop_after: int | None, alarm: object) -> None:
    """Raise a ValueError unless there is an alarm to stop after, and a number of steps above 0."""
    if stop_after is None:
        return
    if stop_after < 1:
        raise ValueError(f"stop_after is {stop_after}; give a number of steps from 1")
    if alarm is None:
        raise ValueError(f"stop_after is {stop_after}, but no alarm is given: {UNCALIBRATED}")
