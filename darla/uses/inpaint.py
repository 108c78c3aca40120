"""Fill what is missing of a frame with what an encoder would expect there.

A latent is looked for whose picture agrees with what is seen; where nothing is seen, its picture is
taken. Of ``gradient`` the latent follows the gradient of the error over seen pixels, kept near to
where latents of D_U lie (Yeh et al., 2017, "Semantic Image Inpainting with Deep Generative Models",
without a critic); of ``iterate`` what is missing is painted with what the last latent decodes into,
and encoded again (Rezende et al., 2014, appendix F).

A decoder is seldom exact at the edge of a hole. What it is off by there is carried on smoothly into
the hole and taken away, so that no seam is left (Pérez et al., 2003, "Poisson Image Editing").
"""

from typing import Literal, get_args

import numpy as np
import torch
from torch import Tensor

from darla.encoder.frozen_encoder import ACTIVE_STD, FrozenEncoder
from darla.encoder.networks import to_pictures
from darla.running.names import unknown
from darla.uses.refusals import need_continuous, need_decoder
from darla.uses.smooth_fill import fill_smoothly

How = Literal["gradient", "iterate"]
ROUNDS, STEPS = 5, 60
"""Of ``iterate``, and of ``gradient``."""
_RATE = 0.1  # in units of each latent's spread over D_U
_PULL = 1e-4  # squared error of a pixel that a mean squared spread of latents is worth
_TOGETHER = 128  # frames whose latents are looked for at a time


def rectangle(size: tuple[int, int], top: int, left: int, bottom: int, right: int) -> np.ndarray:
    """Return a mask, bool (H, W), that is true from the top and the left to before the others.

    A ValueError where that is empty or not within the picture.
    """
    height, width = size
    if not (0 <= top < bottom <= height and 0 <= left < right <= width):
        raise ValueError(
            f"the rectangle is rows {top} to {bottom} and columns {left} to {right}; expected some "
            f"within a picture of {height} rows and {width} columns"
        )
    mask = np.zeros(size, bool)
    mask[top:bottom, left:right] = True
    return mask


def inpaint(
    encoder: FrozenEncoder,
    frames: np.ndarray,
    mask: np.ndarray,
    how: str = "gradient",
    steps: int | None = None,
    blend: bool = True,
) -> np.ndarray:
    """Fill masked parts of frames; the rest of each picture stays as it was, to the last bit.

    Args:
        encoder: a frozen encoder.
        frames: uint8 (N, H, W, 3) of the encoder's size; what the mask hides is not looked at.
        mask: bool (N, H, W), or (H, W) for all: true where the picture is missing.
        how: ``gradient`` or ``iterate``.
        steps: steps of the gradient, or rounds of encoding; 60 and 5 when None.
        blend: whether the seam is taken away.

    Returns:
        uint8 (N, H, W, 3).

    Raises:
        ValueError: frames or masks are something else, all of a picture is missing, there is no
            such way or no step, or no decoder; or latents can be a few values alone, which have no
            gradient.
    """
    need_decoder(encoder, "inpaint")
    if how not in get_args(How):
        raise unknown("way to inpaint", how, get_args(How))
    if how == "gradient":
        need_continuous(encoder, "inpaint by 'gradient'", "inpaint by 'iterate'")
    masks = _checked(encoder, frames, mask)
    count = (STEPS if how == "gradient" else ROUNDS) if steps is None else steps
    if count < 1:
        raise ValueError(f"steps is {count}; give at least 1")
    find = _follow_gradient if how == "gradient" else _encode_again
    filled = np.empty_like(frames)
    for start in range(0, len(frames), _TOGETHER):
        part = slice(start, start + _TOGETHER)
        missing = masks[part, ..., None]
        seen = paint_mean(frames[part], masks[part])
        decoded = encoder.decode(find(encoder, seen, missing, count))
        if blend:
            decoded = _without_seam(decoded, seen, masks[part])
        filled[part] = np.where(missing, decoded, frames[part])
    return filled


def _without_seam(decoded: np.ndarray, seen: np.ndarray, masks: np.ndarray) -> np.ndarray:
    """Add the error around each hole, carried on into it, to what was decoded."""
    error = fill_smoothly(seen.astype(np.float64) - decoded, masks)
    return np.asarray(np.rint(decoded + error).clip(0, 255).astype(np.uint8))


def paint_mean(frames: np.ndarray, masks: np.ndarray) -> np.ndarray:
    """Paint masked parts of frames with the mean colour of the rest, uint8 (N, H, W, 3).

    Masks are bool (N, H, W); true nowhere, or not everywhere, in each.
    """
    seen = ~masks[..., None]
    means = (frames * seen).sum(axis=(1, 2), keepdims=True) / seen.sum(axis=(1, 2), keepdims=True)
    return np.where(seen, frames, np.rint(means).astype(np.uint8))


def _checked(encoder: FrozenEncoder, frames: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Return a mask for each frame, bool (N, H, W), after checking both."""
    if frames.ndim != 4 or frames.shape[1:] != encoder.image_shape or frames.dtype != np.uint8:
        raise ValueError(
            f"frames are {frames.dtype} of {frames.shape}; expected uint8 of "
            f"(N, {', '.join(map(str, encoder.image_shape))})"
        )
    if mask.dtype != np.bool_ or mask.shape not in (frames.shape[:3], frames.shape[1:3]):
        raise ValueError(
            f"the mask is {mask.dtype} of {mask.shape}; expected bool of {frames.shape[1:3]}, or "
            f"of {frames.shape[:3]} for one a frame"
        )
    masks = np.broadcast_to(mask, frames.shape[:3])
    if masks.all(axis=(1, 2)).any():
        raise ValueError("all of a picture is masked; leave some of it to be seen")
    return masks


def _encode_again(
    encoder: FrozenEncoder, seen: np.ndarray, missing: np.ndarray, rounds: int
) -> np.ndarray:
    """Return latents of frames whose missing parts were painted with what they decode into."""
    latents = encoder.encode(seen)
    for _ in range(rounds):
        latents = encoder.encode(np.where(missing, encoder.decode(latents), seen))
    return latents


@torch.enable_grad()
def _follow_gradient(
    encoder: FrozenEncoder, seen: np.ndarray, missing: np.ndarray, steps: int
) -> np.ndarray:
    """Return latents whose pictures agree with what is seen of frames, starting with theirs."""
    device, statistics = encoder.device, encoder.statistics
    mean = torch.from_numpy(statistics.mean).to(device)
    spread = torch.from_numpy(statistics.std).to(device).clamp_min(ACTIVE_STD)
    pictures = to_pictures(torch.from_numpy(seen).to(device))
    weights = torch.from_numpy(~missing).to(device).permute(0, 3, 1, 2).float()
    weights /= 3 * weights.sum(dim=(1, 2, 3), keepdim=True)
    start = torch.from_numpy(_encode_again(encoder, seen, missing, 1)).to(device)
    moved = ((start - mean) / spread).requires_grad_(True)
    optimiser = torch.optim.Adam([moved], lr=_RATE)

    def error() -> Tensor:
        optimiser.zero_grad()
        drawn = torch.sigmoid(encoder.decoder(moved * spread + mean))
        wrong = (weights * (drawn - pictures).square()).sum(dim=(1, 2, 3))
        total = (wrong + _PULL * moved.square().mean(dim=1)).sum()
        total.backward()
        return total

    for _ in range(steps):
        optimiser.step(error)
    return np.asarray((moved.detach() * spread + mean).cpu().numpy())
