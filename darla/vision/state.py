"""The whole state of a vision training, as the tensors and values of a checkpoint."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from darla.running.one_line import one_line

_MODEL, _OPTIMIZER, _RANDOM = "model.", "optimizer.", "random."
_COUNT = "step"
_AVERAGES = {_COUNT, "exp_avg", "exp_avg_sq"}  # what Adam keeps of a parameter
_State = dict[int, dict[str, Tensor]]


def pack(
    model: nn.Module, optimizer: torch.optim.Optimizer, place: int | None = None
) -> dict[str, Tensor]:
    """Return weights, Adam's averages and the states of torch's random numbers, by name.

    Of a model of a stack the averages are those at its place; random numbers are of all its models.
    """
    tensors = {_MODEL + name: tensor for name, tensor in model.state_dict().items()}
    for parameter, state in optimizer.state_dict()["state"].items():
        for name, value in state.items():
            own = value if place is None or name == _COUNT else value[place]
            tensors[f"{_OPTIMIZER}{parameter}.{name}"] = own
    tensors[_RANDOM + "cpu"] = torch.get_rng_state()
    device = _device(model)
    if device.type == "cuda":
        tensors[_RANDOM + "cuda"] = torch.cuda.get_rng_state(device)
    return tensors


def unpack(
    tensors: Sequence[dict[str, Tensor]],
    models: Sequence[nn.Module],
    optimizer: torch.optim.Optimizer,
) -> None:
    """Put back what :func:`pack` took out of each model; several models are those of a stack.

    Raises:
        ValueError: it was taken out of something else, or is damaged.
    """
    stacked = len(models) > 1
    parameters = [each for group in optimizer.param_groups for each in group["params"]]
    shapes = [each.shape[1:] if stacked else each.shape for each in parameters]
    random = _under(_RANDOM, tensors[0])
    try:
        for own, model in zip(tensors, models, strict=True):
            model.load_state_dict(_under(_MODEL, own))
        states = [_optimizer_state(_under(_OPTIMIZER, own), shapes) for own in tensors]
        optimizer.load_state_dict(
            {
                "state": _laid_out(_together(states) if stacked else states[0], parameters),
                "param_groups": optimizer.state_dict()["param_groups"],
            }
        )
        torch.set_rng_state(random["cpu"])
        device = _device(models[0])
        if "cuda" in random and device.type == "cuda":
            torch.cuda.set_rng_state(random["cuda"], device)
    except (KeyError, RuntimeError, TypeError) as error:
        raise ValueError(f"it does not fit this run: {one_line(error)}") from error


def _together(states: Sequence[_State]) -> _State:
    """Stack the averages of several models; how many steps they are of is the same for all."""
    first = states[0]
    return {
        number: {
            name: value
            if name == _COUNT
            else torch.stack([state[number][name] for state in states])
            for name, value in averages.items()
        }
        for number, averages in first.items()
    }


def _laid_out(state: _State, parameters: Sequence[Tensor]) -> _State:
    """Bring averages into the order in memory of their weights, whose channels may be last.

    Adam fused into one pass takes numbers as they lie.
    """
    return {
        number: {
            name: value
            if name == _COUNT
            else torch.empty_like(parameters[number], requires_grad=False).copy_(value)
            for name, value in averages.items()
        }
        for number, averages in state.items()
    }


def _optimizer_state(tensors: dict[str, Tensor], shapes: Sequence[torch.Size]) -> _State:
    """Return Adam's averages by the number of their parameter, after checking their shapes."""
    state: _State = {}
    for name, value in tensors.items():
        number, _, key = name.partition(".")
        if not number.isdecimal() or int(number) >= len(shapes) or key not in _AVERAGES:
            raise ValueError(f"the optimiser has no {name}")
        shape = torch.Size() if key == _COUNT else shapes[int(number)]
        if value.shape != shape or not torch.isfinite(value).all():
            raise ValueError(f"the optimiser's {name} is of another shape, or not finite")
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
