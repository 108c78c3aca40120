"""Take noise away: what an encoder has learnt to see in a frame is drawn again without the rest.

A latent has no room for the noise of single pixels, so that the mean of a noisy frame decodes into
a clean picture, with whatever detail the latent has no room for either (Vincent et al., 2008,
"Extracting and composing robust features with denoising autoencoders").
"""

import numpy as np

from darla.encoder.frozen_encoder import FrozenEncoder
from darla.environments.restyling.restyling import Restyling
from darla.uses.encoded_frames import pieces
from darla.uses.refusals import need_decoder


def denoise(encoder: FrozenEncoder, frames: np.ndarray) -> np.ndarray:
    """Decode the posterior means of corrupted frames.

    Frames are uint8 (N, h, w, 3) of any size; what is returned is uint8 (N, H, W, 3) of the
    encoder's. A ValueError where they are no such frames, or the encoder has no decoder.
    """
    need_decoder(encoder, "denoise")
    none = np.zeros((0, *encoder.image_shape), np.uint8)
    clean = (encoder.decode(encoder.encode(piece)) for piece in pieces(encoder, frames))
    return np.concatenate([none, *clean])


def corrupt(frames: np.ndarray, noise: str, strength: float, seed: int) -> np.ndarray:
    """Corrupt frames by one of the shifts that looks are made of, uint8 (N, H, W, 3).

    Args:
        frames: uint8 (N, H, W, 3).
        noise: name of a shift that needs no mask, such as ``noise`` (normal, of 40 of 255 grey
            levels at full strength), ``blur``, ``jpeg`` or ``occlusion``.
        strength: from 0, which changes nothing, to 1.
        seed: decides what is drawn; of ``noise``, other for each frame.

    Raises:
        ValueError: there is no such shift (the nearest is suggested), it needs a mask, or the
            strength is out of range.
    """
    return Restyling({noise: strength}, seed)(frames)
