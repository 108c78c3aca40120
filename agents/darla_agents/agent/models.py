"""Build an algorithm of Stable-Baselines3 from an agent's description."""

from typing import Any

import numpy as np
import torch
from gymnasium import spaces
from stable_baselines3.common.base_class import BaseAlgorithm
from stable_baselines3.common.noise import NormalActionNoise
from stable_baselines3.common.preprocessing import is_image_space
from stable_baselines3.common.utils import LinearSchedule
from stable_baselines3.common.vec_env import VecEnv
from torch import nn

from darla.encoder.network_shape import NetworkShape
from darla.running.device import resolve_device
from darla.running.names import lookup
from darla.running.one_line import one_line
from darla.wrappers.sb3.extractor import EncoderExtractor
from darla_agents.agent.algorithms import ALGORITHMS, SCHEDULED, schedule_start
from darla_agents.agent.settings_schema import check_network
from darla_agents.agent.spaces import check_actions
from darla_agents.agent.spec import AgentSpec

SMALLEST_PICTURE = 36
"""The convolutional policy's kernels do not fit into pictures with a shorter side (pixels)."""

ACTIVATIONS = {"tanh": nn.Tanh, "relu": nn.ReLU, "elu": nn.ELU, "gelu": nn.GELU, "silu": nn.SiLU}
"""What a policy's ``activation_fn`` may be, by the names that settings have for them."""


def build_for_training(spec: AgentSpec, env: VecEnv, seed: int, device: str) -> BaseAlgorithm:
    """Build the algorithm with fresh weights on the environments that it will learn in.

    These show what the agent sees already. An encoder that is trained further is part of the
    policy, so that one optimiser, with one learning rate, trains both; it begins with the weights
    of the bundle, which stays as it is. The seed is of the weights and of exploration. The device
    "auto" puts convolutional policies on a GPU when there is one and all others on the CPU, where
    they are faster.

    Raises:
        ValueError: the algorithm refuses its settings or the observations.
        FileNotFoundError: there is no encoder to fine-tune.
    """
    check_actions(env.action_space, spec.algorithm)
    policy = _policy(spec, env.observation_space)
    check_network(spec.settings, spaces.flatdim(env.observation_space))
    start = {"encoder": spec.encoder, **spec.latent_options.to_dict()}
    device = policy_device(device, policy)
    arguments = _arguments(spec, start)
    noise = arguments.pop("action_noise", None)
    if noise is not None:
        zeros = np.zeros(env.action_space.shape or ())
        arguments["action_noise"] = NormalActionNoise(zeros, np.full_like(zeros, noise))
    try:
        return ALGORITHMS[spec.algorithm](policy, env, seed=seed, device=device, **arguments)
    except (AssertionError, RuntimeError, TypeError) as error:
        raise ValueError(f"{spec.algorithm} refuses its settings: {one_line(error)}") from error


def build_for_acting(
    spec: AgentSpec,
    observation_space: spaces.Space[Any],
    action_space: spaces.Space[Any],
    device: str,
    encoder_shape: NetworkShape | None = None,
) -> BaseAlgorithm:
    """Build the algorithm without environments and without a memory to learn from.

    The global random generators are left as they are. The spaces are of one environment. An encoder
    of ``encoder_shape`` is part of the policy; its weights come with the policy's, and no bundle is
    read.
    """
    policy = _policy(spec, observation_space)
    check_network(spec.settings, spaces.flatdim(observation_space))
    algorithm: Any = ALGORITHMS[spec.algorithm]
    arguments = _arguments(spec, {"encoder": encoder_shape})
    arguments.pop("action_noise", None)  # is for learning
    try:
        with torch.random.fork_rng(devices=[]):
            model = algorithm(
                policy,
                None,
                device=policy_device(device, policy),
                _init_setup_model=False,
                **arguments,
            )
            model.observation_space, model.action_space = observation_space, action_space
            model.n_envs = 1
            if getattr(model, "target_entropy", None) == "auto":  # SAC would ask its environments
                model.target_entropy = -float(np.prod(action_space.shape or ()))
            memory = "buffer_size" if hasattr(model, "buffer_size") else "n_steps"
            size = getattr(model, memory)
            setattr(model, memory, 1)
            model._setup_model()
            setattr(model, memory, size)
    except (AssertionError, RuntimeError, TypeError, ValueError, NotImplementedError) as error:
        raise ValueError(f"{spec.algorithm} cannot be built: {one_line(error)}") from error
    built: BaseAlgorithm = model
    return built


def policy_name(space: spaces.Space[Any], smallest: int = SMALLEST_PICTURE) -> str:
    """Return the name of the policy that fits what is observed.

    A ValueError where pictures have a side of fewer than ``smallest`` pixels.
    """
    entries = list(space.values()) if isinstance(space, spaces.Dict) else [space]
    pictures = [entry.shape for entry in entries if is_image_space(entry) and entry.shape]
    for shape in pictures:
        if min(sorted(shape)[1:]) < smallest:
            raise ValueError(
                f"the convolutional policy needs pictures of {smallest} pixels or more a "
                f"side, not {shape}; make the task's pictures larger"
            )
    if isinstance(space, spaces.Dict):
        return "MultiInputPolicy"
    return "CnnPolicy" if pictures else "MlpPolicy"


def policy_device(device: str, policy: str) -> str:
    """Resolve "auto": multi-layer perceptrons are faster on the CPU."""
    return "cpu" if device == "auto" and policy == "MlpPolicy" else resolve_device(device)


def _policy(spec: AgentSpec, space: spaces.Space[Any]) -> str:
    """Return the name of an agent's policy; an extractor of its own may take smaller pictures."""
    if spec.traits.trains_encoder and isinstance(space, spaces.Dict):
        raise ValueError(
            f"an agent of kind {spec.kind} sees one picture and nothing else, but "
            f"{spec.environment.text} shows {space}; train one of kind pixels or latent"
        )
    own = spec.traits.trains_encoder or spec.traits.extractor is not None
    return policy_name(space, smallest=1 if own else SMALLEST_PICTURE)


def _arguments(spec: AgentSpec, extractor: dict[str, Any]) -> dict[str, Any]:
    """Turn settings into the algorithm's arguments, with what to make a trained encoder of."""
    arguments = dict(spec.settings)
    policy = arguments.get("policy_kwargs")
    if policy:
        arguments["policy_kwargs"] = dict(policy)  # A2C puts the class of its optimiser into it
    if policy and "activation_fn" in policy:
        activation = lookup("activation", policy["activation_fn"], ACTIVATIONS)
        arguments["policy_kwargs"] = {**policy, "activation_fn": activation}
    own: dict[str, Any] = {}
    if spec.traits.trains_encoder:
        options = {"trainable": True, **extractor}
        own = {"features_extractor_class": EncoderExtractor, "features_extractor_kwargs": options}
    elif spec.traits.extractor is not None:
        own = {"features_extractor_class": spec.traits.extractor()}
    if own:
        arguments["policy_kwargs"] = {**(arguments.get("policy_kwargs") or {}), **own}
    for name in SCHEDULED:
        if isinstance(arguments.get(name), str):
            arguments[name] = LinearSchedule(schedule_start(name, arguments[name]), 0.0, 1.0)
    if isinstance(arguments.get("train_freq"), list):
        arguments["train_freq"] = tuple(arguments["train_freq"])
    return arguments
