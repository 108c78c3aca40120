"""Random changes of pictures that an agent learns from, as functions of explicit parameters.

They are the augmentations that image-based reinforcement learning is usually compared with: random
shifts (DrQ, Kostrikov et al. 2020; RAD, Laskin et al. 2020), colour jitter (RAD) and random
convolutions (Lee et al. 2020, "Network randomization"). Each map takes uint8 pictures (n, H, W, 3)
and the parameters of each picture, and returns new uint8 pictures of the same shape; what it was
given stays as it is. Each draws parameters of its own with a generator.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch.nn import functional

from darla.running.names import unknown

NONE = "none"

PAD = 4
"""How far a picture is shifted at most, in pixels a side; DrQ's and RAD's choice."""

JITTER, HUE_JITTER = 0.4, 0.5
"""How far factors of colour lie from 1, and the hue from 0 in turns, at most; RAD's choice."""

CLEAN_SHARE = 0.1
"""The share of random convolutions that leave pictures as they are (Lee et al. 2020)."""

_KERNEL_STD = (2 / (3 * 9 + 3 * 9)) ** 0.5  # Glorot's: 3 channels in and out, 9 taps each
_GREY = 127.5


@dataclass(frozen=True)
class Augmentation:
    """A map of pictures and the distribution of its parameters.

    Attributes:
        draw: from a generator and a number n, parameters of n pictures, their first axis n.
        apply: from uint8 pictures (n, H, W, 3) and parameters of each, new pictures.
    """

    draw: Callable[[np.random.Generator, int], np.ndarray]
    apply: Callable[[np.ndarray, np.ndarray], np.ndarray]


def check_augmentation(name: str) -> None:
    """Check a name: ``none`` or one in AUGMENTATIONS.

    Raises:
        ValueError: it is unknown; the message suggests the nearest one.
    """
    if name != NONE and name not in AUGMENTATIONS:
        raise unknown("augmentation", name, [NONE, *AUGMENTATIONS])


def draw_offsets(rng: np.random.Generator, count: int) -> np.ndarray:
    """Draw how far pictures are shifted: int64 (count, 2), uniform from -PAD to PAD."""
    return rng.integers(-PAD, PAD, size=(count, 2), endpoint=True)


def shift(frames: np.ndarray, offsets: np.ndarray) -> np.ndarray:
    """Crop pictures, of their own size, out of themselves with their edges replicated.

    Args:
        frames: uint8 (n, H, W, 3).
        offsets: int (n, 2), rows and columns by which the crop lies below and right of the middle.

    Returns:
        uint8 (n, H, W, 3).

    Raises:
        ValueError: pictures or parameters have another shape or dtype.
    """
    _check(frames, offsets, (2,))
    count, height, width, _ = frames.shape
    # A pixel of a padded picture is the pixel of the picture that is nearest to it.
    rows = (np.arange(height) + offsets[:, :1]).clip(0, height - 1)
    columns = (np.arange(width) + offsets[:, 1:]).clip(0, width - 1)
    return frames[np.arange(count)[:, None, None], rows[:, :, None], columns[:, None, :]]


def draw_color_factors(rng: np.random.Generator, count: int) -> np.ndarray:
    """Draw brightness, contrast, saturation and hue: float32 (count, 4).

    The first three are uniform within JITTER of 1, the hue within HUE_JITTER turns of 0, which is
    any hue.
    """
    low = np.array([1 - JITTER] * 3 + [-HUE_JITTER])
    high = np.array([1 + JITTER] * 3 + [HUE_JITTER])
    return rng.uniform(low, high, size=(count, 4)).astype(np.float32)


