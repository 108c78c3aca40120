"""What a policy sees of the pictures of many environments, in one batch a step."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from stable_baselines3.common.vec_env import VecEnv, VecEnvWrapper

from darla.wrappers.picture_observer import PictureFunction, PictureObserver
from darla.wrappers.sb3.terminal_observations import (
    terminal_observations,
    with_terminal_observations,
)


class VecObserver(VecEnvWrapper):
    """Observations are what an observer makes of pictures; it is made for those of ``venv``.

    One call a step makes those of all environments and, in the same batch, the
    ``terminal_observation`` of those whose episode has just ended, from which PPO, A2C and DQN
    bootstrap at time limits.
    """

    def __init__(self, venv: VecEnv, observer: PictureObserver) -> None:
        super().__init__(venv, observation_space=observer.space)
        self._observer = observer

    def reset(self) -> Any:
        """Reset the environments, and observe what they show."""
        function = self._function_after_reset()
        return self._observer.with_finals(self.venv.reset(), {}, function)[0]

    def step_wait(self) -> tuple[Any, np.ndarray, np.ndarray, list[dict[str, Any]]]:
        """Wait for the step, and make observations and terminal observations in one batch."""
        observations, rewards, dones, infos = self.venv.step_wait()
        finals = terminal_observations(dones, infos)
        ended = np.flatnonzero(dones).tolist()
        function = self._function_after_step(ended, finals)
        seen, seen_finals = self._observer.with_finals(observations, finals, function)
        return seen, rewards, dones, with_terminal_observations(infos, seen_finals)

    def _function_after_reset(self) -> PictureFunction | None:
        """Return what is done to the first pictures of all episodes; None for the usual."""
        return None

    def _function_after_step(
        self, ended: Sequence[int], finals: Mapping[int, Any]
    ) -> PictureFunction | None:
        """Return what is done to a step's pictures, with the last ones behind them."""
        return None
