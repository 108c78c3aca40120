"""Checkpoints of a training: folders that are there whole or not at all.

Each is a folder ``step_<number>`` with ``state.safetensors`` (all tensors) and ``state.json`` (all
else). It is written under a name that begins with a dot, synced, and renamed into place. The last
two are kept: should the newest be unreadable, the one before takes over.
"""

import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from safetensors import SafetensorError
from safetensors.torch import load as load_tensors
from safetensors.torch import save as save_tensors
from torch import Tensor

from darla.running.atomic import read_json, sync, write_bytes, write_json
from darla.running.step_folders import keep_newest, step_folders

KEPT = 2


@dataclass(frozen=True)
class Checkpoint:
    """The state of a training at one step."""

    step: int
    tensors: dict[str, Tensor]
    """Weights, the optimiser's averages, states of random number generators."""
    info: dict[str, Any]
    """What is not a tensor; plain values for JSON."""


def save_checkpoint(folder: Path, checkpoint: Checkpoint) -> Path:
    """Write a checkpoint into a folder of its own in ``folder``; all but the newest two go."""
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


def latest_checkpoint(folder: Path) -> Checkpoint | None:
    """Read the newest readable checkpoint in ``folder``; None when there is none at all.

    A damaged one is passed over with a line on stderr. A ValueError where there are checkpoints,
    but none can be read.
    """
    found = step_folders(folder)
    for path in reversed(found):
        try:
            return _read(path)
        except (ValueError, KeyError, OSError, SafetensorError) as error:
            print(f"warning: passing over the damaged checkpoint {path}: {error}", file=sys.stderr)
    if found:
        raise ValueError(f"no checkpoint in {folder} can be read; remove the folder to start anew")
    return None


def _read(path: Path) -> Checkpoint:
    """Read a checkpoint from its own folder."""
    info = read_json(path / "state.json")
    return Checkpoint(info["step"], load_tensors((path / "state.safetensors").read_bytes()), info)