def jitter_color(frames: np.ndarray, factors: np.ndarray) -> np.ndarray:
    """Change contrast, then brightness, saturation and hue of pictures, as RAD does for ProcGen.

    Contrast is the distance from the picture's mean colour; brightness, saturation and hue are
    those of HSV. What exceeds its range is clipped.

    Args:
        frames: uint8 (n, H, W, 3).
        factors: float32 (n, 4), of brightness, contrast and saturation, and turns of the hue:
            (1, 1, 1, 0) leaves a picture as it is.

    Returns:
        uint8 (n, H, W, 3).

    Raises:
        ValueError: pictures or parameters have another shape or dtype.
    """
    _check(frames, factors, (4,))
    of_pictures = torch.from_numpy(factors.T.astype(np.float32, order="C"))[:, :, None, None]
    brightness, contrast, saturation, turns = of_pictures
    colors = torch.from_numpy(np.moveaxis(frames, 3, 0).astype(np.float32, order="C")).div_(255)
    means = colors.mean(dim=(2, 3), keepdim=True)
    colors = ((colors - means) * contrast + means).clamp_(0, 1)
    value = colors.amax(dim=0)
    chroma = value - colors.amin(dim=0)
    hue = _hue(colors, value, chroma) + 6 * turns
    share = chroma / torch.where(value > 0, value, 1)
    value = (value * brightness).clamp_(0, 1)
    chroma = value * (share * saturation).clamp_(0, 1)
    # A primary is as bright as the value up to a sixth of a turn from its own hue, and as dark as
    # can be from a third of a turn on.
    distance = hue - torch.tensor([0.0, 2.0, 4.0])[:, None, None, None]
    distance = (distance - 6 * torch.round(distance / 6)).abs_()
    colors = value - chroma * (distance - 1).clamp_(0, 1)
    made = colors.mul_(255).round_().to(torch.uint8)
    return made.permute(1, 2, 3, 0).contiguous().numpy()


def _hue(colors: torch.Tensor, value: torch.Tensor, chroma: torch.Tensor) -> torch.Tensor:
    """Return HSV's hue in sixths of a turn, from -1 to 5; greys have 0."""
    red, green, blue = colors
    divisor = torch.where(chroma > 0, chroma, 1)
    others = torch.where(value == green, 2 + (blue - red) / divisor, 4 + (red - green) / divisor)
    return torch.where(value == red, (green - blue) / divisor, others)


def draw_kernels(rng: np.random.Generator, count: int) -> np.ndarray:
    """Draw the kernels of random convolutions: float32 (count, 3, 3, 3, 3).

    With probability CLEAN_SHARE it is the identity, otherwise it comes from Glorot's normal
    distribution (Lee et al. 2020, section 3).
    """
    kernels = rng.normal(0.0, _KERNEL_STD, size=(count, 3, 3, 3, 3)).astype(np.float32)
    kernels[rng.random(count) < CLEAN_SHARE] = identity_kernel()
    return kernels


def identity_kernel() -> np.ndarray:
    """Return the kernel that leaves pictures as they are: float32 (3, 3, 3, 3)."""
    kernel = np.zeros((3, 3, 3, 3), np.float32)
    kernel[range(3), range(3), 1, 1] = 1
    return kernel


def convolve(frames: np.ndarray, kernels: np.ndarray) -> np.ndarray:
    """Convolve each picture with a kernel of its own; the edges are replicated.

    Values are taken relative to medium grey, which therefore stays what it is: kernels have a mean
    of 0, and half of what they make of bytes would otherwise be black. The rest is clipped.

    Args:
        frames: uint8 (n, H, W, 3).
        kernels: float32 (n, 3, 3, 3, 3): of each picture the channel made, the channel it is made
            from, row, column.

    Returns:
        uint8 (n, H, W, 3).

    Raises:
        ValueError: pictures or parameters have another shape or dtype.
    """
    _check(frames, kernels, (3, 3, 3, 3))
    count, height, width, _ = frames.shape
    values = torch.from_numpy(np.moveaxis(frames, 3, 1).astype(np.float32, order="C")) - _GREY
    padded = functional.pad(values, (1, 1, 1, 1), mode="replicate")
    weights = torch.from_numpy(kernels.reshape(3 * count, 3, 3, 3))
    # All pictures in one convolution: a group of three channels for each.
    grouped = padded.reshape(1, 3 * count, height + 2, width + 2)
    made = functional.conv2d(grouped, weights, groups=count).view(count, 3, height, width)
    made = (made + _GREY).round_().clamp_(0, 255).to(torch.uint8)
    return made.permute(0, 2, 3, 1).contiguous().numpy()


def _check(frames: np.ndarray, parameters: np.ndarray, shape: tuple[int, ...]) -> None:
    if frames.ndim != 4 or frames.shape[-1] != 3 or frames.dtype != np.uint8:
        raise ValueError(
            f"pictures are uint8 of shape (n, H, W, 3), not {frames.dtype} of {frames.shape}"
        )
    if parameters.shape != (len(frames), *shape):
        raise ValueError(
            f"parameters of {len(frames)} pictures have the shape {(len(frames), *shape)}, "
            f"not {parameters.shape}"
        )


AUGMENTATIONS: dict[str, Augmentation] = {
    "shift": Augmentation(draw_offsets, shift),
    "color": Augmentation(draw_color_factors, jitter_color),
    "conv": Augmentation(draw_kernels, convolve),
}
"""What can be done to pictures, by name."""
