"""What an alarm knows of ordinary frames, and the JSON file that keeps it.

A threshold is the ceil((n + 1) (1 - rate))-th smallest of the scores of n held-out frames. One more
frame that is drawn as these were exceeds it with a probability of at most the rate, whatever the
scores' distribution is (conformal prediction: Vovk et al., 2005; for outliers Bates et al., 2023,
"Testing for Outliers with Conformal p-values").
"""

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any, Literal, TypedDict

import numpy as np
from msgspec import Meta

from darla.alarm.latent_density import LatentDensity
from darla.alarm.scores import SCORES, scores_of
from darla.encoder.abilities import named
from darla.encoder.frozen_encoder import FrozenEncoder
from darla.running.atomic import write_json
from darla.running.checked_json import Count, Name, read_checked

WORST = "worst"
"""The largest of a frame's scores, each in units of its spread over held-out frames."""
UNCALIBRATED = (
    "an alarm needs to be calibrated: no score says by itself which frames are strange; calibrate "
    "it on frames that the encoder has not learnt from, or give the file of a calibration"
)
"""What is said where there is no calibration."""
_REMEDY = "calibrate the alarm again"
_FAINTEST = 1e-12  # below which scores are all nothing, for their logarithm
_SMALLEST_STD = 1e-6

_Floats = Annotated[list[float], Meta(min_length=1, max_length=1 << 16)]


class _DensityJson(TypedDict):
    mean: _Floats
    covariance: Annotated[list[_Floats], Meta(min_length=1, max_length=1 << 12)]


class _ScaleJson(TypedDict):
    mean: float
    std: Annotated[float, Meta(gt=0)]


class _CalibrationJson(TypedDict):
    """The file of a calibration."""

    format: Literal["darla alarm"]
    schema: Literal[1]
    encoder: Name
    false_alarm_rate: Annotated[float, Meta(gt=0, lt=1)]
    held_out_frames: Count
    density: _DensityJson | None
    scales: Annotated[dict[str, _ScaleJson], Meta(min_length=1, max_length=len(SCORES))]
    thresholds: Annotated[dict[str, float], Meta(max_length=len(SCORES) + 1)]


@dataclass(frozen=True, eq=False)
class Calibration:
    """What an alarm compares frames with."""

    encoder: str
    """Fingerprint of the encoder that it was calibrated for."""
    false_alarm_rate: float
    """Share of ordinary frames that may raise each alarm."""
    held_out_frames: int
    density: LatentDensity | None
    """Of latents; None where they have none."""
    scales: Mapping[str, tuple[float, float]]
    """Mean and standard deviation of the logarithm of each score over held-out frames."""
    thresholds: Mapping[str, float]
    """What each score, and ``worst``, must exceed to raise an alarm."""
    path: Path | None = None
    """The file that it was read from; None when there is none."""

    def worst(self, scores: Mapping[str, np.ndarray]) -> np.ndarray:
        """Return the largest of the scores in units of their spread, float64 (N,)."""
        scaled = [
            (np.log(np.maximum(values, _FAINTEST)) - self.scales[name][0]) / self.scales[name][1]
            for name, values in scores.items()
        ]
        return np.asarray(np.max(scaled, axis=0))

    def save(self, path: Path) -> None:
        """Write the calibration as JSON, atomically."""
        density: _DensityJson | None = None
        if self.density is not None:
            density = {
                "mean": self.density.mean.tolist(),
                "covariance": self.density.covariance.tolist(),
            }
        scales: dict[str, _ScaleJson] = {
            name: {"mean": mean, "std": std} for name, (mean, std) in self.scales.items()
        }
        value: _CalibrationJson = {
            "format": "darla alarm",
            "schema": 1,
            "encoder": self.encoder,
            "false_alarm_rate": self.false_alarm_rate,
            "held_out_frames": self.held_out_frames,
            "density": density,
            "scales": scales,
            "thresholds": dict(self.thresholds),
        }
        write_json(path, value)


def held_out_calibration(
    encoder: FrozenEncoder,
    density: LatentDensity | None,
    scores: Mapping[str, np.ndarray],
    false_alarm_rate: float,
) -> Calibration:
    """Return the calibration that scores of held-out frames make.

    Args:
        encoder: a frozen encoder.
        density: where its latents lie over D_U; None where they have none.
        scores: of the held-out frames, float64 (n,) each, by the names of
            :func:`darla.alarm.scores.scores_of`.
        false_alarm_rate: the share of frames such as these that may raise an alarm, of each score
            and of the worst of them; so that :func:`check_rate` lets it pass.
    """
    count = len(next(iter(scores.values())))
    place = check_rate(false_alarm_rate, count)
    logs = {name: np.log(np.maximum(values, _FAINTEST)) for name, values in scores.items()}
    scales = {
        name: (float(each.mean()), float(max(each.std(), _SMALLEST_STD)))
        for name, each in logs.items()
    }
    known = Calibration(fingerprint(encoder), false_alarm_rate, count, density, scales, {})
    every = {**scores, WORST: known.worst(scores)}
    thresholds = {name: float(np.sort(values)[place - 1]) for name, values in every.items()}
    return replace(known, thresholds=thresholds)


