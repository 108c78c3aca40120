"""Draw what lies between two frames."""

import numpy as np

from darla.encoder.frozen_encoder import ACTIVE_STD, FrozenEncoder
from darla.encoder.latent_paths import latent_path
from darla.uses.encoded_frames import encode_pieces
from darla.uses.refusals import need_continuous, need_decoder


def paths(
    encoder: FrozenEncoder, first: np.ndarray, second: np.ndarray, steps: int, how: str
) -> np.ndarray:
    """Return the latents between frames, float32 (N, steps, z); see :func:`interpolate`."""
    need_continuous(encoder, "interpolate", "interpolate with an encoder of another objective")
    start, end = (encode_pieces(encoder, each) for each in (first, second))
    mean, std = encoder.statistics.mean, np.maximum(encoder.statistics.std, ACTIVE_STD)
    return latent_path(start, end, steps, how, mean, std)


def interpolate(
    encoder: FrozenEncoder,
    first: np.ndarray,
    second: np.ndarray,
    steps: int = 9,
    how: str = "linear",
) -> np.ndarray:
    """Decode latents in equal steps between the latents of frames.

    Args:
        encoder: a frozen encoder.
        first: uint8 (N, h, w, 3), where paths begin.
        second: as many, where they end.
        steps: pictures of each path, at least 2: those of both ends are the frames' own
            reconstructions.
        how: ``linear``; or ``spherical``, about the mean of D_U and in units of each latent's
            spread there, so that all latents of the path are about as far from the mean as frames.

    Returns:
        uint8 (N, steps, H, W, 3).

    Raises:
        ValueError: frames or the way are something else, latents can be a few values alone, or
            there is no decoder.
    """
    need_decoder(encoder, "interpolate")
    found = paths(encoder, first, second, steps, how)
    decoded = encoder.decode(found.reshape(-1, encoder.latent_dim))
    return decoded.reshape(*found.shape[:2], *encoder.image_shape)
