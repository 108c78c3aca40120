"""Send what is seen at one place of a decoded picture to another, by moving its latents.

Latents are looked for whose picture shows around the end of the drag what the picture of the given
ones shows around its start, and elsewhere what it showed there, and which stay near to those: one
descends the squared error of the moved patch, a share of that of the rest, and a pull towards the
given latents, for one place after another on the way, each so near to the last that the patch still
overlaps itself. So dragging does with the features of a GAN (Pan et al., 2023, "Drag Your GAN");
they are pixels here, since decoders of this size have none that keep their place. Where an encoder
tells look from state, its state alone is moved: to be elsewhere is no matter of looks.
"""

import math

import numpy as np
import torch
from torch import Tensor

from darla.encoder.frozen_encoder import ACTIVE_STD, FrozenEncoder
from darla.uses.refusals import can_tell_roles, need_continuous, need_decoder

_STEPS, _LAST = 10, 20  # of the gradient, for each place on the way and for its end
_RATE = 0.15  # in units of each latent's spread over D_U
_FARTHEST = 3.5  # spreads from the mean, beyond which no latent is sent
_PULL = 2e-4  # squared error of a pixel that a mean squared spread of latents is worth
_REST = 0.5  # what the rest of the picture counts beside the patch
_REACH = 0.15  # half of the patch's side, as a share of the picture's

Place = tuple[float, float]
"""A place of the picture: shares of its height and its width."""
Patch = tuple[slice, slice]


@torch.enable_grad()
def drag(encoder: FrozenEncoder, latents: np.ndarray, start: Place, end: Place) -> np.ndarray:
    """Return latents, float32 (1, z), in whose picture what was at the start lies at the end.

    Args:
        encoder: a frozen encoder.
        latents: float32 (1, z); dead ones stay as they are, and those of the look.
        start: where the drag began.
        end: where it ended.

    Raises:
        ValueError: the encoder has no decoder, or its latents can be a few values alone.
    """
    need_decoder(encoder, "drag")
    need_continuous(encoder, "drag", "move a latent of this one instead")
    given, statistics = torch.from_numpy(latents).to(encoder.device), encoder.statistics
    mean, std = (torch.from_numpy(each).to(given) for each in (statistics.mean, statistics.std))
    std = std.clamp_min(ACTIVE_STD)
    free = torch.from_numpy(_free(encoder)).to(encoder.device)
    farthest = torch.maximum((given - mean).abs() / std, torch.tensor(_FARTHEST).to(given))
    before = torch.sigmoid(encoder.decoder(given)).detach()
    moved = ((given - mean) / std).requires_grad_(True)
    began = moved.detach().clone()
    optimiser = torch.optim.Adam([moved], lr=_RATE)
    way = _way(start, end)
    for place in way:
        source, target = _patches(encoder.image_shape[:2], start, place)
        for _ in range(_LAST if place is way[-1] else _STEPS):
            optimiser.zero_grad()
            drawn = torch.sigmoid(encoder.decoder(moved * std + mean))
            pull = _PULL * (moved - began).square().mean()
            (_wrong(drawn, before, source, target) + pull).backward()
            optimiser.step()
            with torch.no_grad():
                moved.copy_(torch.where(free, moved.clamp(-farthest, farthest), began))
    found = torch.where(free, moved.detach() * std + mean, given)
    return np.asarray(found.cpu().numpy())


def _wrong(drawn: Tensor, before: Tensor, source: Patch, target: Patch) -> Tensor:
    """Return how far pictures (1, 3, H, W) are from having moved a patch, and nothing else."""
    rest = torch.ones_like(before)
    for rows, columns in (source, target):
        rest[:, :, rows, columns] = 0
    elsewhere = (rest * (drawn - before).square()).sum() / rest.sum().clamp_min(1)
    wanted = before[:, :, source[0], source[1]]
    return (drawn[:, :, target[0], target[1]] - wanted).square().mean() + _REST * elsewhere


def _free(encoder: FrozenEncoder) -> np.ndarray:
    """Return which latents may be moved, bool (z,)."""
    if not can_tell_roles(encoder):
        return encoder.active
    of_state = np.zeros(encoder.latent_dim, dtype=bool)
    of_state[encoder.latent_roles["state"]] = True
    return encoder.active & of_state


def _way(start: Place, end: Place) -> list[Place]:
    """Return places from one to another in a straight line, half a patch apart, the end last."""
    steps = max(1, math.ceil(math.dist(start, end) / _REACH))
    down, across = (last - first for first, last in zip(start, end, strict=True))
    shares = [step / steps for step in range(1, steps)]
    return [*((start[0] + down * each, start[1] + across * each) for each in shares), end]


def _patches(size: tuple[int, int], start: Place, end: Place) -> tuple[Patch, Patch]:
    """Return where a patch is taken from, and where it is put: rows and columns, both whole."""
    taken, put = [], []
    for side, first, last in zip(size, start, end, strict=True):
        reach = max(1, round(_REACH * side))
        here, there = (min(int(place * side), side - 1) for place in (first, last))
        below = min(reach, here, there)
        above = min(reach, side - 1 - here, side - 1 - there)
        taken.append(slice(here - below, here + above + 1))
        put.append(slice(there - below, there + above + 1))
    return (taken[0], taken[1]), (put[0], put[1])
