"""The directions in which pictures vary most, found in passes over frames of any number.

Subspace iteration (Halko, Martinsson & Tropp, 2011, "Finding structure with randomness", algorithm
4.4, on the covariance): a random basis of somewhat more directions than are wanted is multiplied by
the covariance in every pass, and what it spans turns to the leading directions by the ratio of
variances. The covariance itself, of 12,288 x 12,288 numbers for pictures of 64x64, is never formed:
a pass keeps a few numbers for each pixel, and the covariance within the basis, whose eigenvectors
are the best estimate so far (Rayleigh-Ritz). All is in float64.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

_CENTRE = 0.5  # taken off pixels, so that sums of squares lose less of the variance


@dataclass(frozen=True)
class PrincipalAxes:
    """What a pass has found; all float64."""

    mean: Tensor
    """(d,), the mean of the rows."""
    axes: Tensor
    """(d, z), orthonormal, the largest variance first; the largest entry of each is positive."""
    variances: Tensor
    """(z,), of the rows along the axes, with one less than their number as the divisor."""
    total_variance: Tensor
    """Scalar: the sum of the variances of all d entries."""


class CovariancePass:
    """Sums of one pass over rows that the covariance times a basis is made of."""

    def __init__(self, basis: Tensor) -> None:
        """Begin a pass; the basis is float64 (d, k), orthonormal."""
        self._basis = basis
        self._rows = 0
        self._sum = basis.new_zeros(len(basis))
        self._squares = basis.new_zeros(())
        self._product = torch.zeros_like(basis)
        self._within = basis.new_zeros(basis.shape[1], basis.shape[1])

    def add(self, rows: Tensor) -> None:
        """Take up rows, float (n, d) in [0, 1]."""
        centred = rows.double() - _CENTRE
        along = centred @ self._basis
        self._rows += len(rows)
        self._sum += centred.sum(dim=0)
        self._squares += centred.square().sum()
        self._product += centred.T @ along
        self._within += along.T @ along

    def axes(self, count: int) -> PrincipalAxes:
        """Return the best axes, so many, within the basis."""
        mean = self._sum / self._rows
        freedom = max(self._rows - 1, 1)
        along = mean @ self._basis
        within = (self._within - self._rows * torch.outer(along, along)) / freedom
        variances, turns = torch.linalg.eigh(within)
        axes = self._basis @ turns.flip(1)[:, :count]
        largest = axes.gather(0, axes.abs().argmax(dim=0, keepdim=True))
        return PrincipalAxes(
            mean + _CENTRE,
            axes * torch.where(largest < 0, -1.0, 1.0),
            variances.flip(0)[:count].clamp(min=0),
            (self._squares - self._rows * mean @ mean) / freedom,
        )

    def next_basis(self) -> Tensor:
        """Return an orthonormal basis of what the covariance makes of this one."""
        mean = self._sum / self._rows
        return _orthonormal(self._product - self._rows * torch.outer(mean, mean @ self._basis))


def first_basis(entries: int, directions: int, device: torch.device) -> Tensor:
    """Draw an orthonormal basis of random directions, float64 (entries, directions)."""
    return _orthonormal(torch.randn(entries, directions).double().to(device))


def row_parts(frames: Tensor, rows: int = 256) -> Iterator[Tensor]:
    """Yield some frames at a time of many, so that their float64 copies stay small."""
    yield from frames.split(rows)


def _orthonormal(columns: Tensor) -> Tensor:
    """Return an orthonormal basis of what columns span, and as many directions."""
    basis: Tensor = torch.linalg.qr(columns).Q
    return basis
