"""Agents on disk: ``agent.json`` says what the agent is, ``agent.safetensors`` what it has learned.

Nothing is ever unpickled. The zip files of Stable-Baselines3 hold pickled code, which runs when
they are loaded; they can be exported from here, and none is loaded.

All that changes while an agent learns is in the one safetensors file (its tensors, and as text in
its header the counters and the optimiser's numbers), so that a save that is cut short leaves the
earlier agent whole.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import safetensors
import torch
from safetensors.torch import save
from stable_baselines3.common.base_class import BaseAlgorithm

from darla.encoder.network_shape import NetworkShape
from darla.running.atomic import write_bytes, write_json
from darla.running.checked_json import read_json
from darla.running.run_record import versions
from darla.wrappers.sb3 import EncoderExtractor
from darla_agents.agent.models import build_for_acting
from darla_agents.agent.spaces import space_from_json, space_to_json
from darla_agents.agent.spec import AgentSpec

SCHEMA = 1
DESCRIPTION = "agent.json"
WEIGHTS = "agent.safetensors"
_COUNTERS = ("num_timesteps", "_n_updates", "_n_calls", "_episode_num")


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
    try:
        spec = AgentSpec.from_dict(description["spec"])
        observed = space_from_json(description["observation_space"])
        acted = space_from_json(description["action_space"])
    except (AttributeError, KeyError, TypeError) as error:
        raise ValueError(
            f"{folder / DESCRIPTION} is damaged ({error!r}); train it again"
        ) from error
    shape = _encoder_shape(folder, description) if spec.traits.trains_encoder else None
    model = build_for_acting(spec, observed, acted, device, shape)
    restore(model, folder)
    model.policy.set_training_mode(False)
    return SavedAgent(spec, model, model.num_timesteps, description["evaluation"])


def _encoder_network(model: BaseAlgorithm) -> dict[str, Any] | None:
    """Return the shape of the encoder that is trained with the policy; None when there is none."""
    for module in model.policy.modules():
        if isinstance(module, EncoderExtractor):
            return module.network.shape.to_json()
    return None


def _encoder_shape(folder: Path, description: dict[str, Any]) -> NetworkShape:
    """Return the shape of the encoder that was trained with an agent's policy."""
    try:
        return NetworkShape.from_json(description["encoder_network"])
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(
            f"{folder / DESCRIPTION} is damaged: its encoder_network is no encoder's ({error!r}); "
            "train it again"
        ) from error


def read_description(folder: Path) -> dict[str, Any]:
    """Read what an agent is, without its weights; for errors see :func:`load_agent`."""
    path = folder / DESCRIPTION
    if not path.is_file():
        raise FileNotFoundError(
            f"there is no agent in {folder} ({DESCRIPTION} is missing); "
            "give the folder of a trained agent"
        )
    try:
        description = read_json(path)
    except UnicodeDecodeError as error:
        raise ValueError(f"{path} is not JSON but something else; train the agent again") from error
    needed = {"schema", "spec", "observation_space", "action_space", "evaluation"}
    if not isinstance(description, dict) or not needed <= set(description):
        raise ValueError(f"{path} does not describe an agent; train it again")
    if description["schema"] != SCHEMA:
        raise ValueError(
            f"{path} has schema {description['schema']}, and this version reads schema {SCHEMA}"
        )
    return description


def export_zip(model: BaseAlgorithm, path: Path) -> None:
    """Write an agent as a zip file of Stable-Baselines3, for use elsewhere; none is loaded here."""
    path.parent.mkdir(parents=True, exist_ok=True)
    model.save(path)


def restore(model: BaseAlgorithm, folder: Path) -> None:
    """Set a model's weights, optimiser and counters to those saved in ``folder``.

    A FileNotFoundError where there are none, a ValueError where they are damaged or do not fit.
    """
    path = folder / WEIGHTS
    tensors, state = _read_weights(path)
    try:
        model.set_parameters(_unflatten(tensors, state), device=model.device)
    except (RuntimeError, KeyError, ValueError) as error:
        raise ValueError(f"{path} does not fit the agent in {folder / DESCRIPTION}: {error}") from (
            error
        )
    for name, value in state["counters"].items():
        setattr(model, name, value)


def _read_weights(path: Path) -> tuple[dict[str, torch.Tensor], dict[str, Any]]:
    """Read an agent's tensors, and the state in the file's header."""
    if not path.is_file():
        raise FileNotFoundError(f"the weights {path} are missing; train the agent again")
    try:
        with safetensors.safe_open(path, framework="pt") as file:
            tensors = {name: file.get_tensor(name) for name in file.keys()}
            return tensors, json.loads((file.metadata() or {})["state"])
    except (safetensors.SafetensorError, KeyError, json.JSONDecodeError) as error:
        raise ValueError(
            f"{path} does not hold an agent's weights as safetensors ({error}); nothing was "
            "loaded: train the agent again"
        ) from error


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
