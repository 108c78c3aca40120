"""Checkpoints of a training: folders that are there whole or not at all.

Each is a folder ``step_<number>`` with ``state.safetensors`` (all tensors) and ``state.json`` (all
else). It is written under a name that begins with a dot, synced, and renamed into place. The last
two are kept: should the newest be damaged, the one before takes over.
"""

import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypedDict, TypeVar

from safetensors.torch import save as save_tensors
from torch import Tensor

from darla.running.atomic import sync, write_bytes, write_json
from darla.running.checked_json import Count, Name, read_checked
from darla.running.step_folders import keep_newest, step_folders, use_newest
from darla.running.tensor_files import read_tensors

KEPT = 2
_REMEDY = "remove it"
T = TypeVar("T")


class _Info(TypedDict):
    """``state.json`` of a checkpoint."""

    step: Count
    stage: Count
    stage_name: Name
    stage_step: Count
    dataset: dict[str, Any]


@dataclass(frozen=True)
class Checkpoint:
    """The state of a training at one step.

    Attributes:
        step: steps done, over all stages.
        tensors: weights, the optimiser's averages, states of random number generators.
        info: what is not a tensor; plain values for JSON.
    """

    step: int
    tensors: dict[str, Tensor]
    info: dict[str, Any]


def save_checkpoint(folder: Path, checkpoint: Checkpoint) -> Path:
    """Write a checkpoint into ``folder``, and remove all but the newest two.

    Returns:
        The checkpoint's own folder.
    """
    final = folder / f"step_{checkpoint.step:010d}"
    temporary = folder / f".{final.name}.{os.getpid()}.tmp"
    for left_over in folder.glob(".step_*.tmp"):  # of a killed run
        shutil.rmtree(left_over, ignore_errors=True)
    tensors = {
        name: value.detach().cpu().contiguous() for name, value in checkpoint.tensors.items()
    }
    try:
        write_bytes(temporary / "state.safetensors", save_tensors(tensors))
        write_json(temporary / "state.json", {"step": checkpoint.step, **checkpoint.info})
        if final.exists():
            shutil.rmtree(final)
        os.rename(temporary, final)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    sync(folder)
    keep_newest(folder, KEPT)
    return final


def resume(folder: Path, use: Callable[[Checkpoint], T]) -> T | None:
    """Give the newest checkpoint in ``folder`` that is whole to ``use``.

    See :func:`darla.running.step_folders.use_newest`, also for errors.
    """
    return use_newest(step_folders(folder)[::-1], lambda path: use(_read(path)))


def resume_together(folders: Sequence[Path], use: Callable[[list[Checkpoint]], T]) -> T | None:
    """Give the newest checkpoints of one step that are whole in all folders to ``use``.

    What some folders have of later steps is removed: these steps are taken again.
    See :func:`darla.running.step_folders.use_newest`, also for errors.
    """
    of_each = [{path.name for path in step_folders(folder)} for folder in folders]
    common = [
        path.name for path in step_folders(folders[0]) if all(path.name in s for s in of_each)
    ]
    used: list[str] = []

    def together(path: Path) -> T:
        found = use([_read(folder / path.name) for folder in folders])
        used.append(path.name)
        return found

    found = use_newest([folders[0] / name for name in common[::-1]], together)
    for folder in folders:
        for path in step_folders(folder)[::-1]:
            if path.name in used:
                break
            shutil.rmtree(path)
    return found


def _read(path: Path) -> Checkpoint:
    """Read a checkpoint from its own folder."""
    info = read_checked(path / "state.json", _Info, _REMEDY)
    return Checkpoint(info["step"], read_tensors(path / "state.safetensors", _REMEDY), {**info})
