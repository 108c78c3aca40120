"""What an alarm knows of ordinary frames, and the JSON file that keeps it.

A threshold is the ceil((n + 1) (1 - rate))-th smallest of the scores of n held-out frames. One more
frame that is drawn as these were exceeds it with a probability of at most the rate, whatever the
scores' distribution is (conformal prediction: Vovk et al., 2005; for outliers Bates et al., 2023,
"Testing for Outliers with Conformal p-values").
"""

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, TypedDict

import numpy as np
from msgspec import Meta

from darla.encoder.frozen_encoder import FrozenEncoder
from darla.running.atomic import write_json
from darla.running.checked_json import Count, Name, read_checked
from darla.uses.alarm_scores import SCORES, score, scores_of
from darla.uses.encoded_frames import Frames
from darla.uses.latent_density import LatentDensity, measure_density
from darla.uses.refusals import named

WORST = "worst"
"""The largest of a frame's scores, each in units of its spread over held-out frames."""
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


def calibrate(
    encoder: FrozenEncoder, seen: Frames, held_out: Frames, false_alarm_rate: float
) -> Calibration:
    """Calibrate an alarm for an encoder.

    Args:
        encoder: a frozen encoder.
        seen: frames of D_U, of which the density of latents is measured.
        held_out: other frames of D_U, which the encoder has not learnt from either.
        false_alarm_rate: the share of frames such as these that may raise an alarm, of each score
            and of the worst of them.

    Raises:
        ValueError: frames are something else or too few for the rate, or the encoder has no scores.
    """
    if not 0 < false_alarm_rate < 1:
        raise ValueError(
            f"false_alarm_rate is {false_alarm_rate}; expected a share above 0, below 1"
        )
    place = math.ceil((len(held_out) + 1) * (1 - false_alarm_rate))
    if place > len(held_out):
        raise ValueError(
            f"{len(held_out)} held-out frames are too few for a false-alarm rate of "
            f"{false_alarm_rate}; give at least {math.ceil(1 / false_alarm_rate) - 1}, or a higher "
            "rate"
        )
    shape = encoder.encoder.shape
    density = None if shape.quantized else measure_density(encoder, seen)
    scores = score(encoder, held_out, density)
    logs = {name: np.log(np.maximum(values, _FAINTEST)) for name, values in scores.items()}
    scales = {
        name: (float(each.mean()), float(max(each.std(), _SMALLEST_STD)))
        for name, each in logs.items()
    }
    known = Calibration(
        fingerprint(encoder), false_alarm_rate, len(held_out), density, scales, thresholds={}
    )
    every = {**scores, WORST: known.worst(scores)}
    thresholds = {name: float(np.sort(values)[place - 1]) for name, values in every.items()}
    return Calibration(known.encoder, false_alarm_rate, len(held_out), density, scales, thresholds)


def load_calibration(path: Path, encoder: FrozenEncoder) -> Calibration:
    """Read a calibration, and check that it was made for the encoder.

    Raises:
        FileNotFoundError: there is no file.
        ValueError: it is no calibration, damaged, or of another encoder.
    """
    value: Any = read_checked(path, _CalibrationJson, _REMEDY)
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
    )


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
