"""What shifts of the look do to the state: which of them an encoder overlooks, and which not.

Each frame is compared with itself in each of the looks of ``Looks.standard``, whatever the
environment is: colours, within what encoders are shown, and textures, blur, noise and the like,
which they mostly are not. A shift may also hide what there is to see; then the state should move.
"""

from collections.abc import Mapping

import numpy as np

from darla.encoder.frozen_encoder import FrozenEncoder
from darla.encoder.movement import joint_movement
from darla.environments.restyling.restyling import Restyling
from darla.environments.restyling.strengths import Strength
from darla.environments.standard_shifts import STANDARD_TARGETS
from darla_agents.encoder_evaluation.recorded.frames import RecordedFrames


def restyled_movements(
    recorded: RecordedFrames,
    encoder: FrozenEncoder,
    places: np.ndarray,
    state: np.ndarray,
    seed: int,
) -> dict[str, float | None]:
    """Return how far the state moves when frames are shown in another look, for each shift.

    Root mean squared distances of its latents, whose indices ``state`` holds, relative to their
    spread together: 0 where nothing moves, 1.41 where it is as far as another frame, None where
    they have no spread. What a shift draws for a frame follows from the seed and its place.
    """
    if not len(state):
        return {}
    height, width, _ = encoder.image_shape
    frames = recorded.read(places, (height, width))
    before = encoder.encode(frames)[:, state]
    movements = {}
    for name, shifts in STANDARD_TARGETS.items():
        after = encoder.encode(_restyled(frames, shifts, seed + places))[:, state]
        movements[name] = joint_movement(before, after)
    return movements


def _restyled(frames: np.ndarray, shifts: Mapping[str, Strength], seeds: np.ndarray) -> np.ndarray:
    """Return frames (n, H, W, 3) uint8, each in a look of its own."""
    looks = [Restyling(shifts, int(seed)) for seed in seeds]
    return np.concatenate([look(frame[None]) for look, frame in zip(looks, frames, strict=True)])
