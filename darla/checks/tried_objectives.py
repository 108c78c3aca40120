"""What objectives are tried with: untrained ones, and frames of blocks on coloured grounds."""

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

from darla.encoder.told_actions import told_actions
from darla.objectives import Objective, ObjectiveSettings, TrainingFacts

STEPS = 6
"""Of each stage."""
FRAMES = 64
"""In a dataset."""
ACTIONS = (3, 0)
"""The form of actions: one of three."""
_ROWS = 8  # of a batch


def require(condition: bool, message: str) -> None:
    """Raise an AssertionError where a condition does not hold, with python -O too."""
    if not condition:
        raise AssertionError(message)


def build(
    kind: type[Objective], settings: ObjectiveSettings, facts: TrainingFacts, seed: int = 0
) -> Objective:
    """Make an untrained objective of that seed."""
    torch.manual_seed(seed)
    return kind(settings, facts)


def frames_of(shape: tuple[int, int, int], count: int = FRAMES) -> Tensor:
    """Return frames with a block somewhere on a coloured ground, uint8 (count, H, W, 3)."""
    height, width, _ = shape
    random = torch.Generator().manual_seed(0)
    frames = torch.randint(0, 200, (count, 1, 1, 3), generator=random).expand(-1, height, width, 3)
    frames = frames.clone()
    for frame in frames:
        left = int(torch.randint(0, width // 2, (1,), generator=random))
        frame[height // 4 : height // 2, left : left + width // 2] = 255
    return frames.to(torch.uint8)


def batch_size(objective: Objective) -> int:
    """Return how many frames a batch of an objective has: whole sequences."""
    return -(-_ROWS // objective.sequence_length) * objective.sequence_length


def told_of(objective: Objective, count: int) -> Tensor | None:
    """Return what is told of so many frames in order; None for an objective of single frames."""
    if objective.sequence_length == 1:
        return None
    actions, starts = np.arange(count) % ACTIONS[0], np.arange(count) % 7 == 0
    return torch.from_numpy(told_actions(actions, starts, ACTIONS[0]))


def chunks_of(shape: tuple[int, int, int]) -> Iterator[Tensor]:
    """Yield the frames in two parts, each of which can be read as pairs."""
    yield from frames_of(shape).chunk(2)
