"""Read safetensors files that somebody else may have made: of bounded size, and nothing else."""

from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load
from torch import Tensor

from darla.running.checked_json import parse_json
from darla.running.one_line import one_line
from darla.running.regular_files import read_regular

LARGEST_WEIGHTS = 1 << 30
"""The most bytes that a file of tensors may have."""


def read_tensors(path: Path, remedy: str) -> dict[str, Tensor]:
    """Read the tensors of a safetensors file, by name; see :func:`read_tensors_and_metadata`."""
    return read_tensors_and_metadata(path, remedy)[0]


def read_tensors_and_metadata(path: Path, remedy: str) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Read a safetensors file, and the texts in its header.

    Args:
        path: the file.
        remedy: what to do if it is damaged, for the message.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: it is too large, or something else, or holds NaN or infinity, which nothing
            that has learnt does.
    """
    data = read_regular(path, LARGEST_WEIGHTS)
    try:
        tensors = load(data)
    except (SafetensorError, KeyError, RuntimeError, TypeError, ValueError) as error:
        raise ValueError(f"{path} is damaged ({one_line(error)}); {remedy}") from error
    for name, tensor in tensors.items():
        if tensor.is_floating_point() and not torch.isfinite(tensor).all():
            raise ValueError(f"{path} is damaged: {name} holds NaN or infinity; {remedy}")
    header = parse_json(data[8 : 8 + int.from_bytes(data[:8], "little")], f"the header of {path}")
    return tensors, header.get("__metadata__") or {}
