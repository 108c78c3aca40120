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
from typing import Any, ClassVar

import torch
from torch import Tensor
from torch.nn import functional

from darla.encoder.likelihoods import squared_error
from darla.encoder.networks import to_pictures
from darla.objectives.base import FrameChunks, TrainingFacts
from darla.objectives.ml_vae import LookStateSettings, ProductOfPairs
from darla.objectives.pairs import Gaussians
from darla.objectives.recoloring import in_one_hue, repaint_freely
from darla.objectives.vae import Penalty
from darla.running.ranges import AtLeastZero, Positive, Share

_SMALLEST_ERROR = 1e-3  # relative: below it nothing is gained
_SMALLEST_VARIANCE = 1e-3  # of a picture, summed over pixels: of a dataset of one picture


@dataclass(frozen=True)
class LookStateNCESettings(LookStateSettings):
    """Look and state of pairs, told apart by contrast; see :mod:`darla.objectives.look_state_nce`.

    Its likelihood is its own, and every state is inferred from a recoloured copy.
    """

    objective: ClassVar[str] = "look_state_nce"

    beta_warmup: Share = 0.6
    """Share of the steps in which beta grows from 0: colours that cost before the decoder can paint
    with them are given up, and are learnt late or never."""
    recolored: Share = 1.0
    """Share of the copies that are repainted. Where frames have twins these are the copies; 0 keeps
    their colours, for states that hold a colour. Without twins it is always 1."""
    own_copies: Share = 0.0
    """Where frames have twins, the share of copies that are the frame itself, always repainted. A
    twin that is seen by another camera says less of outlines, and so of kinds of objects."""
    one_hue: Share = 0.0
    """Share of the copies that are shown in shades of one colour, for states that do not need
    colours to tell things apart."""
    state_likeness: AtLeastZero = 1.0
    """What each nat between the states of a copy and of its frame costs."""
    contrast: AtLeastZero = 20.0
    """What each nat costs by which a state fails to tell its frame from the others."""
    temperature: Positive = 0.2
    """Of the contrast: the smaller, the more the nearest of the others matter."""
    independent_values: Positive = 256.0
    """As how many independent values the pixels of a picture count."""
    network: str = "painted"
    """Architecture of encoder and decoder."""


