"""Play a list of episodes in a vector environment of somebody's own, round by round.

Such environments reset themselves, so that none can be given its next seed while others play on.
In a round each plays one episode, the one of its seed, to its end; what those that are done first
play on is not counted. So the episodes are the same for every model, and short ones count no more.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Protocol

import numpy as np
from stable_baselines3.common.monitor import Monitor
from stable_baselines3.common.vec_env import (
    VecEnv,
    VecMonitor,
    VecNormalize,
    is_vecenv_wrapped,
    unwrap_vec_wrapper,
)

from darla_agents.playing.episode_queue import PlayedEpisode
from darla_agents.playing.played_worlds import success_of
from darla_agents.playing.random_policy import RandomPolicy

LONGEST = 1_000_000
"""Steps after which an episode counts as one that never ends."""


class Model(Protocol):
    """Whatever chooses actions as models of Stable-Baselines3 do, recurrent ones too."""

    def predict(
        self,
        observation: Any,
        state: Any = None,
        episode_start: np.ndarray | None = None,
        deterministic: bool = False,
    ) -> tuple[np.ndarray, Any]:
        """Return an action for each row of a batch of observations, and its next state."""


class RoundPolicy(Protocol):
    """Chooses actions in all environments of a round."""

    def begin(self, seeds: Sequence[int]) -> None:
        """Get ready for a round of episodes with these seeds, one in each environment."""

    def act(self, observations: Any, starts: np.ndarray) -> np.ndarray:
        """Return an action for each environment; starts, (n,) bool, says where one has begun."""


class ModelPlays:
    """A model, acting; what it remembers begins anew with every episode."""

    def __init__(self, model: Model, deterministic: bool = True) -> None:
        self._model, self._deterministic = model, deterministic
        self._state: Any = None

    def begin(self, seeds: Sequence[int]) -> None:
        """Forget."""
        self._state = None

    def act(self, observations: Any, starts: np.ndarray) -> np.ndarray:
        """Return the model's actions."""
        actions, self._state = self._model.predict(
            observations,
            state=self._state,
            episode_start=starts,
            deterministic=self._deterministic,
        )
        return actions


class RandomPlays:
    """The random policy, whose actions follow from the seed of each round's episodes alone."""

    def __init__(self, policy: RandomPolicy) -> None:
        self._policy, self._environments = policy, range(0)

    def begin(self, seeds: Sequence[int]) -> None:
        """Begin the actions of these episodes."""
        self._environments = range(len(seeds))
        for environment, seed in enumerate(seeds):
            self._policy.begin(environment, seed)

    def act(self, observations: Any, starts: np.ndarray) -> np.ndarray:
        """Return random actions."""
        return self._policy.act(None, self._environments)


def play_rounds(
    venv: VecEnv, policy: RoundPolicy, first_seed: int, count: int
) -> Iterator[PlayedEpisode]:
    """Play the episodes of ``count`` seeds in a row; yields them in this order.

    Returns and lengths are a Monitor's where there is one, as Stable-Baselines3 evaluates: what it
    does not report as the end of an episode, such as a life that is lost, is none.

    Raises:
        ValueError: rewards or observations are normalised by statistics that still change, or an
            episode does not end.
    """
    check_normalisation(venv)
    monitored = is_vecenv_wrapped(venv, VecMonitor) or any(venv.env_is_wrapped(Monitor))
    for start in range(0, count, venv.num_envs):
        seeds = [first_seed + start + place for place in range(venv.num_envs)]
        wanted = min(venv.num_envs, count - start)
        policy.begin(seeds)
        yield from _play_round(venv, policy, seeds, start, wanted, monitored)


def _play_round(
    venv: VecEnv,
    policy: RoundPolicy,
    seeds: Sequence[int],
    first: int,
    wanted: int,
    monitored: bool,
) -> Iterator[PlayedEpisode]:
    """Play one episode in each environment, of which the first ones are wanted."""
    venv.seed(seeds[0])
    observations = venv.reset()
    starts = np.ones(venv.num_envs, dtype=bool)
    totals, played = np.zeros(venv.num_envs), dict[int, PlayedEpisode]()
    for length in range(1, LONGEST + 1):
        observations, rewards, dones, infos = venv.step(policy.act(observations, starts))
        totals, starts = totals + rewards, np.asarray(dones, dtype=bool)
        for place in np.flatnonzero(starts[:wanted]).tolist():
            counted = infos[place].get("episode") if monitored else {}
            if place not in played and counted is not None:
                played[place] = PlayedEpisode(
                    first + place,
                    seeds[place],
                    float(counted.get("r", totals[place])),
                    int(counted.get("l", length)),
                    success_of(infos[place]),
                )
        if len(played) == wanted:
            yield from (played[place] for place in range(wanted))
            return
    raise ValueError(
        f"an episode has not ended after {LONGEST:,} steps; give the environments a time limit "
        "(gymnasium.wrappers.TimeLimit)"
    )


def check_normalisation(venv: VecEnv) -> None:
    """Raise a ValueError where statistics would change by being evaluated, or change rewards."""
    normalised = unwrap_vec_wrapper(venv, VecNormalize)
    if isinstance(normalised, VecNormalize) and (normalised.training or normalised.norm_reward):
        raise ValueError(
            "the environments are in a VecNormalize that learns, or that changes rewards; set its "
            "training and norm_reward to False, and load the statistics that the model learnt with"
        )
