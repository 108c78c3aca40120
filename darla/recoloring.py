"""Repaint pictures at random, so that what is read from them cannot depend on colours.

A map from colours to colours, drawn anew for each picture, is applied to all of its pixels: what
had one colour still has one, what differed mostly still does, and nothing moves. A small random
network is such a map; its 3 x 8 x 3 weights are wide enough to turn any room into any other.
"""

import torch
from torch import Tensor

_UNITS = 8
_CENTRE = 0.4  # a usual brightness: there the network is steepest
_INNER, _INNER_BIAS, _OUTER, _OUTER_BIAS = 2.5, 0.8, 0.8, 0.5


def recolor(pictures: Tensor, share: Tensor) -> Tensor:
    """Repaint a share of the pictures, each with a map of its own: sigmoid(B tanh(A x + a) + b).

    Args:
        pictures: float (N, 3, H, W) in [0, 1].
        share: scalar, the probability of each to be repainted.

    Returns:
        float32, shape and memory layout of the pictures; the others are as they were.
    """
    count, device = len(pictures), pictures.device
    inner = torch.randn(count, _UNITS, 3, device=device) * _INNER
    inner_bias = torch.randn(count, _UNITS, 1, device=device) * _INNER_BIAS
    outer = torch.randn(count, 3, _UNITS, device=device) * _OUTER
    outer_bias = torch.randn(count, 3, 1, device=device) * _OUTER_BIAS
    chosen = torch.rand(count, 1, 1, 1, device=device) < share
    with torch.autocast(device.type, enabled=False):
        colors = pictures.float().flatten(2) - _CENTRE
        hidden = torch.tanh(inner @ colors + inner_bias)
        painted = torch.sigmoid(outer @ hidden + outer_bias).view_as(pictures)
        return torch.where(chosen, painted, pictures.float()).to(memory_format=torch.channels_last)