class LookStateNCE(ProductOfPairs):
    """Pairs that share the product of their posteriors, and states that find their frames."""

    settings_class = LookStateNCESettings
    settings: LookStateNCESettings

    def __init__(self, settings: LookStateNCESettings, facts: TrainingFacts) -> None:
        super().__init__(settings, facts)
        self.twinned = facts.has_twins
        if settings.recolored != 1.0 and not self.twinned:
            raise ValueError(
                f"recolored is {settings.recolored}, but {self.name!r} infers every state from a "
                "copy, and these frames have no twins; leave it at 1, or collect with "
                "--looks-per-state 2"
            )
        if settings.own_copies and not self.twinned:
            raise ValueError(
                f"own_copies is {settings.own_copies}, but these frames have no twins, so that all "
                "copies are their own; leave it at 0, or collect with --looks-per-state 2"
            )
        self.variance: Tensor
        self.register_buffer("variance", torch.ones(()))

    @torch.no_grad()
    def prepare(self, chunks: FrameChunks) -> None:
        """Measure the variance of the dataset's pictures, summed over their pixels."""
        count = 0
        total = squares = torch.zeros((), dtype=torch.float64)
        for frames in chunks():
            pictures = to_pictures(frames).double()
            count += len(pictures)
            total = total + pictures.sum(dim=0)
            squares = squares + pictures.square().sum(dim=0)
        variance = (squares / count - (total / count).square()).sum()
        self.variance.copy_(variance.clamp_min(_SMALLEST_VARIANCE))

    def copied(self, pictures: Tensor, step: Tensor) -> Tensor:
        """Return copies of all pictures, from the first step on, that show the same states.

        They are the pictures themselves in other colours, or their twins where there are any, of
        which a share is repainted.
        """
        settings = self.settings
        copies = of_twins(pictures) if self.twinned else pictures
        if settings.recolored == 1.0:
            copies = repaint_freely(copies)
        elif settings.recolored:
            chosen = torch.rand(len(copies), 1, 1, 1, device=copies.device) < settings.recolored
            copies = torch.where(chosen, repaint_freely(copies), copies)
        if self.twinned and settings.own_copies:
            own = torch.rand(len(copies), 1, 1, 1, device=copies.device) < settings.own_copies
            copies = torch.where(own, repaint_freely(pictures), copies)
        return in_one_hue(copies, settings.one_hue) if settings.one_hue else copies

    def charge(self, frames: Gaussians, copies: Gaussians, step: Tensor) -> Penalty:
        """Charge for states that are not those of their copies, or do not find them."""
        apart = self.unlikeness(frames, copies)
        own, other = (mu[:, self.look_latents :] for mu in (frames[0], copies[0]))
        same = None
        if self.twinned:  # the twin's copy shows the same state: there is nothing to tell apart
            same = of_twins(torch.arange(len(own), device=own.device))
        lost, found = contrast(own, other, self.settings.temperature, same)
        cost = self.settings.state_likeness * apart + self.settings.contrast * lost
        terms = {"loss/state_likeness": apart, "loss/contrast": lost, "contrast/found": found}
        return Penalty(cost, terms)

    def decode(self, latents: Tensor, step: Tensor) -> Tensor:
        """Return logits of pictures, whose errors teach the state more and more."""
        look, state = latents.tensor_split([self.look_latents], dim=1)
        still = state.detach()
        return super().decode(
            torch.cat([look, still + self.changed(step) * (state - still)], dim=1), step
        )

    def reconstruction(self, logits: Tensor, pictures: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
        """Return the logarithm of the relative error, and what of it to log."""
        pixel = squared_error(torch.sigmoid(logits), pictures).mean()
        relative = pixel / self.variance
        loss = 0.5 * self.settings.independent_values * torch.log(relative + _SMALLEST_ERROR)
        return loss, {
            "loss/reconstruction": loss,
            "loss/pixel": pixel,
            "loss/relative_error": relative,
        }

    def reconstructed_values(self) -> int:
        """Return as how many independent values the pixels of a picture count."""
        return max(1, round(self.settings.independent_values))

    def effective_settings(self) -> dict[str, Any]:
        """Return what is particular to the contrast, and the other settings."""
        settings = self.settings
        return {
            **super().effective_settings(),
            "contrast": settings.contrast,
            "temperature": settings.temperature,
            "independent_values": settings.independent_values,
        }


def of_twins(rows: Tensor) -> Tensor:
    """Return what each frame's twin has: of squares, the halves of each half in turn."""
    return torch.cat([part for half in rows.chunk(2) for part in half.chunk(2)[::-1]])


def contrast(
    first: Tensor, second: Tensor, temperature: float, same: Tensor | None = None
) -> tuple[Tensor, Tensor]:
    """Return by how many nats rows fail to find each other, and how often they do.

    Row i of either, float (N, k), is to find row i among all rows of the other, by the softmax of
    cosines over the temperature (InfoNCE: van den Oord et al. 2018, eq. 4; both ways, as in Radford
    et al. 2021). Row ``same[i]`` of the other, int64 (N,), shows the same as row i, and counts
    neither for nor against it. Both results are float32 scalars: the mean cross-entropy, which is
    log N where nothing is found, and the share of first rows that are nearest to their own.
    """
    with torch.autocast(first.device.type, enabled=False):
        one, other = (functional.normalize(each.float(), dim=1) for each in (first, second))
        logits = one @ other.T / temperature
        own = torch.arange(len(logits), device=logits.device)
        if same is not None:
            alike = functional.one_hot(same, len(logits)).bool()
            logits = logits.masked_fill(alike | alike.T, -torch.inf)
        lost = functional.cross_entropy(logits, own) + functional.cross_entropy(logits.T, own)
        return 0.5 * lost, (logits.argmax(dim=1) == own).float().mean()
