"""Refuse what nobody could learn from: pictures that change their size, and numbers that are none.

What is wrong with an environment is said at the step that shows it, and not hours later by weights
that have become NaN.
"""

import math
from typing import Any

import gymnasium as gym
import numpy as np
from gymnasium import spaces


class CheckedSteps(gym.Wrapper[Any, Any, Any, Any]):
    """Passes on what an environment gives, after looking at it.

    A ValueError, which calls the environment by its ``name``, where an observation has another
    shape than its space, a reward or an observation is NaN or infinite, or the environment resets
    itself at the end of an episode.
    """

    def __init__(self, env: gym.Env[Any, Any], name: str) -> None:
        super().__init__(env)
        self._name = name
        space = env.observation_space
        entries = space.spaces if isinstance(space, spaces.Dict) else {None: space}
        self._boxes = [(key, each) for key, each in entries.items() if isinstance(each, spaces.Box)]

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Any, dict[str, Any]]:
        """Reset, and look at the observation."""
        observation, info = self.env.reset(seed=seed, options=options)
        self._check(observation, "after a reset")
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
        self._check(observation, "after a step")
        if (terminated or truncated) and ("final_observation" in info or "final_obs" in info):
            raise ValueError(
                f"{self._name} resets itself at the end of an episode, whose last observation is "
                "then in its info; leave that wrapper out, for it is reset here"
            )
        return observation, reward, bool(terminated), bool(truncated), info

    def _check(self, observation: Any, when: str) -> None:
        """Look at the entries of an observation that are arrays."""
        for key, box in self._boxes:
            value = np.asarray(observation if key is None else observation[key])
            what = "an observation" if key is None else f"{key!r} in an observation"
            if value.shape != box.shape:
                raise ValueError(
                    f"{self._name} gave {what} of shape {value.shape} {when}, but its observation "
                    f"space says {box.shape}; keep the size as it is, for example with "
                    "gymnasium.wrappers:ResizeObservation among the wrappers"
                )
            if value.dtype.kind == "f" and not np.isfinite(value).all():
                raise ValueError(
                    f"{self._name} gave {what} {when} that holds NaN or infinity; mend the "
                    "environment, or wrap it so that all numbers are finite"
                )
