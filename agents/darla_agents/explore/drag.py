"""Send what is seen at one place of a decoded picture to another, by moving its latents.

Latents are looked for whose picture shows around the end of the drag what the picture of the given
ones shows around its start, and elsewhere what it showed there, and which stay near to those: one
descends the squared error of the moved patch, a share of that of the rest, and a pull towards the
given latents. So dragging does with the features of a GAN (Pan et al., 2023, "Drag Your GAN"); they
are pixels here, since decoders of this size have none that keep their place. Where an encoder tells
look from state, its state alone is moved: to be elsewhere is no matter of looks.
"""

import numpy as np
import torch

from darla.encoder.frozen_encoder import ACTIVE_STD, FrozenEncoder
from darla.uses.refusals import can_tell_roles, need_continuous, need_decoder

_STEPS = 40
_RATE = 0.15  # in units of each latent's spread over D_U
_PULL = 2e-4  # squared error of a pixel that a mean squared spread of latents is worth
_REST = 0.5  # what the rest of the picture counts beside the patch
_REACH = 0.1  # half of the patch's side, as a share of the picture's

Place = tuple[float, float]
"""A place of the picture: shares of its height and its width."""


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
    given = torch.from_numpy(latents).to(encoder.device)
    std = torch.from_numpy(encoder.statistics.std).to(encoder.device).clamp_min(ACTIVE_STD)
    free = torch.from_numpy(_free(encoder)).to(encoder.device) * std
    with torch.no_grad():
        before = torch.sigmoid(encoder.decoder(given))
    source, target = _patches(encoder.image_shape[:2], start, end)
    wanted = before[:, :, source[0], source[1]]
    rest = torch.ones_like(before)
    for rows, columns in (source, target):
        rest[:, :, rows, columns] = 0
    rest *= _REST / rest.sum().clamp_min(1)
    moved = torch.zeros_like(given, requires_grad=True)
    optimiser = torch.optim.Adam([moved], lr=_RATE)
    for _ in range(_STEPS):
        optimiser.zero_grad()
        drawn = torch.sigmoid(encoder.decoder(given + moved * free))
        wrong = (drawn[:, :, target[0], target[1]] - wanted).square().mean()
        elsewhere = (rest * (drawn - before).square()).sum()
        loss = wrong + elsewhere + _PULL * moved.square().mean()
        loss.backward()
        optimiser.step()
    found: np.ndarray = (given + moved.detach() * free).cpu().numpy()
    return found


def _free(encoder: FrozenEncoder) -> np.ndarray:
    """Return which latents may be moved, bool (z,)."""
    if not can_tell_roles(encoder):
        return encoder.active
    of_state = np.zeros(encoder.latent_dim, dtype=bool)
    of_state[encoder.latent_roles["state"]] = True
    return encoder.active & of_state


def _patches(
    size: tuple[int, int], start: Place, end: Place
) -> tuple[tuple[slice, slice], tuple[slice, slice]]:
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
