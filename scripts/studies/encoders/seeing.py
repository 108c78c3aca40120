"""How well a decoder draws frames that it has not learnt from, and how fast it has learnt."""

from pathlib import Path

import numpy as np
from tensorboard.backend.event_processing.event_accumulator import SCALARS, EventAccumulator

from darla.encoder.bundle import load_encoder
from darla.frames.dataset import FrameDataset
from darla.uses.picture_errors import picture_errors

SPEED = "frames_per_second"
"""The tag of TensorBoard that has it."""


def pictures_of(bundle: Path, unseen: Path) -> dict[str, float]:
    """Compare the frames of a dataset with what an encoder makes of them, each by itself.

    Returns:
        ``ssim``, their structural similarity, and ``squared_error``, of values in [0, 1].
    """
    dataset, encoder = FrameDataset.open(unseen), load_encoder(bundle)
    frames = dataset.read(0, dataset.shape[0])
    found = picture_errors(encoder.decode(encoder.encode(frames)), frames)
    return {
        "ssim": round(found.similarity, 4),
        "squared_error": round(found.squared_error, 5),
    }


def frames_per_second(log: Path) -> float | None:
    """Return how many frames a stage learnt from in a second: the median of its log's entries.

    So a training that was stopped and continued is as fast as one that was not. None where nothing
    was logged, as of what is fitted in place of trained.
    """
    events = EventAccumulator(str(log), size_guidance={SCALARS: 0}).Reload()
    if SPEED not in events.Tags()[SCALARS]:
        return None
    return round(float(np.median([each.value for each in events.Scalars(SPEED)])), 1)
