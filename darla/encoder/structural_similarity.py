"""Structural similarity of pictures: whether edges and textures are where they belong.

SSIM of Wang et al. (2004, eq. 13), with their Gaussian window of 11 pixels and a standard deviation
of 1.5, K1 = 0.01 and K2 = 0.03, the mean over channels and over all places of the whole window. It
is 1 for two pictures that are the same, and about 0 for two that have nothing in common.
"""

import functools

import torch
from torch import Tensor

_SIDE, _STD = 11, 1.5
_FAINT_MEAN, _FAINT_STD = 0.01**2, 0.03**2


def structural_similarity(first: Tensor, second: Tensor) -> Tensor:
    """Return the SSIM of each of N pairs of pictures, float32 (N,).

    Pictures are float (N, C, H, W) in [0, 1], their sides at least 11 pixels.
    """
    with torch.autocast(first.device.type, enabled=False):
        one, other = first.float(), second.float()
        count = len(one)
        every = torch.cat([one, other, one * one, other * other, one * other])
        mean_one, mean_other, square_one, square_other, both = _blurred(every).split(count)
        shared = mean_one * mean_other
        means = mean_one.square() + mean_other.square()
        variances = square_one + square_other - means
        likeness = (2 * shared + _FAINT_MEAN) * (2 * (both - shared) + _FAINT_STD)
        most = (means + _FAINT_MEAN) * (variances + _FAINT_STD)
        similarity: Tensor = (likeness / most).mean(dim=(1, 2, 3))
        return similarity


def _blurred(pictures: Tensor) -> Tensor:
    """Weigh pictures (N, C, H, W) with the window wherever all of it fits."""
    rows, columns = (_windows(side, pictures.device) for side in pictures.shape[2:])
    return rows @ pictures.contiguous() @ columns.T


@functools.cache
def _windows(side: int, device: torch.device) -> Tensor:
    """Return the window at each place of a side where it fits, float32 (places, side).

    As a product of matrices: a convolution of one channel takes a CPU ten times as long.
    """
    within = torch.arange(_SIDE, device=device) - _SIDE // 2
    weights = torch.exp(-0.5 * (within / _STD).square())
    places = torch.arange(side - _SIDE + 1, device=device)[:, None]
    offsets = torch.arange(side, device=device) - places
    covered = (offsets >= 0) & (offsets < _SIDE)
    return torch.where(covered, (weights / weights.sum())[offsets.clamp(0, _SIDE - 1)], 0.0)
