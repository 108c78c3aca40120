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

import torch
from safetensors import SafetensorError
from safetensors.torch import load as load_tensors
from safetensors.torch import save as save_tensors
from torch import Tensor, nn

from darla.running.atomic import sync, write_bytes, write_json
from darla.running.checked_json import read_json
from darla.running.step_folders import keep_newest, step_folders

KEPT = 2
_MODEL, _OPTIMIZER, _RANDOM = "model.", "optimizer.", "random."


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


def pack(model: nn.Module, optimizer: torch.optim.Optimizer) -> dict[str, Tensor]:
    """Return weights, Adam's averages and the states of torch's random numbers, by name."""
    tensors = {_MODEL + name: tensor for name, tensor in model.state_dict().items()}
    for parameter, state in optimizer.state_dict()["state"].items():
        tensors |= {f"{_OPTIMIZER}{parameter}.{name}": value for name, value in state.items()}
    tensors[_RANDOM + "cpu"] = torch.get_rng_state()
    device = _device(model)
    if device.type == "cuda":
        tensors[_RANDOM + "cuda"] = torch.cuda.get_rng_state(device)
    return tensors


def unpack(tensors: dict[str, Tensor], model: nn.Module, optimizer: torch.optim.Optimizer) -> None:
    """Put back what :func:`pack` took out."""
    model.load_state_dict(_under(_MODEL, tensors))
    state: dict[int, dict[str, Any]] = {}
    for name, value in _under(_OPTIMIZER, tensors).items():
        parameter, key = name.split(".")
        state.setdefault(int(parameter), {})[key] = value
    groups = optimizer.state_dict()["param_groups"]
    optimizer.load_state_dict({"state": state, "param_groups": groups})
    random = _under(_RANDOM, tensors)
    torch.set_rng_state(random["cpu"])
    device = _device(model)
    if "cuda" in random and device.type == "cuda":
        torch.cuda.set_rng_state(random["cuda"], device)


def _device(model: nn.Module) -> torch.device:
    """Return where a model's weights are."""
    return next(model.parameters()).device


def _under(prefix: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """Return the tensors whose names begin with a prefix, without it."""
    return {
        name.removeprefix(prefix): value
        for name, value in tensors.items()
        if name.startswith(prefix)
    }
