"""Look and state of pairs in latents of a few values each: ``qlae`` with the default's losses.

Pairs tell look from state, states are inferred from repainted copies and must find their frames,
and errors of pictures are relative, all as in :mod:`darla.objectives.look_state_nce`; latents are
one of a few learnt numbers each, and networks have a strong weight decay, as in
:mod:`darla.objectives.qlae`. That is to bring each cause of a picture into a latent of its own.

Codes have no KL, and beta has nothing to charge for: K numbers bound what a latent carries. So

- the look of a pair is the mean of what both frames say, which is the product of two Gaussians of
  one variance; each frame is charged for its own distance from the code that this becomes, so that
  an encoder that sees one frame alone says the same;
- states of frames are pulled towards those of their copies by half the squared distance, which is
  the KL between Gaussians of variance 1; both before they become codes, and copies learn nothing;
- states that must find each other are the codes, which is what agents see. Gradients pass straight
  through them.

Copies are standardised by the mean and the deviation of the frames: the trained encoder has these
alone, whatever colours it meets.
"""

from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from torch import Tensor

from darla.encoder.quantizers import share_in_use
from darla.objectives.base import FrameChunks, LossTerms
from darla.objectives.contrasted_states import ContrastedStates, ContrastedStatesSettings
from darla.objectives.pairs import fixed_roles
from darla.objectives.qlae import QLAE, QLAESettings


@dataclass(frozen=True)
class LookStateQLAESettings(ContrastedStatesSettings, QLAESettings):
    """Look and state in latents of a few values; see :mod:`darla.objectives.look_state_qlae`."""

    objective: ClassVar[str] = "look_state_qlae"


class LookStateQLAE(ContrastedStates, QLAE):
    """Quantised latents of pairs, whose first are shared, and whose others find their frames."""

    settings_class = LookStateQLAESettings
    settings: LookStateQLAESettings
    paired = True

    def losses(self, pictures: Tensor, step: Tensor) -> LossTerms:
        """Compare pairs (2 n, 3, H, W) with what is drawn from the codes of look and copies."""
        frames, copies = self.pair_values(pictures, step)
        first = self.settings.shared_latents()
        is_look = torch.arange(frames.shape[1], device=frames.device) < first
        quantizer = self.encoder.quantizer

        values = torch.where(is_look, shared_by_pairs(frames), copies)
        indices = quantizer.indices(values)
        codes = quantizer.straight_through(values, indices)
        drawn = self.decoder(self.taught_late(codes, step))
        reconstruction, terms = self.reconstruction(drawn, pictures)

        of_frames = quantizer.straight_through(frames, quantizer.indices(frames))
        apart = 0.5 * (copies.detach() - frames)[:, first:].square().sum(dim=1).mean()
        states = self.state_cost(of_frames[:, first:], codes[:, first:], apart)
        distance = self.code_penalty(torch.where(is_look, frames, copies), indices)
        in_use = {"codes_in_use": share_in_use(indices, quantizer.codes)}
        total = reconstruction + states.cost + distance.cost
        return LossTerms(total, {**terms, **states.terms, **distance.terms, **in_use})

    def pair_values(self, pictures: Tensor, step: Tensor) -> tuple[Tensor, Tensor]:
        """Return what becomes codes of frames, and of copies of them, both float32 (2 n, z)."""
        outputs = self.encoder.continuous(pictures).mu
        of_copies = self.encoder.continuous(self.copied(pictures, step)).mu
        mean, std = self.spread(outputs, step)
        return (outputs - mean) / std, (of_copies - mean) / std

    def latent_roles(self, pairs: FrameChunks) -> dict[str, list[int]]:
        """Return the fixed groups."""
        return fixed_roles(self.settings)

    def effective_settings(self) -> dict[str, Any]:
        """Return how many latents are the look's, and the other settings."""
        own = self.settings
        found = {"look_latents": own.shared_latents(), "state_likeness": own.state_likeness}
        return {**super().effective_settings(), **found}


def shared_by_pairs(values: Tensor) -> Tensor:
    """Return the mean of each pair in place of both its frames' values, float (2 n, z)."""
    first, second = values.chunk(2)
    return ((first + second) / 2).repeat(2, 1)
