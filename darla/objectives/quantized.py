"""Autoencoders whose latents can be a few values alone; which, their subclasses say.

Loss: -log p(x | decoder(q(encoder(x)))), summed over pixels, and what the codes cost. q takes each
group of latents to the nearest of its K codes, and gradients pass straight through it (see
:mod:`darla.encoder.quantizers`). There is no prior, and no KL: codes bound what latents can carry,
to log K nats for each group.

What becomes codes is standardised over the minibatch, each latent on its own, as in batch
normalisation (Ioffe & Szegedy, 2015); the trained encoder has a running mean and deviation in their
place. An untrained encoder says nearly the same of all frames. Without spread they would all have
one code, and the first gradients, which are then the same for all, would move them together to
where every frame has the outermost: measured, latents of ``fsq`` die within twenty steps.
"""

from typing import Annotated, ClassVar

import torch
from torch import Tensor

from darla.encoder.network_shape import MOST_CODES
from darla.encoder.networks import QuantizedEncoder
from darla.encoder.quantizers import CodebookQuantizer, share_in_use
from darla.objectives.autoencoder import Autoencoder
from darla.objectives.base import LossTerms
from darla.objectives.vae import Penalty
from darla.running.ranges import Range

CodeCount = Annotated[
    int, Range(f"a whole number from 2 to {MOST_CODES}", least=2, most=MOST_CODES)
]
"""Of a group of latents."""
_SMALLEST_VARIANCE = 1e-8
_SLOWEST = 0.05  # of the running mean: it remembers some twenty minibatches


class QuantizedAutoencoder(Autoencoder):
    """Reconstruct each picture from the codes of its latents.

    A subclass says in ``network_shape`` what they are.
    """

    smallest_batch: ClassVar[int] = 2
    encoder: QuantizedEncoder

    @property
    def codebooks(self) -> CodebookQuantizer:
        """The quantiser of objectives whose codes are learnt."""
        assert isinstance(self.encoder.quantizer, CodebookQuantizer)
        return self.encoder.quantizer

    def losses(self, pictures: Tensor, step: Tensor) -> LossTerms:
        """Compare each picture with what is decoded from its codes, and add what these cost."""
        values, quantizer = self.values(pictures, step), self.encoder.quantizer
        indices = quantizer.indices(values)
        plain = self.compared(self.decoder(quantizer.straight_through(values, indices)), pictures)
        terms = {**plain.terms, "codes_in_use": share_in_use(indices, quantizer.codes)}
        penalty = self.code_penalty(values, indices)
        if penalty is None:
            return LossTerms(plain.total, terms)
        return LossTerms(plain.total + penalty.cost, terms | penalty.terms)

    def values(self, pictures: Tensor, step: Tensor) -> Tensor:
        """Return what becomes codes, float32 (N, z), of pictures (N, 3, H, W)."""
        outputs = self.encoder.continuous(pictures).mu
        mean, std = self.spread(outputs, step)
        values: Tensor = (outputs - mean) / std
        return values

    def spread(self, outputs: Tensor, step: Tensor) -> tuple[Tensor, Tensor]:
        """Return mean and standard deviation of a minibatch's outputs (N, z), both float32 (z,).

        The quantiser of the trained encoder follows them.
        """
        variance, mean = torch.var_mean(outputs, dim=0, correction=0)
        std = (variance + _SMALLEST_VARIANCE).sqrt()
        if self.training:
            self.encoder.quantizer.follow(mean, std, (1 / (step + 1)).clamp_min(_SLOWEST))
        return mean, std

    def code_penalty(self, values: Tensor, indices: Tensor) -> Penalty | None:
        """Return what is added to the loss, None for nothing.

        Values are float32 (N, z), and indices, int64 (N, G), those of their codes.
        """
        return None
