"""The true state as an observation: what an agent could do if it saw perfectly."""

from typing import Any

import gymnasium as gym
import numpy as np
from gymnasium import spaces

from darla_envs.dmc.world import DmcWorld


class StateObservation(
    gym.ObservationWrapper[np.ndarray, np.ndarray, np.ndarray], gym.utils.RecordConstructorArgs
):
    """Replace pictures by what dm_control observes, (D,) float32, and draw none.

    Positions and velocities as dm_control scales them: a reference that is blind to the look.
    """

    def __init__(self, env: gym.Env[Any, Any]) -> None:
        """Wrap a task of DeepMind Control, which may be in other wrappers."""
        gym.utils.RecordConstructorArgs.__init__(self)
        super().__init__(env)
        world = env.unwrapped
        assert isinstance(world, DmcWorld)
        world.drawing = False
        self._world = world
        size = world.observe_state().shape
        self.observation_space = spaces.Box(-np.inf, np.inf, size, np.float32)

    def observation(self, observation: Any) -> np.ndarray:
        """Return the true state instead of a picture, which is not drawn."""
        return self._world.observe_state()
