"""Frames to latents, piece by piece: a dataset may be larger than memory, its latents may not."""

from collections.abc import Iterator

import numpy as np

from darla.encoder.frozen_encoder import ENCODE_CHUNK, FrozenEncoder
from darla.frames.dataset import FrameDataset
from darla.frames.pictures import resize_frames
from darla.frames.read_rows import read_chunks

Frames = np.ndarray | FrameDataset
"""Frames in memory, uint8 (N, H, W, 3) of any size; or a dataset, which is read chunk by chunk."""


def pieces(encoder: FrozenEncoder, frames: Frames) -> Iterator[np.ndarray]:
    """Yield frames of the encoder's size, in order, uint8 (n, H, W, 3).

    A ValueError where an array is of another shape or dtype.
    """
    size = encoder.image_shape[:2]
    if isinstance(frames, FrameDataset):
        yield from read_chunks(frames, size)
    else:
        for start in range(0, len(frames), ENCODE_CHUNK):
            yield resize_frames(frames[start : start + ENCODE_CHUNK], size)


def encode_pieces(encoder: FrozenEncoder, frames: Frames) -> np.ndarray:
    """Encode frames piece by piece; float32 (N, z), the posterior means."""
    none = np.zeros((0, encoder.latent_dim), np.float32)
    return np.concatenate([none, *(encoder.encode(piece) for piece in pieces(encoder, frames))])


def posteriors(encoder: FrozenEncoder, frames: Frames) -> tuple[np.ndarray, np.ndarray]:
    """Return the mean and the variance of each latent of frames, float32 (N, z) each.

    The variance of a posterior without spread is 0.
    """
    none = np.zeros((0, encoder.latent_dim), np.float32)
    found = [(none, none), *(encoder.posteriors(piece) for piece in pieces(encoder, frames))]
    means, variances = (np.concatenate(each) for each in zip(*found, strict=True))
    return means, variances
