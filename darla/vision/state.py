"""The whole state of a vision training, as the tensors and values of a checkpoint."""

import torch
from torch import Tensor, nn

from darla.running.one_line import one_line

_MODEL, _OPTIMIZER, _RANDOM = "model.", "optimizer.", "random."
_AVERAGES = {"step", "exp_avg", "exp_avg_sq"}  # what Adam keeps of a parameter


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
    """Put back what :func:`pack` took out.

    Raises:
        ValueError: it was taken out of something else, or is damaged.
    """
    random = _under(_RANDOM, tensors)
    try:
        model.load_state_dict(_under(_MODEL, tensors))
        optimizer.load_state_dict(
            {
                "state": _optimizer_state(_under(_OPTIMIZER, tensors), optimizer),
                "param_groups": optimizer.state_dict()["param_groups"],
            }
        )
        torch.set_rng_state(random["cpu"])
        device = _device(model)
        if "cuda" in random and device.type == "cuda":
            torch.cuda.set_rng_state(random["cuda"], device)
    except (KeyError, RuntimeError, TypeError) as error:
        raise ValueError(f"it does not fit this run: {one_line(error)}") from error


def _optimizer_state(
    tensors: dict[str, Tensor], optimizer: torch.optim.Optimizer
) -> dict[int, dict[str, Tensor]]:
    """Return Adam's averages by the number of their parameter, after checking their shapes."""
    parameters = [each for group in optimizer.param_groups for each in group["params"]]
    state: dict[int, dict[str, Tensor]] = {}
    for name, value in tensors.items():
        number, _, key = name.partition(".")
        if not number.isdecimal() or int(number) >= len(parameters) or key not in _AVERAGES:
            raise ValueError(f"the optimiser has no {name}")
        shape = torch.Size() if key == "step" else parameters[int(number)].shape
        if value.shape != shape or not torch.isfinite(value).all():
            raise ValueError(f"the optimiser's {name} is of another shape, or not finite")
        if key != "step":  # as weights lie, perhaps channels last: fused Adam goes through memory
            value = torch.empty_like(parameters[int(number)]).copy_(value)
        state.setdefault(int(number), {})[key] = value
    if any(entries.keys() != _AVERAGES for entries in state.values()):
        raise ValueError("some of the optimiser's averages are missing")
    return state


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
