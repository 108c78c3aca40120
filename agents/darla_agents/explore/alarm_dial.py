"""The alarm as a dial: how strange a frame is to an encoder, beside frames that are not.

It is calibrated when it is first asked, on the frames of the survey: the density on one half, and
thresholds on the other. Where the encoder has learnt from these very frames its scores of them are
too low, and ordinary frames that are new to it raise the alarm more often than the rate says.
"""

from dataclasses import dataclass

import numpy as np

from darla.alarm.calibration import WORST, Calibration
from darla.alarm.scores import SCORES
from darla.uses.alarm import alarm
from darla.uses.alarm_calibration import calibrate
from darla_agents.explore.messages import Answer, numbers
from darla_agents.explore.opened import Opened
from darla_agents.explore.survey import survey

_RATE = 0.01
_LEAST, _MOST = 2 * round(1 / _RATE), 1000  # frames, of which half are held out
_BINS = 40


@dataclass(frozen=True, eq=False)
class _Dial:
    """A calibrated alarm, and what it says of ordinary frames."""

    calibration: Calibration
    ordinary: np.ndarray
    """float64 (M,), the worst scores of held-out frames."""
    origin: str


def read_dial(opened: Opened, bundle: int, frame: np.ndarray) -> Answer:
    """Return where the needle stands for a frame, uint8 (1, H, W, 3).

    A ValueError where there are too few frames to calibrate on.
    """
    dial = opened.once(("alarm", bundle), lambda: _calibrated(opened, bundle))
    found = alarm(opened.bundle(bundle).encoder, frame, dial.calibration)
    worst = float(found.scores[WORST][0])
    counts, edges = np.histogram(dial.ordinary, _BINS)
    return {
        "worst": worst,
        "threshold": dial.calibration.thresholds[WORST],
        "raised": bool(found.raised[WORST][0]),
        "stranger_than": float((dial.ordinary < worst).mean()),
        "ordinary": {"counts": numbers(counts), "low": float(edges[0]), "high": float(edges[-1])},
        "rate": _RATE,
        "held_out": len(dial.ordinary),
        "origin": dial.origin,
        "scores": [
            {
                "name": name,
                "what": SCORES[name],
                "value": float(found.scores[name][0]),
                "threshold": dial.calibration.thresholds[name],
            }
            for name in dial.calibration.scales
        ],
    }


def _calibrated(opened: Opened, bundle: int) -> _Dial:
    """Calibrate the alarm of an encoder."""
    encoder = opened.bundle(bundle).encoder
    known = survey(opened, bundle).frames
    frames = known.read(encoder.image_shape[:2])[:_MOST]
    if len(frames) < _LEAST:
        raise ValueError(
            f"{len(frames)} frames are too few to calibrate an alarm on; start again with --data "
            f"FRAMES or --env ID, which give {_LEAST} or more"
        )
    seen, held_out = np.array_split(frames, 2)
    calibration = calibrate(encoder, seen, held_out, _RATE)
    ordinary = alarm(encoder, held_out, calibration).scores[WORST]
    return _Dial(calibration, ordinary, known.origin)
