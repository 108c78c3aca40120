"""Make an agent of ours of a zip file of Stable-Baselines3, which is never unpickled."""

import inspect
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import tyro
from gymnasium import spaces
from stable_baselines3.common.base_class import BaseAlgorithm
from torch import Tensor

from darla.environments.words import EnvironmentWords
from darla.running.exclusive import exclusive
from darla.running.names import lookup
from darla.wrappers.latent_options import LatentOptions
from darla_agents.agent.algorithms import ALGORITHMS, check_settings, parse_settings
from darla_agents.agent.interaction import NATIVE, Interaction, parse_size
from darla_agents.agent.kinds import KINDS
from darla_agents.agent.models import build_for_acting
from darla_agents.agent.saved_agent import is_saved, save_agent
from darla_agents.agent.spec import AgentSpec
from darla_agents.importing.network_settings import find_algorithm, network_settings
from darla_agents.importing.zip_file import plain_values, read_zip
from darla_agents.worlds.environments import make_vec_env
from darla_envs.description.usual_domains import SOURCE


@dataclass(frozen=True)
class ImportAgentConfig(EnvironmentWords):
    """Which agent to import, and what it acts in."""

    model: tyro.conf.Positional[Path]
    """The zip file that model.save() wrote."""
    task: Annotated[str, tyro.conf.arg(aliases=["--env"])]
    """Id of the environment that it was trained in; ``module:Id`` imports a module first, and
    ``module:function`` names what makes an environment that has no id."""
    out: Path
    """Folder of the agent."""
    kind: str = "pixels"
    """What it sees: pixels, the pictures of its environment; latent, those of --encoder, as
    darla.VecLatent shows them; or another kind of darla train-agent that trains no encoder."""
    encoder: Path | None = None
    """Encoder bundle's folder, or the name of one that comes with darla (rooms), for latent."""
    algorithm: str | None = None
    """ppo, a2c, dqn, sac or td3; what the file says when not given."""
    domain: str = SOURCE
    """The domain that it has learnt in; source stands for what looks call so."""
    seed: int | None = None
    """Seed of its training; what the file says when not given, or 0."""
    label: str = ""
    """What tables call it; empty for its kind."""
    standardize: bool = True
    """The standardize of darla.VecLatent."""
    zero_dead: bool = True
    """The zero_dead of darla.VecLatent."""
    masked: tuple[int, ...] = ()
    """The masked of darla.VecLatent: latents that it has not seen."""
    frame_stack: int = 1
    """How many observations it sees at a time: the n_stack of VecFrameStack."""
    action_repeat: int = 1
    """How often each of its actions is done."""
    max_episode_steps: int | None = None
    """Steps of its own after which episodes are cut, where its environment does not say."""
    picture_size: str = NATIVE
    """Size that pictures were brought to, by averaging areas, for an agent of kind pixels: 64, or
    60x80 (height, width); native for those that its environment shows, as they are."""
    key: str | None = None
    """The entry of a Dict observation that is the picture; needed when there are several."""
    settings: tuple[str, ...] = ()
    """Settings of the algorithm that the file does not say, such as
    policy_kwargs={"activation_fn":"relu"}."""

    def check(self) -> None:
        """Raise a ValueError for an unknown kind or algorithm, or one that cannot be imported."""
        kind = KINDS[self.kind]
        if kind.trains_encoder or kind.extractor is not None:
            raise ValueError(
                f"agents of kind {self.kind} have a network of their own, which a zip file does "
                "not hold; import one of kind pixels or latent"
            )
        if self.algorithm is not None:
            lookup("algorithm", self.algorithm, ALGORITHMS)
        self.interaction()

    def interaction(self) -> Interaction:
        """Return how it meets its environment; a ValueError for a number that is out of range."""
        sees = KINDS[self.kind].learns_from_pictures
        return Interaction(
            frame_stack=self.frame_stack,
            action_repeat=self.action_repeat,
            max_episode_steps=self.max_episode_steps,
            picture_size=parse_size(self.picture_size) if sees else None,
            key=self.key,
        )