def check_rate(false_alarm_rate: float, held_out_frames: int) -> int:
    """Return which of the scores of so many frames, from 1 for the smallest, is the threshold.

    A ValueError where the rate is no share, or the frames are too few for it.
    """
    if not 0 < false_alarm_rate < 1:
        raise ValueError(
            f"false_alarm_rate is {false_alarm_rate}; expected a share above 0, below 1"
        )
    place = math.ceil((held_out_frames + 1) * (1 - false_alarm_rate))
    if place > held_out_frames:
        raise ValueError(
            f"{held_out_frames} held-out frames are too few for a false-alarm rate of "
            f"{false_alarm_rate}; give at least {math.ceil(1 / false_alarm_rate) - 1}, or a higher "
            "rate"
        )
    return place


def load_calibration(path: Path | str, encoder: FrozenEncoder) -> Calibration:
    """Read a calibration, and check that it was made for the encoder.

    Raises:
        FileNotFoundError: there is no file.
        ValueError: it is no calibration, damaged, or of another encoder.
    """
    if not Path(path).is_file():
        raise FileNotFoundError(f"there is no calibration at {path}; make one with darla use alarm")
    value: Any = read_checked(Path(path), _CalibrationJson, _REMEDY)
    if value["encoder"] != fingerprint(encoder):
        raise ValueError(
            f"{path} was calibrated for another encoder than {named(encoder)}; {_REMEDY}"
        )
    try:
        density = _density(value["density"], encoder)
        scales = {name: (each["mean"], each["std"]) for name, each in value["scales"].items()}
        _check_names(value, scores_of(encoder))
    except (ValueError, np.linalg.LinAlgError) as error:
        raise ValueError(f"{path} is damaged: {error}; {_REMEDY}") from error
    return Calibration(
        value["encoder"],
        value["false_alarm_rate"],
        value["held_out_frames"],
        density,
        scales,
        value["thresholds"],
        Path(path),
    )


def check_calibrated(calibration: Calibration | None, encoder: FrozenEncoder) -> Calibration:
    """Return a calibration; a ValueError where there is none, or it is of another encoder."""
    if calibration is None:
        raise ValueError(UNCALIBRATED)
    if calibration.encoder != fingerprint(encoder):
        raise ValueError(f"the calibration is of another encoder than {named(encoder)}; {_REMEDY}")
    return calibration


def fingerprint(encoder: FrozenEncoder) -> str:
    """Return what tells the weights of an encoder and its decoder from those of others."""
    found = hashlib.sha256()
    for name, tensor in sorted(encoder.state_dict().items()):
        found.update(name.encode())
        found.update(tensor.detach().float().cpu().contiguous().numpy().tobytes())
    return found.hexdigest()[:16]


def _density(value: Any, encoder: FrozenEncoder) -> LatentDensity | None:
    """Return the density of a file, checked."""
    if (value is None) != encoder.encoder.shape.quantized:
        raise ValueError(
            "density belongs to encoders whose latents can have any value, and only them"
        )
    if value is None:
        return None
    z = encoder.latent_dim
    if len(value["mean"]) != z or [len(row) for row in value["covariance"]] != [z] * z:
        raise ValueError(f"density is not of {z} latents")
    mean, covariance = np.array(value["mean"]), np.array(value["covariance"])
    if not (np.isfinite(mean).all() and np.isfinite(covariance).all()):
        raise ValueError("density holds NaN or infinity")
    np.linalg.cholesky(covariance)  # an error unless it is positive definite
    return LatentDensity(mean, covariance)


def _check_names(value: Any, names: tuple[str, ...]) -> None:
    """Check that there is a scale and a threshold for each score."""
    if set(value["scales"]) != set(names) or set(value["thresholds"]) != {*names, WORST}:
        raise ValueError(f"scales and thresholds are not of {', '.join(names)}")
    numbers = [*value["thresholds"].values(), *(each["mean"] for each in value["scales"].values())]
    if not np.isfinite(numbers).all():
        raise ValueError("a scale or a threshold is NaN or infinity")
