"""Contractive autoencoder: latents that hardly move when the picture does (Rifai et al., 2011).

Loss: -log p(x | decoder(encoder(x))) + weight |J(x)|^2, where J(x) is the Jacobian of all latents
by all pixels and |.| its Frobenius norm. A convolutional encoder has no closed form of it,
and a row for each latent is dear: the squared norm is estimated from a few random directions u of
the latents, E |J^T u|^2 (Hutchinson, 1990), each a backward pass through the encoder. Directions
are orthogonal to each other and of squared length z / K, so that the estimate is unbiased for any
number K of them, and exact for z.

The paper ties the decoder's weights to the encoder's. Ours are free, so that part of the penalty
can be escaped by small latents and large weights of the decoder.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from torch import Tensor

from darla.objectives.autoencoder import Autoencoder
from darla.objectives.base import LossTerms
from darla.objectives.settings import ObjectiveSettings
from darla.running.ranges import AtLeastZero, PositiveInt


@dataclass(frozen=True)
class ContractiveSettings(ObjectiveSettings):
    """Contractive autoencoder; see :mod:`darla.objectives.contractive`."""

    objective: ClassVar[str] = "contractive"
    earlier_names: ClassVar[Mapping[str, str]] = {
        "weight": "contractive.weight",
        "projections": "contractive.projections",
    }

    weight: AtLeastZero = 0.1
    """What the squared norm of the encoder's Jacobian costs."""
    projections: PositiveInt = 1
    """Random directions in which that norm is estimated; exact with as many as latents."""


class ContractiveAutoencoder(Autoencoder):
    """The autoencoder with a price on how far latents follow small changes of the picture."""

    settings_class = ContractiveSettings
    settings: ContractiveSettings

    def losses(self, pictures: Tensor, step: Tensor) -> LossTerms:
        """Compare pictures with reconstructions, and estimate the norm of the Jacobian."""
        own = self.settings
        count, latents = len(pictures), self.encoder.shape.latents
        vjp: Any = torch.func.vjp  # torch's annotation does not tell its two kinds of result apart
        encoded, pull_back = vjp(lambda given: self.encoder(given).mu, pictures)
        directions = random_directions(count, latents, own.projections, pictures.device)
        contraction = squared_pull(pull_back, directions).mean()
        logits = self.decoder(encoded)
        plain = self.compared(logits, pictures)
        total = plain.total + own.weight * contraction
        return LossTerms(total, {**plain.terms, "loss/contraction": contraction})

    def effective_settings(self) -> dict[str, Any]:
        """Return the penalty's weight and the number of directions."""
        own = self.settings
        return {"weight": own.weight, "projections": own.projections}


def random_directions(count: int, latents: int, projections: int, device: torch.device) -> Tensor:
    """Draw orthogonal directions for N pictures, uniformly; float32 (min(K, z), N, z).

    Each is of squared length z / min(K, z): more than z projections are as good as z.
    """
    number = min(projections, latents)
    drawn = torch.randn(count, latents, number, device=device)
    orthogonal = torch.linalg.qr(drawn).Q * (latents / number) ** 0.5
    directions: Tensor = orthogonal.permute(2, 0, 1)
    return directions


def squared_pull(pull_back: Callable[[Tensor], tuple[Tensor, ...]], directions: Tensor) -> Tensor:
    """Return the estimate of the Jacobian's squared norm for each picture, (N,).

    ``pull_back`` maps directions (N, z), of :func:`random_directions`, to J^T u, of the pictures'
    shape.
    """
    pulls = [pull_back(each)[0].flatten(1) for each in directions]
    return torch.stack([pull.square().sum(dim=1) for pull in pulls]).sum(dim=0)
