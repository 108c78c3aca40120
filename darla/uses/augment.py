"""Show the states of frames in many looks: training data for whoever learns from pixels.

A look is what some frame of D_U has in the latents of the look (as in
:mod:`darla.uses.swap_look`). What an encoder has no room for, textures and small things, is lost in
a decoded picture, and a policy that learns from such pictures alone may miss it. So it can be put
back: what is added to a frame is the difference between two decoded pictures, the frame's state in
the new look, and in its own.
"""

import numpy as np

from darla.encoder.frozen_encoder import FrozenEncoder
from darla.frames.pictures import resize_frames
from darla.uses.refusals import need_decoder, need_roles


def augment(
    encoder: FrozenEncoder,
    states: np.ndarray,
    copies: int = 4,
    looks: np.ndarray | None = None,
    details: bool = True,
    seed: int = 0,
) -> np.ndarray:
    """Show each frame in looks that are drawn by lot.

    Args:
        encoder: a frozen encoder that says which latents hold the look, and has a decoder.
        states: uint8 (N, h, w, 3), of any size.
        copies: how many to make of each frame, at least 1.
        looks: uint8 (M, h, w, 3), frames whose looks are drawn from, with replacement; the frames
            of D_U that the bundle carries when None.
        details: put back what the encoder loses of a frame in its own look.
        seed: decides the draws.

    Returns:
        uint8 (N, copies, h, w, 3), of the size of the states.

    Raises:
        ValueError: frames are something else, or there are no looks or copies; or the encoder does
            not tell look from state, or has no decoder.
    """
    bank = look_bank(encoder, looks)
    if copies < 1:
        raise ValueError(f"copies is {copies}; give at least 1")
    rng = np.random.default_rng(seed)
    chosen = bank[rng.integers(len(bank), size=len(states) * copies)]
    repeated = np.repeat(states, copies, axis=0)
    made = repaint(encoder, repeated, chosen, details)
    return made.reshape(len(states), copies, *states.shape[1:])


def look_bank(encoder: FrozenEncoder, looks: np.ndarray | None = None) -> np.ndarray:
    """Return the latents of the look of some frames, float32 (M, L), to draw looks from.

    Frames are uint8 (M, h, w, 3), those that the bundle carries when None. For errors see
    :func:`augment`.
    """
    need_decoder(encoder, "augment")
    columns = need_roles(encoder, "augment")["look"]
    frames = encoder.reference_frames if looks is None else looks
    if not len(frames):
        raise ValueError("there are no frames whose looks could be drawn from; give some")
    return encoder.encode(resize_frames(frames, encoder.image_shape[:2]))[:, columns]


def repaint(
    encoder: FrozenEncoder, frames: np.ndarray, looks: np.ndarray, details: bool = True
) -> np.ndarray:
    """Show frames, uint8 (N, h, w, 3), in looks, float32 (N, L), as :func:`look_bank` has them.

    What comes back is uint8 (N, h, w, 3), new pictures. For errors see :func:`augment`.
    """
    columns = need_roles(encoder, "augment")["look"]
    size = encoder.image_shape[:2]
    latents = encoder.encode(resize_frames(frames, size))
    shown = latents.copy()
    shown[:, columns] = looks
    if not details:
        return resize_frames(encoder.decode(shown), frames.shape[1:3])
    both = encoder.decode(np.concatenate([latents, shown]))
    own, other = np.split(resize_frames(both, frames.shape[1:3]).astype(np.int16), 2)
    changed: np.ndarray = (frames + (other - own)).clip(0, 255).astype(np.uint8)
    return changed
