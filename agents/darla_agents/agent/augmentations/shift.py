"""Random shifts (DrQ, Kostrikov et al. 2020; RAD, Laskin et al. 2020)."""

import numpy as np

from darla_agents.agent.augmentations.base import Augmentation, check_pictures

PAD = 4
"""How far a picture is shifted at most, in pixels a side; DrQ's and RAD's choice."""


def draw_offsets(rng: np.random.Generator, count: int) -> np.ndarray:
    """Draw how far pictures are shifted: int64 (count, 2), uniform from -PAD to PAD."""
    return rng.integers(-PAD, PAD, size=(count, 2), endpoint=True)


def shift(frames: np.ndarray, offsets: np.ndarray) -> np.ndarray:
    """Crop pictures, of their own size, out of themselves with their edges replicated.

    Frames are uint8 (n, H, W, 3), and offsets int (n, 2), the rows and columns by which the crop
    lies below and right of the middle.
    """
    check_pictures(frames, offsets, (2,))
    count, height, width, _ = frames.shape
    # A pixel of a padded picture is the pixel of the picture that is nearest to it.
    rows = (np.arange(height) + offsets[:, :1]).clip(0, height - 1)
    columns = (np.arange(width) + offsets[:, 1:]).clip(0, width - 1)
    shifted: np.ndarray = frames[
        np.arange(count)[:, None, None], rows[:, :, None], columns[:, None, :]
    ]
    return shifted


SHIFT = Augmentation(f"shifted by up to {PAD} pixels", draw_offsets, shift)
