"""Repaint pictures at random, so that what is read from them cannot depend on colours.

A map from colours to colours, drawn anew for each picture, is applied to all of its pixels; see
:mod:`darla.frames.color_maps` for its form. Here it is made for minibatches, in torch. Shading
stays, and with it which way is which.
"""

from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from darla.encoder.memory_layout import channels_last
from darla.encoder.networks import to_pictures
from darla.frames.color_maps import (
    CENTRE,
    DARKEST,
    GAMMA,
    INNER,
    INNER_BIAS,
    LUMA,
    OUTER,
    OUTER_BIAS,
    UNITS,
)

_ALBEDO = 0.35
"""Standard deviation of what each unit of a map adds to the logarithm of brightness."""
_MEAN_BRIGHTNESS = (0.15, 0.6)
_EXPOSURE = (0.4, 3.0)
"""By how much a picture is darkened or brightened at most to have such a mean."""
_FAINT = 1e-3
_LEAST = (0.4, 0.8)
"""Least channel of the one colour that a picture is shown in, between these."""


@dataclass(frozen=True)
class ColorMaps:
    """A map for each of n pictures, float32.

    They are A (n, UNITS, 3), a (n, UNITS, 1), B (n, 3, UNITS), b (n, 3, 1) and g (n, 1, 1).
    """

    inner: Tensor
    inner_bias: Tensor
    outer: Tensor
    outer_bias: Tensor
    gamma: Tensor
    albedo: Tensor | None = None
    """What each unit adds to the logarithm of brightness, (n, 1, UNITS); None for nothing."""


def draw_color_maps(count: int, device: torch.device) -> ColorMaps:
    """Draw as many maps."""
    inner = torch.randn(count, UNITS, 3, device=device) * INNER
    inner_bias = torch.randn(count, UNITS, 1, device=device) * INNER_BIAS
    inner_bias -= inner.sum(dim=2, keepdim=True) * CENTRE
    outer = torch.randn(count, 3, UNITS, device=device) * OUTER
    outer_bias = torch.randn(count, 3, 1, device=device) * OUTER_BIAS
    gamma = torch.exp(torch.randn(count, 1, 1, device=device) * GAMMA)
    return ColorMaps(inner, inner_bias, outer, outer_bias, gamma)


def recolor(pictures: Tensor, share: Tensor) -> Tensor:
    """Repaint a share of the pictures, each with a map of its own.

    Pictures are float (N, 3, H, W) in [0, 1], and the share is a scalar, the probability of each to
    be repainted; float32 pictures of the same memory layout come back, the others as they were.
    """
    count, device = len(pictures), pictures.device
    maps = draw_color_maps(count, device)
    chosen = torch.rand(count, 1, 1, 1, device=device) < share
    painted = repaint(pictures, maps)
    with torch.autocast(device.type, enabled=False):
        return channels_last(torch.where(chosen, painted, pictures.float()))


def repaint(pictures: Tensor, maps: ColorMaps) -> Tensor:
    """Repaint pictures, float (N, 3, H, W) in [0, 1], each with its map; new float32 ones.

    They are in [0, 1] too, unless maps have an albedo, which may make them brighter.
    """
    with torch.autocast(pictures.device.type, enabled=False):
        colors = pictures.float().flatten(2)
        brightness = colors.amax(dim=1, keepdim=True).clamp_min_(DARKEST)
        # In place: fresh memory costs a CPU more than the arithmetic does.
        hidden = torch.baddbmm(maps.inner_bias, maps.inner, colors / brightness).tanh_()
        painted = torch.baddbmm(maps.outer_bias, maps.outer, hidden).sigmoid_()
        brightness = brightness.pow(maps.gamma)
        if maps.albedo is not None:
            brightness.mul_(torch.bmm(maps.albedo, hidden).exp_())
        return painted.mul_(brightness).view_as(pictures)


def recolored_copies(frames: np.ndarray, copies: int, seed: int) -> list[Tensor]:
    """Repaint every frame so many times, each time with other maps, which the seed decides.

    Frames are uint8 (N, H, W, 3); float32 pictures (N, 3, H, W) in [0, 1] come back, on the CPU.
    Torch's own random numbers are left as they were.
    """
    pictures, every = to_pictures(torch.from_numpy(frames)), torch.ones(())
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return [recolor(pictures, every) for _ in range(copies)]


def draw_free_maps(count: int, device: torch.device) -> tuple[ColorMaps, Tensor]:
    """Draw as many maps of :func:`repaint_freely`, and how bright pictures are to be.

    The latter is the mean of a picture's values, float32 (n, 1, 1, 1).
    """
    maps = draw_color_maps(count, device)
    albedo = torch.randn(count, 1, UNITS, device=device) * _ALBEDO
    darkest, brightest = _MEAN_BRIGHTNESS
    wanted = torch.rand(count, 1, 1, 1, device=device) * (brightest - darkest) + darkest
    return replace(maps, albedo=albedo), wanted


def repaint_freely(pictures: Tensor, drawn: tuple[ColorMaps, Tensor] | None = None) -> Tensor:
    """Repaint all pictures, and give each of their colours a brightness of its own.

    What had one colour becomes brighter or darker as a whole, and then the picture: so neither
    colour nor brightness says what a surface was. Of two shades of one colour the darker one stays
    the darker. Pictures are float (N, 3, H, W) in [0, 1]; new float32 ones come back. Maps are
    those of :func:`draw_free_maps`, drawn anew when not given.
    """
    maps, wanted = drawn or draw_free_maps(len(pictures), pictures.device)
    painted = repaint(pictures, maps)
    mean = painted.mean(dim=(1, 2, 3), keepdim=True)
    painted.mul_((wanted / (mean + _FAINT)).clamp(*_EXPOSURE)).clamp_min_(0).clamp_max_(1)
    return channels_last(painted)


def in_one_hue(pictures: Tensor, share: float) -> Tensor:
    """Show a share of the pictures in shades of one colour each, so that only brightness is left.

    Pictures are float (N, 3, H, W) in [0, 1]; float32 ones come back, the others as they were. The
    colour is never grey: the largest of its channels is 1, and the least at most 0.8.
    """
    count, device = len(pictures), pictures.device
    with torch.autocast(device.type, enabled=False):
        red, green, blue = pictures.float().split(1, dim=1)
        shades = LUMA[0] * red + LUMA[1] * green + LUMA[2] * blue
        tints = torch.rand(count, 3, 1, 1, device=device)
        low, high = tints.amin(dim=1, keepdim=True), tints.amax(dim=1, keepdim=True)
        least = _LEAST[0] + (_LEAST[1] - _LEAST[0]) * torch.rand(count, 1, 1, 1, device=device)
        tints = least + (1 - least) * (tints - low) / (high - low).clamp_min(_FAINT)
        chosen = torch.rand(count, 1, 1, 1, device=device) < share
        shown = torch.where(chosen, shades * tints, pictures.float())
        return channels_last(shown)
