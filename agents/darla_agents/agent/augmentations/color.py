"""Colour jitter, as RAD has it for ProcGen (Laskin et al. 2020)."""

import numpy as np
import torch

from darla_agents.agent.augmentations.base import Augmentation, check_pictures

JITTER, HUE_JITTER = 0.4, 0.5
"""How far factors of colour lie from 1, and the hue from 0 in turns, at most; RAD's choice."""


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
    those of HSV. What exceeds its range is clipped. Frames are uint8 (n, H, W, 3), and factors
    float32 (n, 4), of brightness, contrast and saturation, and turns of the hue: (1, 1, 1, 0)
    changes nothing.
    """
    check_pictures(frames, factors, (4,))
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
    jittered: np.ndarray = made.permute(1, 2, 3, 0).contiguous().numpy()
    return jittered


def _hue(colors: torch.Tensor, value: torch.Tensor, chroma: torch.Tensor) -> torch.Tensor:
    """Return HSV's hue in sixths of a turn, from -1 to 5; greys have 0."""
    red, green, blue = colors
    divisor = torch.where(chroma > 0, chroma, 1)
    others = torch.where(value == green, 2 + (blue - red) / divisor, 4 + (red - green) / divisor)
    return torch.where(value == red, (green - blue) / divisor, others)


COLOR = Augmentation("jittered in colour", draw_color_factors, jitter_color)
