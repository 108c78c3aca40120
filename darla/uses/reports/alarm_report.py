"""How strange frames of several datasets are to an encoder, beside ordinary ones."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from darla.alarm.calibration import WORST, Calibration, load_calibration
from darla.encoder.drawn_rows import draw_rows
from darla.encoder.frozen_encoder import FrozenEncoder
from darla.running.ranges import PositiveInt
from darla.uses.alarm import Alarm, alarm, auroc
from darla.uses.alarm_calibration import calibrate
from darla.uses.reports.report import Report, UseConfig, read_spread, spread_rows

_COLUMNS = 10
_FILE = "alarm_calibration.json"


@dataclass(frozen=True)
class RaiseAlarm(UseConfig):
    """Say how strange the frames of datasets are to an encoder, beside ordinary ones.

    Half of the ordinary frames say where latents lie, a quarter what is usual, and a quarter is
    tested; all of them with a calibration that was saved before.
    """

    against: tuple[Path, ...] = ()
    """Datasets that may be strange, such as one for each target domain; data is the ordinary
    one."""
    calibration: Path | None = None
    """A calibration that was saved before; when not given, one is made of data and saved."""
    false_alarm_rate: float = 0.05
    """Share of ordinary frames that may raise an alarm."""
    frames: PositiveInt = 2000
    """Frames of each dataset, spread evenly over it."""

    name: ClassVar[str] = "alarm"


def report_alarm(config: RaiseAlarm) -> Report:
    """Score frames of all datasets, count alarms, and say how well scores tell them apart."""
    encoder = config.load()
    known, ordinary = _calibrated(config, encoder)
    shown = {config.data.name: ordinary}
    for path in config.against:
        shown[path.name] = read_spread(path, config.frames, encoder.image_shape[:2])
    if len(shown) <= len(config.against):
        raise ValueError("two datasets have one name; rename a folder, so that each has its own")
    found = {name: alarm(encoder, frames, known) for name, frames in shown.items()}
    usual = found[config.data.name]
    numbers: dict[str, Any] = {
        "held-out frames": known.held_out_frames,
        "false-alarm rate": known.false_alarm_rate,
        "thresholds": known.thresholds,
    }
    for name, each in found.items():
        numbers[name] = {
            "frames": len(shown[name]),
            "alarms": {score: float(raised.mean()) for score, raised in each.raised.items()},
        }
        if each is not usual:
            numbers[name]["AUROC"] = _areas(usual, each)
    return Report(_draw(shown, found, numbers), numbers)


def _calibrated(config: RaiseAlarm, encoder: FrozenEncoder) -> tuple[Calibration, np.ndarray]:
    """Return a calibration, saved or new, and ordinary frames that it has not seen."""
    frames = read_spread(config.data, config.frames, encoder.image_shape[:2])
    if config.calibration is not None:
        return load_calibration(config.calibration, encoder), frames
    half, most = len(frames) // 2, len(frames) * 3 // 4  # in a row: frames of a look stay together
    known = calibrate(encoder, frames[:half], frames[half:most], config.false_alarm_rate)
    known.save(config.out / _FILE)
    return known, frames[most:]


def _areas(usual: Alarm, other: Alarm) -> dict[str, float]:
    """Return how well each score tells frames from ordinary ones."""
    return {name: auroc(usual.scores[name], other.scores[name]) for name in usual.scores}


def _draw(
    shown: Mapping[str, np.ndarray], found: Mapping[str, Alarm], numbers: Mapping[str, Any]
) -> np.ndarray:
    """Draw frames of each dataset from the least to the most strange."""
    rows, labels = [], []
    for name, frames in shown.items():
        order = np.argsort(found[name].scores[WORST], kind="stable")
        rows.append(frames[order[spread_rows(len(order), _COLUMNS)]])
        area = numbers[name].get("AUROC", {}).get(WORST)
        alarms = f"alarms {numbers[name]['alarms'][WORST]:.0%}"
        labels.append(f"{name}\n{alarms}" + ("" if area is None else f"\nAUROC {area:.2f}"))
    return draw_rows(rows, labels, "from the least to the most strange frame of each dataset")
