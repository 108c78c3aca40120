"""Runs of a vision model that die in the middle, and what finished ones have learnt."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from torch import Tensor

from darla.vision.batches import Batch, FrameBatches
from darla.vision.checkpoints import resume
from darla.vision.stacked_batches import StackedBatches

COUNT = 96
"""Frames of the dataset ``data`` that tests of whole runs share."""


def weights(out: Path) -> dict[str, Tensor]:
    """Return all that a finished run has learnt: bundle and last checkpoint."""
    last = resume(out / "checkpoints", lambda found: found)
    assert last is not None
    found = {**load_file(out / "encoder" / "model.safetensors"), **last.tensors}
    return {"step": torch.tensor(last.step), **found}


def assert_same_weights(left: Path, right: Path) -> None:
    first, second = weights(left), weights(right)
    assert first.keys() == second.keys()
    for name, tensor in first.items():
        assert torch.equal(tensor, second[name]), f"{name} differs"


class Killed(Exception):
    """Stands for a kill: nothing of the library catches it."""


def die_after(
    steps: int,
    monkeypatch: pytest.MonkeyPatch,
    batches: type[FrameBatches] | type[StackedBatches] = FrameBatches,
) -> None:
    """Let the run die when it asks for the batch after ``steps`` more batches."""
    original = batches.starting_at
    taken = 0

    def dying(self: FrameBatches | StackedBatches, step: int) -> Iterator[Batch]:
        nonlocal taken
        for batch in original(self, step):
            if taken == steps:
                raise Killed
            taken += 1
            yield batch

    monkeypatch.setattr(batches, "starting_at", dying)
