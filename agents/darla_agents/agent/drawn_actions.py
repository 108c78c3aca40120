"""Actions drawn from a policy, so that those of an episode follow from its seed alone.

Drawn from one generator for all environments, an episode's actions would depend on what else is
played beside it, and on how often a run was stopped.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from stable_baselines3.common.base_class import BaseAlgorithm
from stable_baselines3.common.policies import ActorCriticPolicy
from stable_baselines3.sac.policies import SACPolicy
from torch.distributions import Bernoulli, Categorical, Normal

from darla.running.seeds import Purpose


class ActionDraws:
    """One generator for each environment, which begins anew with each episode."""

    def __init__(self) -> None:
        self._generators: dict[int, np.random.Generator] = {}

    def begin(self, environment: int, seed: int) -> None:
        """Begin an episode of this seed in an environment."""
        self._generators[environment] = np.random.default_rng([seed, Purpose.AGENT_ACTIONS])

    def act(
        self, model: BaseAlgorithm, observations: Any, environments: Sequence[int]
    ) -> np.ndarray:
        """Draw an action for each row of a batch of observations, from a model's policy.

        Those whose policy has no distribution, such as DQN and TD3, which explore only while they
        learn, are asked for their actions.
        """
        generators = [self._generators[number] for number in environments]
        policy = model.policy
        if isinstance(policy, SACPolicy) and not policy.actor.use_sde:
            return _draw_squashed(policy, observations, generators)
        if not isinstance(policy, ActorCriticPolicy):
            return model.predict(observations, deterministic=False)[0]
        with torch.no_grad():
            found: Any = policy.get_distribution(policy.obs_to_tensor(observations)[0])
        distribution = found.distribution
        if isinstance(distribution, Categorical):
            return _draw_categories(distribution, generators)
        if isinstance(distribution, list):  # MultiDiscrete: a category for each number
            return np.stack([_draw_categories(each, generators) for each in distribution], axis=1)
        if isinstance(distribution, Bernoulli):
            return _draw_binary(distribution, generators)
        if isinstance(distribution, Normal):
            return _draw_normal(distribution, generators, model.action_space)
        return model.predict(observations, deterministic=False)[0]


def _draw_categories(
    distribution: Categorical, generators: Sequence[np.random.Generator]
) -> np.ndarray:
    """Draw (n,) int64: the first category whose cumulated probability exceeds a uniform number."""
    cumulated = distribution.probs.double().cumsum(dim=1).cpu().numpy()
    uniform = np.array([generator.random() for generator in generators])
    exceeded: np.ndarray = (cumulated / cumulated[:, -1:] > uniform[:, None]).argmax(axis=1)
    return exceeded


def _draw_binary(distribution: Bernoulli, generators: Sequence[np.random.Generator]) -> np.ndarray:
    """Draw (n, d) int8: 1 where a uniform number is below the probability."""
    probabilities = distribution.probs.cpu().numpy()
    uniform = np.stack([generator.random(probabilities.shape[1]) for generator in generators])
    drawn: np.ndarray = (uniform < probabilities).astype(np.int8)
    return drawn


def _draw_squashed(
    policy: SACPolicy, observations: Any, generators: Sequence[np.random.Generator]
) -> np.ndarray:
    """Draw (n, ...) of SAC's normal distribution, squashed into the bounds of a Box."""
    policy.set_training_mode(False)
    with torch.no_grad():
        seen = policy.obs_to_tensor(observations)[0]
        mean, log_std, _ = policy.actor.get_action_dist_params(seen)
    noise = np.stack([generator.standard_normal(mean.shape[1:]) for generator in generators])
    drawn = np.tanh(mean.cpu().numpy() + np.exp(log_std.cpu().numpy()) * noise)
    shaped = drawn.astype(np.float32).reshape(-1, *(policy.action_space.shape or ()))
    actions: np.ndarray = policy.unscale_action(shaped)
    return actions


def _draw_normal(
    distribution: Normal, generators: Sequence[np.random.Generator], space: Any
) -> np.ndarray:
    """Draw (n, ...) within the bounds of a Box."""
    mean, std = (each.cpu().numpy() for each in (distribution.mean, distribution.stddev))
    noise = np.stack([generator.standard_normal(mean.shape[1:]) for generator in generators])
    actions = (mean + std * noise).astype(np.float32).reshape(len(mean), *space.shape)
    clipped: np.ndarray = np.clip(actions, space.low, space.high)
    return clipped
