"""Repaint pictures at random, so that what is read from them cannot depend on colours.

A map from colours to colours, drawn anew for each picture, is applied to all of its pixels: what
had one colour still has one, what differed mostly still does, and nothing moves. The map is a small
random network of the chromaticity, wide enough to turn any room into any other, and the outcome is
as bright as the pixel was, up to a random gamma. So shading stays: of two walls of one colour the
darker one stays the darker one, and with it which way is which.
"""

import torch
from torch import Tensor

_UNITS = 8
_CENTRE = 0.6  # a usual chromaticity: there the network is steepest
_INNER, _INNER_BIAS, _OUTER, _OUTER_BIAS = 2.5, 0.8, 0.8, 0.5
_GAMMA = 0.3  # standard deviation of its logarithm
_DARKEST = 0.02


def recolor(pictures: Tensor, share: Tensor) -> Tensor:
    """Repaint a share of the pictures, each with a map of its own.

    A pixel x of brightness v = max(x) becomes v^g sigmoid(B tanh(A x / v + a) + b). Pictures are
    float (N, 3, H, W) in [0, 1], and the share is a scalar, the probability of each to be
    repainted; float32 pictures of the same memory layout come back, the others as they were.
    """
    count, device = len(pictures), pictures.device
    inner = torch.randn(count, _UNITS, 3, device=device) * _INNER
    inner_bias = torch.randn(count, _UNITS, 1, device=device) * _INNER_BIAS
    inner_bias -= inner.sum(dim=2, keepdim=True) * _CENTRE
    outer = torch.randn(count, 3, _UNITS, device=device) * _OUTER
    outer_bias = torch.randn(count, 3, 1, device=device) * _OUTER_BIAS
    gamma = torch.exp(torch.randn(count, 1, 1, device=device) * _GAMMA)
    chosen = torch.rand(count, 1, 1, 1, device=device) < share
    with torch.autocast(device.type, enabled=False):
        colors = pictures.float().flatten(2)
        brightness = colors.amax(dim=1, keepdim=True).clamp_min_(_DARKEST)
        # In place: fresh memory costs a CPU more than the arithmetic does.
        hidden = torch.baddbmm(inner_bias, inner, colors / brightness).tanh_()
        painted = torch.baddbmm(outer_bias, outer, hidden).sigmoid_().mul_(brightness.pow_(gamma))
        painted = painted.view_as(pictures)
        return torch.where(chosen, painted, pictures.float()).to(memory_format=torch.channels_last)
