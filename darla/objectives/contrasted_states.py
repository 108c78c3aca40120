"""States that must tell frames apart whatever their colours, and pictures that teach them late.

What objectives on pairs have in common whose state is inferred from repainted copies, whatever
their latents are; why each part is there says :mod:`darla.objectives.look_state_nce`:

- copies, in which neither colour nor brightness says what a surface was, or twins;
- the contrast between the states of frames and of their copies;
- errors of pictures relative to how much the dataset's pictures vary;
- errors that teach the state from a fifth of the steps on, and fully after three fifths.
"""

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from darla.encoder.likelihoods import squared_error
from darla.encoder.network_shape import NetworkShape
from darla.encoder.networks import to_pictures
from darla.objectives.base import FrameChunks, Objective, TrainingFacts
from darla.objectives.pairs import LookLatentsSettings, changed_so_far, usual_look_latents
from darla.objectives.recoloring import in_one_hue, repaint_freely
from darla.objectives.settings import ObjectiveSettings
from darla.objectives.vae import Penalty
from darla.running.ranges import AtLeastZero, Positive, Share

_SMALLEST_ERROR = 1e-3  # relative: below it nothing is gained
_SMALLEST_VARIANCE = 1e-3  # of a picture, summed over pixels: of a dataset of one picture


@dataclass(frozen=True)
class ContrastedStatesSettings(LookLatentsSettings):
    """How copies are made, and what it costs not to find them."""

    look_latents: int | None = None
    """Latents that both frames of a pair share; 12 by default, or half where there are fewer than
    24."""
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
    shortest_state: AtLeastZero = 0.0
    """Length below which states count less in the contrast, so that being told apart takes nats and
    not angles alone. At 0 only angles count; 1 is as long as one latent's prior is wide."""
    independent_values: Positive = 256.0
    """As how many independent values the pixels of a picture count."""
    network: str = "painted"
    """Architecture of encoder and decoder."""

    def shared_latents(self) -> int:
        """Return how many latents both frames of a pair share."""
        return usual_look_latents(self) if self.look_latents is None else self.look_latents


class ContrastedStates(Objective):
    """Mixin: states are inferred from copies, and find their frames.

    Attributes:
        variance: float32 (), that of the dataset's pictures, summed over their pixels; a buffer.
    """

    settings: ContrastedStatesSettings

    def __init__(
        self, settings: ObjectiveSettings, facts: TrainingFacts, shape: NetworkShape | None = None
    ) -> None:
        """Make the model; a ValueError for copies that frames without twins cannot have."""
        super().__init__(settings, facts, shape)
        self.twinned = facts.has_twins
        own = self.settings
        if own.recolored != 1.0 and not self.twinned:
            raise ValueError(
                f"recolored is {own.recolored}, but {self.name!r} infers every state from a "
                "copy, and these frames have no twins; leave it at 1, or collect with "
                "--looks-per-state 2"
            )
        if own.own_copies and not self.twinned:
            raise ValueError(
                f"own_copies is {own.own_copies}, but these frames have no twins, so that all "
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

    def state_cost(self, frames: Tensor, copies: Tensor, apart: Tensor) -> Penalty:
        """Charge for states that are not those of their copies, or do not find them.

        States are float32 (N, k), and how far they are apart is a scalar, in nats.
        """
        same = None
        if self.twinned:  # the twin's copy shows the same state: there is nothing to tell apart
            same = of_twins(torch.arange(len(frames), device=frames.device))
        settings = self.settings
        lost, found = contrast(
            frames, copies, settings.temperature, same, shortest=settings.shortest_state
        )
        cost = settings.state_likeness * apart + settings.contrast * lost
        terms = {"loss/state_likeness": apart, "loss/contrast": lost, "contrast/found": found}
        return Penalty(cost, terms)

    def taught_late(self, latents: Tensor, step: Tensor) -> Tensor:
        """Return latents, float32 (N, z), whose state has a gradient that grows from none."""
        look, state = latents.tensor_split([self.settings.shared_latents()], dim=1)
        still = state.detach()
        changed = changed_so_far(step, self.facts.steps)
        return torch.cat([look, still + changed * (state - still)], dim=1)

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

    def effective_settings(self) -> dict[str, Any]:
        """Return what is particular to the contrast, and the other settings."""
        settings = self.settings
        return {
            **super().effective_settings(),
            "contrast": settings.contrast,
            "temperature": settings.temperature,
            "shortest_state": settings.shortest_state,
            "independent_values": settings.independent_values,
        }


def of_twins(rows: Tensor) -> Tensor:
    """Return what each frame's twin has: of squares, the halves of each half in turn."""
    return torch.cat([part for half in rows.chunk(2) for part in half.chunk(2)[::-1]])


def contrast(
    first: Tensor,
    second: Tensor,
    temperature: float,
    same: Tensor | None = None,
    *,
    shortest: float = 0.0,
) -> tuple[Tensor, Tensor]:
    """Return by how many nats rows fail to find each other, and how often they do.

    Row i of either, float (N, k), is to find row i among all rows of the other, by the softmax of
    cosines over the temperature (InfoNCE: van den Oord et al. 2018, eq. 4; both ways, as in Radford
    et al. 2021). Lengths in these cosines are the root of their square and that of ``shortest``, so
    that rows much shorter than that are found less well whatever their angles. Row ``same[i]`` of
    the other, int64 (N,), shows the same as row i, and counts neither for nor against it. Both
    results are float32 scalars: the mean cross-entropy, which is log N where nothing is found, and
    the share of first rows that are nearest to their own.
    """
    with torch.autocast(first.device.type, enabled=False):
        one, other = (_directions(each.float(), shortest) for each in (first, second))
        logits = one @ other.T / temperature
        own = torch.arange(len(logits), device=logits.device)
        if same is not None:
            alike = same[:, None] == own
            logits = logits.masked_fill(alike | alike.T, -torch.inf)
        lost = functional.cross_entropy(logits, own) + functional.cross_entropy(logits.T, own)
        return 0.5 * lost, (logits.argmax(dim=1) == own).float().mean()


def _directions(rows: Tensor, shortest: float) -> Tensor:
    if not shortest:
        return functional.normalize(rows, dim=1)
    return rows / (rows.square().sum(dim=1, keepdim=True) + shortest**2).sqrt()
