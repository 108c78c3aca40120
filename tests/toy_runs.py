"""What finished runs of a vision model have learnt."""

from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor

from darla.vision.checkpoints import resume

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
