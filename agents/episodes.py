"""Play whole episodes whose seeds are fixed beforehand."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from stable_baselines3.common.vec_env import VecEnv

Policy = Callable[[Any], np.ndarray]
"""Takes a batch of observations, returns a batch of actions."""


@dataclass(frozen=True)
class Episode:
    """How one episode went.

    Attributes:
        seed: what the environment was reset with.
        total: the sum of its rewards, undiscounted.
        length: in steps.
        success: what ``info["is_success"]`` said at the end; False when it said nothing.
    """

    seed: int
    total: float
    length: int
    success: bool


def play_episodes(policy: Policy, venv: VecEnv, first_seed: int, count: int) -> list[Episode]:
    """Play ``count`` episodes with the seeds ``first_seed``, ``first_seed + 1``, ...

    The environments play rounds of one episode each, so that every episode begins with a reset
    under a seed of its own; results do not depend on how many environments there are.

    Args:
        policy: chooses actions.
        venv: environments, each with a Monitor; they are reset first.
        first_seed: the first episode's seed.
        count: how many episodes.

    Returns:
        The episodes, in the order of their seeds.
    """
    episodes: list[Episode] = []
    while len(episodes) < count:
        seed = first_seed + len(episodes)
        episodes += _play_round(policy, venv, seed, min(venv.num_envs, count - len(episodes)))
    return episodes


def _play_round(policy: Policy, venv: VecEnv, seed: int, wanted: int) -> list[Episode]:
    """Play one episode in each of the first ``wanted`` environments; the others idle along."""
    venv.seed(seed)
    observations = venv.reset()
    over: dict[int, Episode] = {}
    while len(over) < wanted:
        observations, _, dones, infos = venv.step(policy(observations))
        for index in np.flatnonzero(dones[:wanted]):
            if index not in over:
                over[int(index)] = _episode(seed + int(index), infos[index])
    return [over[index] for index in range(wanted)]


def _episode(seed: int, info: dict[str, Any]) -> Episode:
    record = info["episode"]  # left by the Monitor
    success = bool(info.get("is_success", False))
    return Episode(seed, float(record["r"]), int(record["l"]), success)
