"""Calibrate an alarm: say what scores of ordinary frames are, so that strange ones stand out."""

from darla.alarm.calibration import Calibration, check_rate, held_out_calibration
from darla.encoder.frozen_encoder import FrozenEncoder
from darla.uses.alarm import score
from darla.uses.encoded_frames import Frames
from darla.uses.latent_density import measure_density


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
    check_rate(false_alarm_rate, len(held_out))
    density = None if encoder.encoder.shape.quantized else measure_density(encoder, seen)
    scores = score(encoder, held_out, density)
    return held_out_calibration(encoder, density, scores, false_alarm_rate)
