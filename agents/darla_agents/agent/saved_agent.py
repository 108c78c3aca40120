"""Agents on disk: ``agent.json`` says what the agent is, ``agent.safetensors`` what it has learned.

Nothing is ever unpickled. The zip files of Stable-Baselines3 hold pickled code, which runs when
they are loaded; they can be exported from here, and ``darla_agents.importing`` reads weights alone.

All that changes while an agent learns is in the one safetensors file (its tensors, and as text in
its header the counters and the optimiser's numbers), so that a save that is cut short leaves the
earlier agent whole.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, NotRequired, TypedDict

import numpy as np
import torch
from msgspec import Meta
from safetensors.torch import save
from stable_baselines3.common.base_class import BaseAlgorithm

from darla.encoder.network_shape import NetworkShape
from darla.running.atomic import write_bytes, write_json
from darla.running.checked_json import (
    LARGEST_JSON,
    Count,
    Name,
    check_shape,
    parse_json,
    read_json,
)
from darla.running.one_line import one_line
from darla.running.run_record import versions
from darla.running.tensor_files import LARGEST_WEIGHTS, read_tensors_and_metadata
from darla.wrappers.sb3.extractor import EncoderExtractor
from darla_agents.agent.algorithms import check_settings
from darla_agents.agent.models import build_for_acting
from darla_agents.agent.spaces import space_from_json, space_to_json
from darla_agents.agent.spec import AgentSpec

SCHEMA = 1
DESCRIPTION = "agent.json"
WEIGHTS = "agent.safetensors"
AGENT_FILES = {DESCRIPTION: LARGEST_JSON, WEIGHTS: LARGEST_WEIGHTS}
"""The files of an agent, and how many bytes each may have."""
_COUNTERS = ("num_timesteps", "_n_updates", "_n_calls", "_episode_num")
_VARIABLES = ("log_ent_coef",)
"""Tensors that learn besides a policy's: SAC's entropy coefficient."""
_REMEDY = "train the agent again"


class _Spec(TypedDict):
    """An :class:`AgentSpec` as JSON holds it."""

    task: Annotated[str, Meta(min_length=1, max_length=500)]
    kind: Name
    algorithm: Name
    domain: Name
    seed: Count
    encoder: str | None
    total_timesteps: Count
    settings: dict[str, Any]
    latent_options: NotRequired[dict[str, Any]]
    learning_options: NotRequired[dict[str, Any]]
    augmentation: NotRequired[Name]
    augmentation_share: NotRequired[float]
    augmentation_each: NotRequired[Name]
    label: NotRequired[str]
    env_kwargs: NotRequired[dict[str, Any]]
    wrappers: NotRequired[
        Annotated[list[Annotated[str, Meta(max_length=2000)]], Meta(max_length=64)]
    ]
    looks: NotRequired[dict[str, Any] | None]
    interaction: NotRequired[dict[str, Any]]


class _Description(TypedDict):
    """``agent.json``."""

    schema: int
    spec: _Spec
    observation_space: dict[str, Any]
    action_space: dict[str, Any]
    encoder_network: NotRequired[dict[str, Any] | None]
    num_timesteps: NotRequired[Count]
    evaluation: dict[str, float] | None
    versions: NotRequired[dict[str, str]]


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


@dataclass(frozen=True)
class SavedAgent:
    """An agent read back from disk."""

    spec: AgentSpec
    model: BaseAlgorithm
    """The algorithm of Stable-Baselines3 with its weights, ready to act."""
    num_timesteps: int
    """How many steps it has learned from."""
    evaluation: dict[str, float] | None = None
    """How it did in the source when it was saved, if it was saved for that."""

    def predict(self, observations: Any, deterministic: bool = True) -> np.ndarray:
        """Choose actions, (n,) int64: the most probable ones, or, not deterministic, drawn ones.

        Observations are a batch as the policy sees it: (n, 3, H, W) or (n, H, W, 3) uint8 pictures,
        (n, z) float32 latents, or (n, D) float32 factors.
        """
        return self.model.predict(observations, deterministic=deterministic)[0]


def is_saved(folder: Path) -> bool:
    """Whether a whole agent lies in ``folder``; its description is written last."""
    return (folder / DESCRIPTION).is_file() and (folder / WEIGHTS).is_file()


def save_agent(
    model: BaseAlgorithm,
    spec: AgentSpec,
    folder: Path,
    evaluation: dict[str, float] | None = None,
) -> None:
    """Write an agent, with how it does in the source, atomically in place of an earlier one."""
    tensors, state = _flatten(model)
    state["evaluation"] = evaluation  # with the weights, which may be newer than the description
    write_bytes(folder / WEIGHTS, save(tensors, metadata={"state": json.dumps(state)}))
    description = {
        "schema": SCHEMA,
        "spec": spec.to_dict(),
        "observation_space": space_to_json(model.observation_space),
        "action_space": space_to_json(model.action_space),
        "encoder_network": _encoder_network(model),
        "num_timesteps": model.num_timesteps,
        "evaluation": evaluation,
        "versions": versions(),
    }
    write_json(folder / DESCRIPTION, description)


def load_agent(folder: Path | str, device: str = "cpu") -> SavedAgent:
    """Read an agent, ready to act; its encoder is not loaded, unless it was trained with it.

    The device is that of the policy; "auto" as in training.

    Raises:
        FileNotFoundError: there is no agent.
        ValueError: the files are damaged, do not fit together, or hold something else.
    """
    folder = Path(folder)
    description = read_description(folder)
    where = str(folder / DESCRIPTION)
    spec = _spec_of(description, where)
    observed, acted = (
        space_from_json(description[name], f"{name} in {where}", _REMEDY)
        for name in ("observation_space", "action_space")
    )
    shape = _encoder_shape(where, description) if spec.traits.trains_encoder else None
    try:
        model = build_for_acting(spec, observed, acted, device, shape)
    except ValueError as error:
        raise ValueError(f"{where}: {error}") from error
    state = restore(model, folder)
    model.policy.set_training_mode(False)
    return SavedAgent(spec, model, model.num_timesteps, _evaluation(state, description))


def read_spec(folder: Path) -> AgentSpec:
    """Read what an agent is and where it acts, without its weights; errors: :func:`load_agent`."""
    return _spec_of(read_description(folder), str(folder / DESCRIPTION))


def _spec_of(description: dict[str, Any], where: str) -> AgentSpec:
    """Return what an agent is, by its description; ``where`` it stands is for the message."""
    try:
        spec = AgentSpec.from_dict(description["spec"])
        check_settings(spec.algorithm, spec.settings)
    except ValueError as error:
        raise ValueError(f"{where}: {error}") from error
    return spec


def best_evaluation(folder: Path) -> dict[str, float] | None:
    """Return how the agent in a folder did when it was saved, without building it; None: unknown.

    Raises:
        FileNotFoundError: there is no agent.
        ValueError: its files are damaged.
    """
    description = read_description(folder)
    return _evaluation(_read_weights(folder / WEIGHTS)[1], description)


def _evaluation(state: dict[str, Any], description: dict[str, Any]) -> dict[str, float] | None:
    """Return the evaluation that was saved with the weights, in one file, if they know it."""
    found: dict[str, float] | None = state.get("evaluation", description["evaluation"])
    return found


def _encoder_network(model: BaseAlgorithm) -> dict[str, Any] | None:
    """Return the shape of the encoder that is trained with the policy; None when there is none."""
    for module in model.policy.modules():
        if isinstance(module, EncoderExtractor):
            return module.network.shape.to_json()
    return None


def _encoder_shape(where: str, description: dict[str, Any]) -> NetworkShape:
    """Return the shape of the encoder that was trained with an agent's policy."""
    network = description.get("encoder_network")
    return NetworkShape.from_json(network, f"encoder_network in {where}", _REMEDY)


