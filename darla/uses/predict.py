"""Predict frames from those before them and from actions, without seeing any on the way.

An encoder with memory (``sequence_vae``) is shown the first frames of a sequence in order, and then
told of actions alone; what it foretells is decoded (open-loop prediction: Hafner et al., 2019,
"Learning latent dynamics for planning from pixels", section 5, whose pictures have 5 frames of
context and 45 that are predicted).
"""

import numpy as np

from darla.encoder.frozen_encoder import FrozenEncoder
from darla.encoder.remembered import encode_next, foretell, memory_of
from darla.frames.dataset import FrameDataset
from darla.frames.recorded_actions import action_form, episode_starts
from darla.uses.refusals import need_decoder


def predict(encoder: FrozenEncoder, frames: np.ndarray, actions: np.ndarray) -> np.ndarray:
    """Predict what follows after the first frames of n sequences; uint8 (n, K, H, W, 3).

    Args:
        encoder: one with memory.
        frames: uint8 (n, C, H, W, 3), the first ones of each sequence, in order; C is 1 or more.
        actions: int (n, C + K) or float (n, C + K, d), what led to each frame, those that are to be
            predicted included; what led to the first one does not matter.

    Raises:
        ValueError: the encoder has no memory, or frames or actions are not as it takes them.
    """
    need_decoder(encoder, "predict")
    seen = encode_in_order(encoder, frames, actions)
    context = frames.shape[1]
    found = foretell(encoder, seen[:, -1], actions[:, context:].swapaxes(0, 1)).swapaxes(0, 1)
    return decode_all(encoder, found)


def encode_in_order(encoder: FrozenEncoder, frames: np.ndarray, actions: np.ndarray) -> np.ndarray:
    """Encode the frames of n sequences in order, float32 (n, T, z); see :func:`predict`."""
    memory_of(encoder)
    count, steps = frames.shape[:2]
    if steps < 1 or actions.shape[1] < steps:
        raise ValueError(
            f"frames are {frames.shape} and actions {actions.shape}; expected 1 frame or more of "
            "each sequence, and an action for each"
        )
    found, latents = [], np.zeros((count, encoder.latent_dim), np.float32)
    for step in range(steps):
        starts = np.full(count, step == 0)
        latents = encode_next(encoder, frames[:, step], latents, actions[:, step], starts)
        found.append(latents)
    return np.stack(found, axis=1)


def decode_all(encoder: FrozenEncoder, latents: np.ndarray) -> np.ndarray:
    """Decode latents (n, T, z) into uint8 frames (n, T, H, W, 3)."""
    decoded = encoder.decode(latents.reshape(-1, latents.shape[2]))
    return decoded.reshape(*latents.shape[:2], *decoded.shape[1:])


def sequence_rows(dataset: FrameDataset, steps: int, most: int) -> np.ndarray:
    """Return the rows of up to ``most`` sequences within episodes, spread evenly; (n, steps).

    They do not overlap. A ValueError where no episode has so many frames, or no actions were
    recorded.
    """
    if action_form(dataset) is None:
        raise ValueError(
            f"the frames of {dataset.path} were recorded without actions, or not all with actions "
            "of one kind, so that nothing can be predicted from these; collect them with --policy "
            "random, or agent"
        )
    firsts = np.flatnonzero(episode_starts(dataset))
    lengths = np.diff(firsts, append=len(dataset))
    counts = lengths // steps
    if not counts.any():
        raise ValueError(
            f"the longest episode of {dataset.path} has {lengths.max()} frames in a row, but "
            f"{steps} are wanted; predict fewer"
        )
    starts = np.concatenate(
        [first + steps * np.arange(count) for first, count in zip(firsts, counts, strict=True)]
    )
    chosen = np.unique(np.linspace(0, len(starts) - 1, min(most, len(starts))).round().astype(int))
    rows: np.ndarray = starts[chosen, None] + np.arange(steps)
    return rows
