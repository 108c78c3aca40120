"""VQ-VAE: groups of latents are each one of a few learnt vectors (van den Oord et al., 2017).

Loss: that of the autoencoder, plus ``commitment`` |v - sg(e)|^2, summed over latents, where v is
what becomes codes, e are the nearest codes, and sg stops the gradient (arXiv 1711.00937, eq. 3).
In the paper each place of a picture has a code of one codebook; agents are shown one vector, which
is cut into groups of ``code_size`` latents, each with a codebook of its own.

Codes are not learnt by gradients, but are running means of what becomes them (appendix A.1): of
each code are kept N, how often a minibatch has it, and m, the sum of what became it, both with the
memory ``decay``; the code is m / N. A code that hardly any frame has is taken to where one of the
minibatch is, so that no part of a codebook dies (Dhariwal et al., 2020, "Jukebox", section 3). So
the first minibatch also makes the first codes.
"""

import dataclasses
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

import torch
from torch import Tensor

from darla.encoder.network_shape import NetworkShape
from darla.encoder.quantizers import chosen_codes
from darla.objectives.base import TrainingFacts
from darla.objectives.quantized import CodeCount, QuantizedAutoencoder
from darla.objectives.settings import ObjectiveSettings
from darla.objectives.vae import Penalty
from darla.running.ranges import AtLeastZero, PositiveInt, Range

_DEAD = 0.1  # of the frames that a code would have if all had as many


@dataclass(frozen=True)
class VQVAESettings(ObjectiveSettings):
    """VQ-VAE; see :mod:`darla.objectives.vq_vae`."""

    objective: ClassVar[str] = "vq_vae"

    codes: CodeCount = 32
    """Vectors that each group of latents can be."""
    code_size: PositiveInt = 2
    """Latents in a group; their number is a multiple of it."""
    commitment: AtLeastZero = 1.0
    """What the squared distance from the nearest vector costs the encoder."""
    decay: Annotated[float, Range("a share from 0 to below 1", least=0, most=0.999999)] = 0.99
    """Share of the running means that a minibatch leaves as it is."""

    def check(self) -> None:
        """Check ranges, and that latents can be cut into groups."""
        super().check()
        if self.latents % self.code_size:
            raise ValueError(
                f"code_size is {self.code_size}, which does not divide {self.latents} latents; "
                "give another number of either"
            )


class VQVAE(QuantizedAutoencoder):
    """The autoencoder of groups of latents that are each one of a few learnt vectors.

    Attributes:
        counts: N, how often a minibatch has each code, float32 (G, K).
        sums: m, of what became each code, float32 (G, K, z / G).
    """

    settings_class = VQVAESettings
    settings: VQVAESettings

    def __init__(
        self, settings: VQVAESettings, facts: TrainingFacts, shape: NetworkShape | None = None
    ) -> None:
        """Make the networks, and codes that no frame has had yet."""
        super().__init__(settings, facts, shape)
        codebook = self.codebooks.codebook
        self.counts: Tensor
        self.sums: Tensor
        self.register_buffer("counts", torch.zeros(codebook.shape[:2]))
        self.register_buffer("sums", torch.zeros_like(codebook))

    def network_shape(self) -> NetworkShape:
        """Return the shape that the settings ask for, with a codebook for each group."""
        own, plain = self.settings, super().network_shape()
        return dataclasses.replace(
            plain, posterior="codebook", codes=own.codes, code_size=own.code_size
        )

    def code_penalty(self, values: Tensor, indices: Tensor) -> Penalty:
        """Charge the encoder for being away from its codes, which then follow it."""
        apart = values - self.codebooks.code_values(indices)
        commitment = apart.square().sum(dim=1).mean()
        if self.training:
            self.follow(values.detach(), indices)
        cost = self.settings.commitment * commitment
        return Penalty(cost, {"loss/commitment": commitment})

    @torch.no_grad()
    def follow(self, values: Tensor, indices: Tensor) -> None:
        """Move codes to the running means of values float32 (N, z), by their indices (N, G)."""
        quantizer = self.codebooks
        grouped = quantizer.grouped(values)
        chosen = chosen_codes(indices, quantizer.codes)
        # No matrix product, which autocast would do in bfloat16.
        sums = (chosen[..., None] * grouped[:, :, None]).sum(dim=0)
        moved = 1 - self.settings.decay
        self.counts.copy_(torch.lerp(self.counts, chosen.sum(dim=0), moved))
        self.sums.copy_(torch.lerp(self.sums, sums, moved))
        self._revive(grouped)
        quantizer.codebook.copy_(self.sums / self.counts[..., None])

    def _revive(self, grouped: Tensor) -> None:
        """Take codes that hardly any frame has to where a frame is, of values (N, G, z / G)."""
        groups, codes = self.counts.shape
        usual = len(grouped) / codes
        dead = self.counts < _DEAD * usual
        frames = torch.randint(len(grouped), (groups, codes), device=grouped.device)
        drawn = grouped[frames, torch.arange(groups, device=grouped.device)[:, None]]
        self.counts.copy_(torch.where(dead, usual, self.counts))
        self.sums.copy_(torch.where(dead[..., None], usual * drawn, self.sums))

    def effective_settings(self) -> dict[str, Any]:
        """Return the number and size of codes, and the two weights."""
        own = self.settings
        return {
            "codes": own.codes,
            "code_size": own.code_size,
            "commitment": own.commitment,
            "decay": own.decay,
        }
