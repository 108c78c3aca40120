"""The default here: pairs tell look from state, and the state must tell frames apart.

Pairs of frames of one episode share their look latents, and the state is inferred from recoloured
copies, both as in :mod:`darla.objectives.ml_vae`. A policy that sees the state latents alone then
acts in a new look as it does in its own. What is particular makes that hold in worlds that nobody
has painted for it, from some ten thousand frames:

- **The state must tell frames apart** whatever their colours: of all recoloured copies in the
  minibatch it is to find that of its own frame (InfoNCE, van den Oord et al., 2018, on cosines of
  mu divided by ``temperature``; recolouring as the only augmentation, Chen et al., 2020). One of
  those that it must reject has its own look: the partner. Copies are repainted so that neither
  colour nor brightness says what a surface was. A decoder alone teaches this late or never: where
  any surface may have any colour, pictures are products of look and state.
- **Frames teach the decoder first.** What a picture looks like teaches the state only from a fifth
  of the steps on, and fully after three fifths; before, the decoder learns from the state that is
  there. Otherwise colours, the largest error, take the state before the look has learnt them.
- **Errors are relative.** The loss of a picture is ``independent_values`` / 2 log(e), e being the
  batch's squared error over the dataset's variance: a Gaussian likelihood whose variance is always
  the best one (Rybkin et al., 2021, "Simple and effective VAE training with calibrated decoders"),
  with as many independent values as that for the pixels, which are not independent. So one nat
  costs the same in a dark picture as in a bright one, and what is small counts once what is large
  is right.
- **Nats are dear late.** Beta grows over three fifths of the steps: colours that cost before the
  decoder can paint with them are given up.
- **Frames are seen as their copies are**: ``state_likeness`` KL(q(s | copy) || q(s | frame)).
- The network paints in layers (:mod:`darla.encoder.painted_network`).
"""

from dataclasses import dataclass
from typing import ClassVar

from torch import Tensor

from darla.objectives.contrasted_states import ContrastedStates, ContrastedStatesSettings
from darla.objectives.ml_vae import LookStateSettings, ProductOfPairs
from darla.objectives.pairs import Gaussians
from darla.objectives.vae import Penalty
from darla.running.ranges import Share


@dataclass(frozen=True)
class LookStateNCESettings(ContrastedStatesSettings, LookStateSettings):
    """Look and state of pairs, told apart by contrast; see :mod:`darla.objectives.look_state_nce`.

    Its likelihood is its own, and every state is inferred from a recoloured copy.
    """

    objective: ClassVar[str] = "look_state_nce"

    beta_warmup: Share = 0.6
    """Share of the steps in which beta grows from 0: colours that cost before the decoder can paint
    with them are given up, and are learnt late or never."""


class LookStateNCE(ContrastedStates, ProductOfPairs):
    """Pairs that share the product of their posteriors, and states that find their frames."""

    settings_class = LookStateNCESettings
    settings: LookStateNCESettings

    def charge(self, frames: Gaussians, copies: Gaussians, step: Tensor) -> Penalty:
        """Charge for states that are not those of their copies, or do not find them."""
        own, other = (mu[:, self.look_latents :] for mu in (frames[0], copies[0]))
        return self.state_cost(own, other, self.unlikeness(frames, copies))

    def decode(self, latents: Tensor, step: Tensor) -> Tensor:
        """Return logits of pictures, whose errors teach the state more and more."""
        return super().decode(self.taught_late(latents, step), step)

    def reconstructed_values(self) -> int:
        """Return as how many independent values the pixels of a picture count."""
        return max(1, round(self.settings.independent_values))
