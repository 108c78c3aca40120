"""Steps as an agent takes them: actions are repeated, rewards scaled, frames stacked."""

from typing import Any

import gymnasium as gym
import numpy as np
from stable_baselines3.common.vec_env import VecEnv, VecEnvWrapper

from darla.wrappers.sb3.terminal_observations import (
    terminal_observations,
    with_terminal_observations,
)
from darla_agents.agent.frame_history import FrameHistory


class ActionRepeat(gym.Wrapper[Any, Any, Any, Any]):
    """Does each action ``times`` times, or until the episode ends; rewards are summed.

    Only the last of these steps is seen and reported.
    """

    def __init__(self, env: gym.Env[Any, Any], times: int) -> None:
        super().__init__(env)
        self._times = times

    def step(self, action: Any) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        """Act, and act again."""
        total = 0.0
        for _ in range(self._times):
            observation, reward, terminated, truncated, info = self.env.step(action)
            total += float(reward)
            if terminated or truncated:
                break
        return observation, total, terminated, truncated, info


class ScaledRewards(VecEnvWrapper):
    """Rewards are multiplied by a number; returns in infos, counted below this, are not."""

    def __init__(self, venv: VecEnv, scale: float) -> None:
        super().__init__(venv)
        self._scale = scale

    def reset(self) -> Any:
        """Reset."""
        return self.venv.reset()

    def step_wait(self) -> tuple[Any, np.ndarray, np.ndarray, list[dict[str, Any]]]:
        """Wait for the step, and scale what it pays."""
        observations, rewards, dones, infos = self.venv.step_wait()
        return observations, (rewards * self._scale).astype(rewards.dtype), dones, infos


class StackedFrames(VecEnvWrapper):
    """Shows the last observations of each episode side by side, as a history keeps them.

    So is the ``terminal_observation`` of an episode; the first of the next stands alone. The
    history is of these environments' observations, and nobody else's.
    """

    def __init__(self, venv: VecEnv, history: FrameHistory) -> None:
        super().__init__(venv, observation_space=history.space)
        self._history = history

    def reset(self) -> Any:
        """Reset, and begin new histories."""
        everyone = range(self.num_envs)
        self._history.begin(everyone)
        return self._history.push(self.venv.reset(), everyone)

    def step_wait(self) -> tuple[Any, np.ndarray, np.ndarray, list[dict[str, Any]]]:
        """Wait for the step; an episode's last observation belongs to it, the next begins anew."""
        observations, rewards, dones, infos = self.venv.step_wait()
        finals = terminal_observations(dones, infos)
        seen = {index: self._history.last(final, index) for index, final in finals.items()}
        self._history.begin(np.flatnonzero(dones).tolist())
        stacked = self._history.push(observations, range(self.num_envs))
        return stacked, rewards, dones, with_terminal_observations(infos, seen)
