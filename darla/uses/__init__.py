"""What a trained encoder is good for besides agents.

Functions of plain arrays, uint8 frames (N, H, W, 3) and float32 latents (N, z), and of a frozen
encoder as :func:`darla.load_encoder` returns it. Each works for every objective that can, and
raises a ValueError of one line for others (``refusals``). ``reports`` makes a picture and numbers
of each, for the command line.
"""

from darla.alarm.calibration import Calibration, load_calibration
from darla.uses.alarm import Alarm, alarm, auroc
from darla.uses.alarm_calibration import calibrate
from darla.uses.augment import augment
from darla.uses.denoise import corrupt, denoise
from darla.uses.inpaint import inpaint, rectangle
from darla.uses.interpolate import interpolate
from darla.uses.nearest import Nearest
from darla.uses.picture_errors import PictureErrors, picture_errors
from darla.uses.predict import predict
from darla.uses.retrieve import relevance, retrieve
from darla.uses.sample import Sample, latent_grid, sample
from darla.uses.swap_look import swap_look

__all__ = [
    "Alarm",
    "Calibration",
    "Nearest",
    "PictureErrors",
    "Sample",
    "alarm",
    "augment",
    "auroc",
    "calibrate",
    "corrupt",
    "denoise",
    "inpaint",
    "interpolate",
    "latent_grid",
    "load_calibration",
    "picture_errors",
    "predict",
    "rectangle",
    "relevance",
    "retrieve",
    "sample",
    "swap_look",
]
