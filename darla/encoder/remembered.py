"""Frames in their order to latents with memory, and what is foretold of frames nobody has seen.

An encoder with memory, such as that of ``sequence_vae``, says of a frame what it says given the
frames before it in its episode, and the actions that led from one to the next. Its latents are its
whole state: those of a frame are what the next one is encoded after.
"""

from collections.abc import Iterable, Iterator

import numpy as np
import torch
from torch import Tensor

from darla.encoder.frozen_encoder import (
    ENCODE_CHUNK,
    FrozenEncoder,
    LatentStatistics,
    statistics_of,
)
from darla.encoder.network_shape import MemoryShape
from darla.encoder.networks import MemoryEncoder, Posterior, to_pictures
from darla.encoder.told_actions import told_actions


def remembers(encoder: FrozenEncoder) -> bool:
    """Whether what an encoder says of a frame depends on the frames before it."""
    return isinstance(encoder.encoder, MemoryEncoder)


def memory_of(encoder: FrozenEncoder) -> MemoryShape:
    """Return what an encoder remembers, and what actions it knows; a ValueError if nothing."""
    memory = encoder.encoder.shape.memory
    if memory is None:
        raise ValueError(
            f"the encoder of {encoder.config['objective']['name']} {encoder.path or ''} remembers "
            "nothing of the frames before; take one of sequence_vae"
        )
    return memory


def encode_next(
    encoder: FrozenEncoder,
    frames: np.ndarray,
    before: np.ndarray,
    actions: np.ndarray,
    starts: np.ndarray,
) -> np.ndarray:
    """Encode the next frame of each of n episodes; float32 (n, z), not standardised.

    Args:
        encoder: one with memory.
        frames: uint8 (n, H, W, 3).
        before: float32 (n, z), the latents of the frames before; of no meaning where there is none.
        actions: what led to the frames, int (n,) or float (n, d), as the encoder knows them.
        starts: bool (n,), which of them are the first of their episode.

    Raises:
        ValueError: the encoder has no memory, or frames or actions are not as it takes them.
    """
    memory, network = _parts(encoder)
    told = told_actions(actions, starts, memory.choices)
    pictures, device = _pictures(encoder, frames), encoder.device
    with torch.no_grad():
        states = network.follow(pictures, _on(told[None], device), _on(before, device))
    return states.latents[0].cpu().numpy()


def encode_sequence(
    encoder: FrozenEncoder,
    frames: np.ndarray,
    actions: np.ndarray,
    starts: np.ndarray,
) -> np.ndarray:
    """Encode frames one after the other; float32 (T, z), not standardised.

    Frames are uint8 (T, H, W, 3) in their order; for the rest, and errors, see :func:`encode_next`.
    Before the first nothing is known, whether it begins an episode or not.
    """
    memory, network = _parts(encoder)
    starts = np.concatenate([[True], np.asarray(starts, dtype=bool)[1:]])
    told = torch.from_numpy(told_actions(actions, starts[: len(frames)], memory.choices))
    sequence = torch.from_numpy(np.ascontiguousarray(frames))
    encoder.check_frames(sequence)
    parts = followed(network, [(sequence, told)])
    none = np.zeros((0, encoder.latent_dim), np.float32)
    return np.concatenate([none, *(part.mu.cpu().numpy() for part in parts)])


def foretell(encoder: FrozenEncoder, before: np.ndarray, actions: np.ndarray) -> np.ndarray:
    """Say what comes of actions, without seeing anything; float32 (T, n, z).

    From the latents (n, z) of frames, and T actions that follow, int (T, n) or float (T, n, d).
    What is foretold is a mean at each step. A ValueError where the encoder has no memory.
    """
    memory, network = _parts(encoder)
    steps, count = actions.shape[:2]
    none = np.zeros(count, dtype=bool)
    told = [told_actions(each, none, memory.choices) for each in actions]
    ways = np.stack(told) if steps else np.zeros((0, count, memory.told), np.float32)
    with torch.no_grad():
        found = network.state.predict(_on(before, encoder.device), _on(ways, encoder.device))
    return found.cpu().numpy()


def sequence_statistics(
    encoder: MemoryEncoder, sequences: Iterable[tuple[Tensor, Tensor]]
) -> LatentStatistics:
    """Measure what each latent does over frames in their order, as agents see them.

    Sequences are frames uint8 (T, H, W, 3) with what is told of each, float32 (T, m).
    """
    return statistics_of(followed(encoder, sequences))


@torch.no_grad()
def followed(
    network: MemoryEncoder, sequences: Iterable[tuple[Tensor, Tensor]]
) -> Iterator[Posterior]:
    """Yield what an encoder says of sequences, as above, a part of them at a time."""
    device = next(network.parameters()).device
    for frames, told in sequences:
        before = None
        for part, ways in zip(frames.split(ENCODE_CHUNK), told.split(ENCODE_CHUNK), strict=True):
            pictures = to_pictures(part.to(device))
            latents = network.follow(pictures, ways[:, None].to(device), before).latents[:, 0]
            before = latents[-1:]
            yield Posterior(latents, None)


def _parts(encoder: FrozenEncoder) -> tuple[MemoryShape, MemoryEncoder]:
    """Return an encoder's memory and its network."""
    memory, network = memory_of(encoder), encoder.encoder
    assert isinstance(network, MemoryEncoder)
    return memory, network


def _pictures(encoder: FrozenEncoder, frames: np.ndarray) -> Tensor:
    """Return frames as the network takes them."""
    tensor = torch.from_numpy(np.ascontiguousarray(frames))
    encoder.check_frames(tensor)
    return to_pictures(tensor.to(encoder.device))


def _on(values: np.ndarray, device: torch.device) -> Tensor:
    """Put numbers on a device."""
    return torch.from_numpy(np.asarray(values, dtype=np.float32)).to(device)
