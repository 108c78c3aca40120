"""The whole state of a vision training, as the tensors and values of a checkpoint."""

from typing import Any

import torch
from torch import Tensor, nn

_MODEL, _OPTIMIZER, _RANDOM = "model.", "optimizer.", "random."


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
