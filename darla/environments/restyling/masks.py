"""Masks of the background, which environments tell with their observations or in info."""

from collections.abc import Mapping
from typing import Any

import numpy as np

MASK = "mask"
"""The entry of a Dict observation, or of info, that tells what is background."""

MASK_EXPECTED = (
    f"bool (H, W), true where the background is, as the entry {MASK!r} of a Dict observation or of "
    "info; let a wrapper of yours add it, or leave the shift out"
)
"""What a mask must be, and what to do where there is none, for messages."""


def mask_of(observation: Any, info: Mapping[str, Any]) -> np.ndarray | None:
    """Return the mask that came with an observation, bool (H, W), or None without one.

    A ValueError where something else is called so.
    """
    entries = observation if isinstance(observation, Mapping) and MASK in observation else info
    if entries.get(MASK) is None:
        return None
    mask = np.asarray(entries[MASK])
    if mask.ndim == 3 and mask.shape[2] == 1:
        mask = mask[..., 0]
    if mask.ndim != 2 or mask.dtype.kind not in "bui":
        raise ValueError(
            f"the mask of the background is {mask.dtype} of {mask.shape}; expected {MASK_EXPECTED}"
        )
    return mask.astype(bool)


def resized_mask(mask: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Return a mask (H, W) at another size: the value nearest to each pixel."""
    rows, columns = (np.arange(to) * of // to for of, to in zip(mask.shape, size, strict=True))
    resized: np.ndarray = mask[rows[:, None], columns]
    return resized