def import_agent(config: ImportAgentConfig) -> Path:
    """Import an agent, which then acts as the model that was saved: return its folder.

    Raises:
        FileNotFoundError: there is no such file, or no encoder.
        ValueError: the file holds something else, a network that is not known, or one that does not
            fit the environment, the kind or the encoder; or there is an agent in the folder.
    """
    config.check()
    if is_saved(config.out):
        raise ValueError(f"{config.out} holds an agent already; give another --out")
    saved = read_zip(config.model)
    try:
        algorithm = config.algorithm or find_algorithm(saved.values)
        found = network_settings(algorithm, saved.weights, saved.values)
    except ValueError as error:
        raise ValueError(f"{config.model} cannot be imported: {error}") from error
    spec = _spec(config, algorithm, found, saved.values)
    with closing(make_vec_env(spec, spec.domain, 1)) as venv:
        observed, acted = venv.observation_space, venv.action_space
    _check_observations(config, observed, saved.values)
    try:
        model = build_for_acting(spec, observed, acted, "cpu")
        _fill(model, saved.weights)
    except ValueError as error:
        raise ValueError(f"{config.model} cannot be imported: {error}") from error
    model.num_timesteps = spec.total_timesteps
    with exclusive(config.out):
        save_agent(model, spec, config.out)
    return config.out


def _spec(
    config: ImportAgentConfig, algorithm: str, network: dict[str, Any], values: Mapping[str, Any]
) -> AgentSpec:
    """Describe the agent: its network, and what else the file says plainly of its settings."""
    given = parse_settings(config.settings)
    own = given.pop("policy_kwargs", {})
    if not isinstance(own, dict):
        raise ValueError(f"the setting policy_kwargs is {own!r}; give a mapping, as JSON")
    settings = _plain_settings(algorithm, values) | given | {"policy_kwargs": network | own}
    check_settings(algorithm, settings)
    options = LatentOptions(config.standardize, config.zero_dead, config.masked)
    return AgentSpec(
        **AgentSpec.acting_in(config.environment_of(config.task), config.domain),
        kind=config.kind,
        algorithm=algorithm,
        seed=_count(values, "seed") if config.seed is None else config.seed,
        encoder=None if config.encoder is None else str(config.encoder),
        total_timesteps=_count(values, "num_timesteps"),
        settings=settings,
        latent_options=options if config.encoder is not None else LatentOptions(),
        label=config.label,
        interaction=config.interaction(),
    )


def _plain_settings(algorithm: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the algorithm's settings that are plain numbers in the file, and can be right."""
    found = {}
    for name in inspect.signature(ALGORITHMS[algorithm].__init__).parameters:
        value = values.get(name)
        if isinstance(value, bool | int | float):
            try:
                check_settings(algorithm, {name: value})
            except ValueError:  # of no meaning for how it acts
                continue
            found[name] = value
    return found


def _count(values: Mapping[str, Any], name: str) -> int:
    """Return a whole number from 0 among the values; 0 where there is none."""
    value = values.get(name)
    return value if type(value) is int and 0 <= value < 2**53 else 0


def _check_observations(
    config: ImportAgentConfig, space: spaces.Space[Any], values: Mapping[str, Any]
) -> None:
    """Check the shape that the file says it observes, if it says any, channels first or last."""
    known = plain_values(values, "observation_space").get("_shape")
    if not isinstance(known, list) or space.shape is None:
        return
    if sorted(map(str, known)) != sorted(map(str, space.shape)):
        raise ValueError(
            f"{config.model} has learnt from observations of shape {tuple(known)}, but an agent of "
            f"kind {config.kind} sees {space.shape} of {config.task}; give the environment, the "
            "kind and the encoder that it was trained with"
        )


def _fill(model: BaseAlgorithm, weights: Mapping[str, Tensor]) -> None:
    """Give a policy its weights; a ValueError where they are of another network."""
    own = model.policy.state_dict()
    strange = [name for name in weights if name not in own]
    missing = [name for name in own if name not in weights]
    if strange or missing:
        what = f"it has weights {strange[0]}" if strange else f"it has no weights {missing[0]}"
        raise ValueError(
            f"{what}, unlike the {type(model.policy).__name__} of {type(model).__name__} for these "
            "observations; play it with darla_agents.evaluate_model"
        )
    for name, tensor in weights.items():
        if tensor.shape != own[name].shape or tensor.dtype != own[name].dtype:
            raise ValueError(
                f"its weights {name} are {tensor.dtype} of shape {tuple(tensor.shape)}, expected "
                f"{own[name].dtype} of {tuple(own[name].shape)}; give the environment, the kind "
                "and the encoder that it was trained with"
            )
    model.policy.load_state_dict(dict(weights))
    model.policy.set_training_mode(False)
