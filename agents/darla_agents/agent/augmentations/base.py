"""What an augmentation is: a map of pictures and the distribution of its parameters."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from darla.encoder.frozen_encoder import FrozenEncoder


@dataclass(frozen=True)
class Augmentation:
    """A random change of pictures that an agent learns from."""

    help: str
    """What it does to a picture, in a few words."""
    draw: Callable[[np.random.Generator, int], np.ndarray]
    """From a generator and a number n, parameters of n pictures, their first axis n."""
    apply: Callable[[np.ndarray, np.ndarray], np.ndarray]
    """From uint8 pictures (n, H, W, 3) and parameters of each, new uint8 pictures of the same
    shape; what it is given stays as it is. Raises a ValueError for pictures or parameters of
    another shape or dtype."""


@dataclass(frozen=True)
class EncoderAugmentation:
    """One that an encoder makes, which the agent's description names."""

    help: str
    """What it does to a picture, in a few words."""
    make: "Callable[[FrozenEncoder], Augmentation]"
    """From a frozen encoder, the augmentation; a ValueError where the encoder cannot do it."""


def check_pictures(frames: np.ndarray, parameters: np.ndarray, shape: tuple[int, ...]) -> None:
    """Raise a ValueError unless pictures are uint8 (n, H, W, 3), and parameters (n, *shape)."""
    if frames.ndim != 4 or frames.shape[-1] != 3 or frames.dtype != np.uint8:
        raise ValueError(
            f"pictures are uint8 of shape (n, H, W, 3), not {frames.dtype} of {frames.shape}"
        )
    if parameters.shape != (len(frames), *shape):
        raise ValueError(
            f"parameters of {len(frames)} pictures have the shape {(len(frames), *shape)}, "
            f"not {parameters.shape}"
        )