def read_description(folder: Path) -> dict[str, Any]:
    """Read what an agent is, without its weights; for errors see :func:`load_agent`."""
    path = folder / DESCRIPTION
    if not path.is_file():
        raise FileNotFoundError(
            f"there is no agent in {folder} ({DESCRIPTION} is missing); "
            "give the folder of a trained agent"
        )
    description = read_json(path)
    if not isinstance(description, dict) or "spec" not in description:
        raise ValueError(f"{path} does not describe an agent; {_REMEDY}")
    check_shape(description, _Description, str(path), _REMEDY)
    if description["schema"] != SCHEMA:
        raise ValueError(
            f"{path} has schema {description['schema']}, and this version reads schema {SCHEMA}"
        )
    return description


def export_zip(model: BaseAlgorithm, path: Path) -> None:
    """Write an agent as a zip file of Stable-Baselines3, for use elsewhere."""
    path.parent.mkdir(parents=True, exist_ok=True)
    model.save(path)


def restore(model: BaseAlgorithm, folder: Path) -> dict[str, Any]:
    """Set a model's weights, optimiser and counters to those saved in ``folder``.

    Returns what else was saved with them. A FileNotFoundError where there are none, a ValueError
    where they are damaged or do not fit.
    """
    path = folder / WEIGHTS
    tensors, state = _read_weights(path)
    try:
        parameters = _unflatten(tensors, state)
        variables = {name: parameters.pop(name, {}) for name in _VARIABLES}
        _check_optimizers(parameters, model)
        _set_variables(model, variables)
        model.set_parameters(parameters, device=model.device)
    except (RuntimeError, KeyError, TypeError, ValueError) as error:
        raise ValueError(
            f"{path} does not fit the agent in {folder / DESCRIPTION}: {one_line(error)}"
        ) from error
    for name in _COUNTERS:
        if name in state["counters"]:
            setattr(model, name, state["counters"][name])
    return state


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


def _read_weights(path: Path) -> tuple[dict[str, torch.Tensor], dict[str, Any]]:
    """Read an agent's tensors, and the state in the file's header."""
    if not path.is_file():
        raise FileNotFoundError(f"the weights {path} are missing; train the agent again")
    tensors, metadata = read_tensors_and_metadata(path, _REMEDY)
    where = f"the header of {path}"
    state = parse_json(metadata.get("state", "null"), where)
    return tensors, dict(check_shape(state, _State, where, _REMEDY))


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
