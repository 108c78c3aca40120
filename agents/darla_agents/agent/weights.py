"""What an agent has learned, on disk: the weights of its policy, its optimisers and its counters.

They are one safetensors file: tensors, and as text in its header the counters and the optimisers'
numbers.
"""

import json
from pathlib import Path
from typing import Annotated, Any, NotRequired, TypedDict

import torch
from msgspec import Meta
from safetensors.torch import save
from stable_baselines3.common.base_class import BaseAlgorithm

from darla.running.atomic import write_bytes
from darla.running.checked_json import Count, check_shape, parse_json
from darla.running.one_line import one_line
from darla.running.tensor_files import read_tensors_and_metadata

WEIGHTS = "agent.safetensors"
"""The file of an agent's weights."""
_COUNTERS = ("num_timesteps", "_n_updates", "_n_calls", "_episode_num")
_VARIABLES = ("log_ent_coef",)
"""Tensors that learn besides a policy's: SAC's entropy coefficient."""
_REMEDY = "train the agent again"


class _Counters(TypedDict, total=False):
    num_timesteps: Count
    _n_updates: Count
    _n_calls: Count
    _episode_num: Count


class _Optimizer(TypedDict):
    param_groups: list[dict[str, Any]]
    numbers: dict[Annotated[str, Meta(pattern=r"^[0-9]{1,9}$")], dict[str, float]]


class _State(TypedDict):
    """The text in the header of ``agent.safetensors``."""

    counters: _Counters
    optimizers: dict[str, _Optimizer]
    evaluation: NotRequired[dict[str, float] | None]


def write_weights(
    model: BaseAlgorithm, folder: Path, evaluation: dict[str, float] | None = None
) -> None:
    """Write a model's weights, optimisers and counters atomically in place of earlier ones.

    How it did in the source is written with them: they may be newer than the agent's description.
    """
    tensors, state = _flatten(model)
    state["evaluation"] = evaluation
    write_bytes(folder / WEIGHTS, save(tensors, metadata={"state": json.dumps(state)}))


def restore(model: BaseAlgorithm, folder: Path) -> dict[str, Any]:
    """Set a model's weights, optimiser and counters to those saved in ``folder``.

    Returns what else was saved with them. A FileNotFoundError where there are none, a ValueError
    where they are damaged or do not fit.
    """
    tensors, state = read_weights(folder)
    try:
        parameters = _unflatten(tensors, state)
        variables = {name: parameters.pop(name, {}) for name in _VARIABLES}
        _check_optimizers(parameters, model)
        _set_variables(model, variables)
        model.set_parameters(parameters, device=model.device)
    except (RuntimeError, KeyError, TypeError, ValueError) as error:
        raise ValueError(
            f"{folder / WEIGHTS} does not fit the agent in {folder}: {one_line(error)}"
        ) from error
    for name in _COUNTERS:
        if name in state["counters"]:
            setattr(model, name, state["counters"][name])
    return state


def read_weights(folder: Path) -> tuple[dict[str, torch.Tensor], dict[str, Any]]:
    """Read the tensors of an agent, by name, and the state in the file's header.

    A FileNotFoundError where there are none, a ValueError where they are damaged.
    """
    path = folder / WEIGHTS
    if not path.is_file():
        raise FileNotFoundError(f"the weights {path} are missing; train the agent again")
    tensors, metadata = read_tensors_and_metadata(path, _REMEDY)
    where = f"the header of {path}"
    state = parse_json(metadata.get("state", "null"), where)
    return tensors, dict(check_shape(state, _State, where, _REMEDY))


def _set_variables(model: BaseAlgorithm, saved: dict[str, dict[str, torch.Tensor]]) -> None:
    """Set the tensors that learn besides a policy's, which optimisers hold, in their place.

    Raises:
        ValueError: one is missing, is none of the model's, or is not finite.
    """
    for name, held in saved.items():
        own = getattr(model, name, None)
        if set(held) != (set() if own is None else {""}):
            raise ValueError(f"it has {'no' if own is not None else 'a'} part {name!r}")
        if own is None:
            continue
        value = held[""]
        if own.shape != value.shape or not bool(torch.isfinite(value).all()):
            raise ValueError(f"{name} has shape {tuple(value.shape)}, or is not finite")
        own.data.copy_(value)


