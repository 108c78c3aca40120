"""Agents on disk: ``agent.json`` says what the agent is, ``agent.safetensors`` what it has learned.

Nothing is ever unpickled. The zip files of Stable-Baselines3 hold pickled code, which runs when
they are loaded; they can be exported from here, and ``darla_agents.importing`` reads weights alone.

All that changes while an agent learns is in the one safetensors file (``weights``), so that a save
that is cut short leaves the earlier agent whole.
"""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, NotRequired, TypedDict

import numpy as np
from msgspec import Meta
from stable_baselines3.common.base_class import BaseAlgorithm

from darla.encoder.network_shape import NetworkShape
from darla.running.atomic import write_json
from darla.running.checked_json import LARGEST_JSON, Count, Name, check_shape, read_json
from darla.running.run_record import versions
from darla.running.tensor_files import LARGEST_WEIGHTS
from darla.stores.local_copies import bring
from darla.stores.urls import StoreUrl, place
from darla.wrappers.sb3.extractor import EncoderExtractor
from darla_agents.agent.algorithms import check_settings
from darla_agents.agent.models import build_for_acting
from darla_agents.agent.spaces import space_from_json, space_to_json
from darla_agents.agent.spec import AgentSpec
from darla_agents.agent.weights import WEIGHTS, read_weights, restore, write_weights

SCHEMA = 1
DESCRIPTION = "agent.json"
AGENT_FILES = {DESCRIPTION: LARGEST_JSON, WEIGHTS: LARGEST_WEIGHTS}
"""The files of an agent, and how many bytes each may have."""
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


def agent_folder(path: str | os.PathLike[str]) -> Path:
    """Return the folder that is meant by a path, or by a URL, whose agent is brought from a store.

    Raises:
        FileNotFoundError: the store has no such agent.
        ValueError: its files are too large, or the URL cannot be used.
        StoreError: the store cannot be reached.
    """
    where = place(path)
    return bring(where, AGENT_FILES) if isinstance(where, StoreUrl) else where


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
    write_weights(model, folder, evaluation)
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

    The folder may be a URL in a store; for errors of that see :func:`agent_folder`. The device is
    that of the policy; "auto" as in training.

    Raises:
        FileNotFoundError: there is no agent.
        ValueError: the files are damaged, do not fit together, or hold something else.
    """
    folder = agent_folder(folder)
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


def read_spec(folder: str | os.PathLike[str]) -> AgentSpec:
    """Read what an agent is and where it acts, without its weights; errors: :func:`load_agent`."""
    found = agent_folder(folder)
    return _spec_of(read_description(found), str(found / DESCRIPTION))


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
    return _evaluation(read_weights(folder)[1], description)


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
