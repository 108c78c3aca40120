"""Refuse what nobody could learn from: pictures that change their size, and numbers that are none.

What is wrong with an environment is said at the step that shows it, and not hours later by weights
that have become NaN.
"""

import math
from typing import Any

import gymnasium as gym
import numpy as np
from gymnasium import spaces

VectorEnvironment = gym.vector.VectorEnv[Any, Any, Any]


class CheckedSteps(gym.Wrapper[Any, Any, Any, Any]):
    """Passes on what an environment gives, after looking at it.

    A ValueError, which calls the environment by its ``name``, where an observation has another
    shape than its space, a reward or an observation is NaN or infinite, or the environment resets
    itself at the end of an episode.
    """

    def __init__(self, env: gym.Env[Any, Any], name: str) -> None:
        super().__init__(env)
        self._name = name
        self._boxes = _boxes(env.observation_space)

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Any, dict[str, Any]]:
        """Reset, and look at the observation."""
        observation, info = self.env.reset(seed=seed, options=options)
        _check_observation(self._name, self._boxes, observation, "after a reset")
        return observation, info

    def step(self, action: Any) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        """Act, and look at what comes of it."""
        observation, given, terminated, truncated, info = self.env.step(action)
        reward = float(given)
        if not math.isfinite(reward):
            raise ValueError(
                f"{self._name} gave a reward of {reward}, from which nothing can be learned; mend "
                "the environment, or wrap it so that rewards are finite"
            )
        _check_observation(self._name, self._boxes, observation, "after a step")
        if (terminated or truncated) and ("final_observation" in info or "final_obs" in info):
            raise ValueError(
                f"{self._name} resets itself at the end of an episode, whose last observation is "
                "then in its info; leave that wrapper out, for it is reset here"
            )
        return observation, reward, bool(terminated), bool(truncated), info


class CheckedVectorSteps:
    """Steps of a vector environment in next-step mode, after looking at what it gives.

    A ValueError as of :class:`CheckedSteps`, and where episodes are not counted as Gymnasium does:
    the step after an episode's end is a reset, whose reward is 0 and which ends nothing, so that
    the last observation of an episode is seen before the first of the next.
    """

    def __init__(self, envs: VectorEnvironment) -> None:
        self._envs = envs
        self._name = type(envs.unwrapped).__name__
        self._boxes = _boxes(envs.single_observation_space)
        self._over = np.zeros(envs.num_envs, dtype=bool)

    def reset(self, seeds: list[int]) -> tuple[Any, dict[str, Any]]:
        """Reset each environment with its seed, and look at the observations."""
        several: Any = seeds  # which Gymnasium takes, but does not say
        observations, infos = self._envs.reset(seed=several)
        self._over = np.zeros(self._envs.num_envs, dtype=bool)
        self._check(observations, "after a reset")
        return observations, infos

    def step(self, actions: Any) -> tuple[Any, np.ndarray, np.ndarray, dict[str, Any]]:
        """Act; return observations, rewards, whose episodes are over, and infos."""
        observations, rewards, terminated, truncated, infos = self._envs.step(actions)
        rewards, over = np.asarray(rewards), np.asarray(terminated) | np.asarray(truncated)
        if rewards.shape != self._over.shape or over.shape != self._over.shape:
            raise ValueError(
                f"{self._name} gave rewards of shape {rewards.shape} and ends of episodes of shape "
                f"{over.shape}, but there are {len(self._over)} environments; mend its vector "
                "environment"
            )
        if not np.isfinite(rewards).all():
            raise ValueError(
                f"{self._name} gave a reward that is NaN or infinite, from which nothing can be "
                "learned; mend the environment"
            )
        self._check(observations, "after a step")
        if "final_obs" in infos or "final_observation" in infos:
            raise ValueError(
                f"{self._name} resets itself in the last step of an episode; make its vector "
                "environment with autoreset_mode NEXT_STEP, or say SAME_STEP in its metadata"
            )
        if (over & self._over).any() or rewards[self._over].any():
            raise ValueError(
                f"{self._name} does not count episodes as Gymnasium does: the step after an "
                "episode's end is a reset, whose reward is 0 and which ends nothing; mend its "
                "vector environment, or say its autoreset_mode in its metadata"
            )
        self._over = over
        return observations, rewards, over, infos

    def _check(self, observations: Any, when: str) -> None:
        """Look at the observations of all environments."""
        _check_observation(self._name, self._boxes, observations, when, self._over.shape)


def _boxes(space: spaces.Space[Any]) -> list[tuple[str | None, spaces.Box]]:
    """Return the entries of an observation that are arrays; None names the observation itself."""
    entries = space.spaces if isinstance(space, spaces.Dict) else {None: space}
    return [(key, each) for key, each in entries.items() if isinstance(each, spaces.Box)]


def _check_observation(
    name: str,
    boxes: list[tuple[str | None, spaces.Box]],
    observation: Any,
    when: str,
    count: tuple[int, ...] = (),
) -> None:
    """Look at the arrays of an observation, or of a batch of so many."""
    for key, box in boxes:
        value = np.asarray(observation if key is None else observation[key])
        what = "an observation" if key is None else f"{key!r} in an observation"
        if value.shape != count + box.shape:
            raise ValueError(
                f"{name} gave {what} of shape {value.shape} {when}, but its observation "
                f"space says {count + box.shape}; keep the size as it is, for example with "
                "gymnasium.wrappers:ResizeObservation among the wrappers"
            )
        if value.dtype.kind == "f" and not np.isfinite(value).all():
            raise ValueError(
                f"{name} gave {what} {when} that holds NaN or infinity; mend the "
                "environment, or wrap it so that all numbers are finite"
            )