def _check_optimizers(parameters: dict[str, Any], model: BaseAlgorithm) -> None:
    """Check saved optimisers against those of the model, which are new.

    Raises:
        ValueError: settings or averages are not those of such an optimiser, or not finite.
    """
    own = model.get_parameters()
    for part, saved in parameters.items():
        if part not in own or ("param_groups" in own[part]) != ("param_groups" in saved):
            raise ValueError(f"it has a part {part!r}")
        if "param_groups" not in saved:
            continue
        groups = own[part]["param_groups"]
        if len(groups) != len(saved["param_groups"]):
            raise ValueError(f"{part} has another number of groups")
        for known, group in zip(groups, saved["param_groups"], strict=True):
            if known.keys() != group.keys() or not all(
                map(_same_kind, known.values(), group.values())
            ):
                raise ValueError(f"{part} has other settings")
        optimizer = _optimizer(model, part)
        weights = [each for group in optimizer.param_groups for each in group["params"]]
        for index, entries in saved["state"].items():
            for name, value in entries.items():
                _check_average(f"{part}/{index}/{name}", value, index, weights)


def _same_kind(known: Any, value: Any) -> bool:
    """Whether a setting of an optimiser is of the kind of a known one."""
    if isinstance(known, list | tuple):
        return isinstance(value, list) and len(value) == len(known)
    numbers = isinstance(known, int | float) and isinstance(value, int | float)
    return numbers or type(known) is type(value)


def _check_average(name: str, value: Any, index: int, weights: list[torch.Tensor]) -> None:
    """Check what an optimiser keeps of a weight: a number, or a tensor of the weight's shape."""
    if index >= len(weights):
        raise ValueError(f"there is no weight of {name}")
    if isinstance(value, torch.Tensor) and value.shape not in (torch.Size(), weights[index].shape):
        raise ValueError(f"{name} has shape {tuple(value.shape)}")
    if not bool(torch.isfinite(torch.as_tensor(value)).all()):
        raise ValueError(f"{name} is not finite")


def _optimizer(model: BaseAlgorithm, part: str) -> torch.optim.Optimizer:
    """Return a model's optimiser by the name of its part, such as ``policy.optimizer``."""
    found: Any = model
    for name in part.split("."):
        found = getattr(found, name)
    optimizer: torch.optim.Optimizer = found
    return optimizer


def _flatten(model: BaseAlgorithm) -> tuple[dict[str, torch.Tensor], dict[str, Any]]:
    """Split ``get_parameters()`` into copies of tensors, by name, and what JSON can hold."""
    tensors: dict[str, torch.Tensor] = {}
    optimizers: dict[str, Any] = {}
    for part, values in model.get_parameters().items():
        if "param_groups" not in values:
            tensors |= {f"{part}/{name}": tensor for name, tensor in values.items()}
            continue
        numbers: dict[str, dict[str, Any]] = {}
        for index, entries in values["state"].items():
            held = {name for name, value in entries.items() if isinstance(value, torch.Tensor)}
            tensors |= {f"{part}/{index}/{name}": entries[name] for name in held}
            numbers[str(index)] = {name: entries[name] for name in set(entries) - held}
        optimizers[part] = {"param_groups": values["param_groups"], "numbers": numbers}
    variables = {name: getattr(model, name, None) for name in _VARIABLES}
    tensors |= {f"{name}/": held for name, held in variables.items() if held is not None}
    copies = {name: tensor.detach().cpu().clone() for name, tensor in tensors.items()}
    counters = {name: getattr(model, name) for name in _COUNTERS if hasattr(model, name)}
    return copies, {"counters": counters, "optimizers": optimizers}


def _unflatten(tensors: dict[str, torch.Tensor], state: dict[str, Any]) -> dict[str, Any]:
    """Undo :func:`_flatten`: return what ``set_parameters()`` takes."""
    parameters: dict[str, Any] = {}
    for part, optimizer in state["optimizers"].items():
        entries = {int(index): dict(values) for index, values in optimizer["numbers"].items()}
        parameters[part] = {"state": entries, "param_groups": optimizer["param_groups"]}
    for full_name, tensor in tensors.items():
        part, _, name = full_name.partition("/")
        if part in state["optimizers"]:
            index, _, entry = name.partition("/")
            parameters[part]["state"][int(index)][entry] = tensor
        else:
            parameters.setdefault(part, {})[name] = tensor
    return parameters
