"""What random colours do to latents: how far they move, and whether a frame is still found.

Two copies of a frame in other colours, as :mod:`darla.objectives.recoloring` paints them, show one
state in two looks whatever the environment is. Colours change more than in most worlds, so that
movements are larger than between looks of one's own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from darla.encoder.frozen_encoder import FrozenEncoder
from darla.encoder.movement import joint_movement
from darla.encoder.networks import to_frames
from darla.objectives.recoloring import recolored_copies
from darla.probes import (
    Invariance,
    Probe,
    ProbeTarget,
    Retrieval,
    invariance,
    prediction_movement,
    retrieve,
)
from darla_agents.encoder_evaluation.recorded.frames import RecordedFrames, thinned

_TOGETHER = 512  # frames that are read and encoded at a time
_FEWEST = 2


@dataclass(frozen=True)
class Recoloring:
    """How far the state moves between two copies of frames in random colours."""

    together: float | None
    """Root mean squared distance of the state's latents relative to their spread together; 0: they
    do not move, 1.41: as far as another frame. None where they have no spread."""
    latents: Invariance | None
    """The same latent by latent, those of the state weighing alike; None when none is active."""
    predictions: Mapping[str, Mapping[str, float | None]]
    """For each kind of probe and each factor of the state the movement of what it reads."""


def recolored_frames(frames: np.ndarray, places: np.ndarray, seed: int) -> np.ndarray:
    """Paint two copies of frames in random colours, which the seed and each frame's place decide.

    Frames are uint8 (n, H, W, 3), copies uint8 (2, n, H, W, 3).
    """
    painted = [
        torch.cat(recolored_copies(frame[None], 2, seed + int(place)))
        for frame, place in zip(frames, places, strict=True)
    ]
    copies: np.ndarray = np.stack([to_frames(each).numpy() for each in painted], axis=1)
    return copies


def recolored_pairs(
    recorded: RecordedFrames, encoder: FrozenEncoder, places: np.ndarray, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Encode the two copies in random colours of the frames at some places; (n, z) each."""
    height, width, _ = encoder.image_shape
    pairs = []
    for start in range(0, len(places), _TOGETHER):
        some = places[start : start + _TOGETHER]
        copies = recolored_frames(recorded.read(some, (height, width)), some, seed)
        pairs.append([encoder.encode(each) for each in copies])
    first, second = (np.concatenate(each) for each in zip(*pairs, strict=True))
    return first, second


def measure_recoloring(
    first: np.ndarray,
    second: np.ndarray,
    state: np.ndarray,
    probes: Mapping[str, Probe],
    targets: Sequence[ProbeTarget],
) -> Recoloring:
    """Measure how far latents (n, z) of two copies are apart.

    The state is the indices of the latents that stand for it; probes were fitted to all latents,
    and the targets say which of the n states can be read.
    """
    return Recoloring(
        together=joint_movement(first[:, state], second[:, state]) if len(state) else None,
        latents=invariance(first, second, state) if len(state) else None,
        predictions={
            name: prediction_movement(probe, first, second, targets)
            for name, probe in probes.items()
        },
    )


@dataclass(frozen=True, eq=False)
class FoundFrames:
    """Whether frames are found by the state of their copies, and next frames by those before."""

    places: np.ndarray
    """int64 (N,), the candidates' places: frames that all differ."""
    seed: int
    """Of the copies' colours, as :func:`recolored_frames` takes it."""
    recolored: Retrieval
    """By a copy in random colours; the partner is the frame itself."""
    next: Retrieval | None
    """By a frame; the partner is the next one in its episode. None when frames do not follow one
    another."""


def candidates(recorded: RecordedFrames, places: np.ndarray, most: int) -> np.ndarray:
    """Return up to ``most`` of some places, spread evenly, whose frames are all different."""
    chosen = thinned(places, most)
    size = (recorded.dataset.shape[1], recorded.dataset.shape[2])
    frames = recorded.read(chosen, size).reshape(len(chosen), -1)
    different: dict[bytes, int] = {}
    for place, frame in zip(chosen.tolist(), frames, strict=True):
        different.setdefault(frame.tobytes(), place)
    return np.array(list(different.values()), dtype=np.int64)


def next_frames(recorded: RecordedFrames, most: int) -> np.ndarray:
    """Return up to ``most`` places whose frames all differ, and follow others of their episode.

    None of them is the one before another, which would be nearer to itself than what follows it.
    """
    steps = recorded.steps
    return candidates(recorded, steps[steps % 2 == 0] + 1, most)


def find_frames(
    recorded: RecordedFrames,
    encoder: FrozenEncoder,
    latents: np.ndarray,
    state: np.ndarray,
    most: int,
    seed: int,
) -> FoundFrames | None:
    """Look for up to ``most`` frames by the latents (M, z) of copies, and of those before them.

    The state is the indices of the latents that count. None where fewer than two frames differ, or
    no latent counts.
    """
    places = candidates(recorded, np.arange(len(recorded)), most)
    if len(places) < _FEWEST or not len(state):
        return None
    copies, _ = recolored_pairs(recorded, encoder, places, seed)
    following = next_frames(recorded, most)
    before, after = latents[following - 1][:, state], latents[following][:, state]
    return FoundFrames(
        places,
        seed,
        retrieve(copies[:, state], latents[places][:, state]),
        retrieve(before, after) if len(following) >= _FEWEST else None,
    )
