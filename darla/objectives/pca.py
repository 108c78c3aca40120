"""Principal component analysis: the linear encoder and decoder of least squared error.

Latents are the coordinates of a picture, less the mean picture, along the directions in which
frames vary most (Pearson, 1901; Hotelling, 1933). What a linear network can keep, this keeps, so
that it is the reference of everything that is trained. It is not trained itself: it is fitted in
passes over all frames, as many as there are epochs, two at least (see
:mod:`darla.objectives.principal_axes`).
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import torch
from torch import Tensor

from darla.encoder.linear_network import LinearDecoder, LinearEncoder
from darla.encoder.networks import to_pictures
from darla.objectives.autoencoder import Autoencoder
from darla.objectives.base import FrameChunks, TrainingFacts
from darla.objectives.principal_axes import (
    CovariancePass,
    PrincipalAxes,
    first_basis,
    row_parts,
)
from darla.objectives.settings import ObjectiveSettings

_LINEAR = "linear"
_FURTHER = 16  # directions beyond twice the latents, which the leading ones stand out from
_FEWEST_PASSES = 2


@dataclass(frozen=True)
class PCASettings(ObjectiveSettings):
    """Principal component analysis; see :mod:`darla.objectives.pca`."""

    objective: ClassVar[str] = "pca"

    network: str = _LINEAR
    """Architecture of encoder and decoder; components are linear, and no other suits."""
    likelihood: Literal["bernoulli", "gaussian"] = "gaussian"
    """Likelihood of pixels, of the losses that are logged; the components minimise squared error,
    the Gaussian's."""

    def check(self) -> None:
        """Check that the network is linear."""
        super().check()
        if self.network != _LINEAR:
            raise ValueError(
                f"network is {self.network!r}, but the components of pca are linear; leave it out, "
                "or train an autoencoder with that network"
            )


class PCA(Autoencoder):
    """The leading principal components of pixels, by the variance along them."""

    settings_class: ClassVar[type[ObjectiveSettings]] = PCASettings
    closed_form: ClassVar[bool] = True
    encoder: LinearEncoder
    decoder: LinearDecoder
    variances: Tensor
    """float64 (z,), of frames along each component."""
    total_variance: Tensor
    """float64 scalar, summed over pixels and colours."""

    def __init__(self, settings: ObjectiveSettings, facts: TrainingFacts) -> None:
        """Make the components, which are none yet; a ValueError for more than there can be."""
        entries = math.prod(facts.image_shape)
        most = min(facts.num_frames - 1, entries)
        if settings.latents > most:
            raise ValueError(
                f"latents is {settings.latents}, but {facts.num_frames} frames of {entries} pixels "
                f"and colours have {most} components at most; give fewer latents, or more frames"
            )
        super().__init__(settings, facts)
        self.register_buffer("variances", torch.zeros(settings.latents, dtype=torch.float64))
        self.register_buffer("total_variance", torch.zeros((), dtype=torch.float64))

    def fit(self, frames: FrameChunks) -> Iterator[dict[str, Tensor]]:
        """Find the components; see :meth:`darla.objectives.base.Objective.fit`."""
        entries = math.prod(self.facts.image_shape)
        directions = min(2 * self.settings.latents + _FURTHER, entries)
        basis = first_basis(entries, directions, self.variances.device)
        for _ in range(max(_FEWEST_PASSES, round(self.facts.epochs))):
            seen = CovariancePass(basis)
            for chunk in frames():
                for part in row_parts(chunk):
                    seen.add(to_pictures(part).flatten(1))
            found = seen.axes(self.settings.latents)
            self._take(found)
            basis = seen.next_basis()
            yield {"explained_variance": found.variances.sum() / found.total_variance}

    def effective_settings(self) -> dict[str, Any]:
        """Return the variance along each component, and its share of all."""
        shares = self.variances / self.total_variance.clamp(min=torch.finfo(torch.float64).tiny)
        return {
            "explained_variance": self.variances.tolist(),
            "explained_variance_ratio": shares.tolist(),
        }

    @torch.no_grad()
    def _take(self, found: PrincipalAxes) -> None:
        """Make the networks those of these axes."""
        encoder, decoder = self.encoder.head, self.decoder.head
        encoder.weight.copy_(found.axes.T)
        encoder.bias.copy_(-(found.axes.T @ found.mean))
        decoder.weight.copy_(found.axes)
        decoder.bias.copy_(found.mean)
        self.variances.copy_(found.variances)
        self.total_variance.copy_(found.total_variance)
