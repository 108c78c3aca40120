"""Random convolutions (Lee et al. 2020, "Network randomization")."""

import numpy as np
import torch
from torch.nn import functional

from darla_agents.agent.augmentations.base import Augmentation, check_pictures

CLEAN_SHARE = 0.1
"""The share of random convolutions that leave pictures as they are (Lee et al. 2020)."""

_KERNEL_STD = (2 / (3 * 9 + 3 * 9)) ** 0.5  # Glorot's: 3 channels in and out, 9 taps each
_GREY = 127.5


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
    of 0, and half of what they make of bytes would otherwise be black. The rest is clipped. Frames
    are uint8 (n, H, W, 3), and kernels float32 (n, 3, 3, 3, 3): of each picture the channel made,
    the channel it is made from, row, column.
    """
    check_pictures(frames, kernels, (3, 3, 3, 3))
    count, height, width, _ = frames.shape
    values = torch.from_numpy(np.moveaxis(frames, 3, 1).astype(np.float32, order="C")) - _GREY
    padded = functional.pad(values, (1, 1, 1, 1), mode="replicate")
    weights = torch.from_numpy(kernels.reshape(3 * count, 3, 3, 3))
    # All pictures in one convolution: a group of three channels for each.
    grouped = padded.reshape(1, 3 * count, height + 2, width + 2)
    made = functional.conv2d(grouped, weights, groups=count).view(count, 3, height, width)
    made = (made + _GREY).round_().clamp_(0, 255).to(torch.uint8)
    return made.permute(0, 2, 3, 1).contiguous().numpy()


CONVOLUTION = Augmentation("convolved with a random kernel", draw_kernels, convolve)
