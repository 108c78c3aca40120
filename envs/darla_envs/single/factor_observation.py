"""True factors as observations: what an agent could do if it saw perfectly."""

from typing import Any

import gymnasium as gym
import numpy as np

from darla_envs.single.world import FactorWorld


class FactorObservation(gym.ObservationWrapper, gym.utils.RecordConstructorArgs):
    """Replace pictures by the true state: an upper reference, blind to the look.

    The observation is a (4 + K (4 + S),) float32 array in [-1, 1]: the agent's x and z, sine and
    cosine of its yaw, then for each of the K objects, nearest first, whether it is there, sine and
    cosine of its bearing, its distance, and one-hot which of the S shapes it has; zeros where
    there is none. No picture is drawn.
    """

    def __init__(self, env: gym.Env):
        """Wrap one of this package's tasks.

        Raises:
            ValueError: the environment has no factors.
        """
        gym.utils.RecordConstructorArgs.__init__(self)
        super().__init__(env)
        if not isinstance(env.unwrapped, FactorWorld):
            raise ValueError(
                f"{env} reports no factors, so it cannot be observed by them; "
                "use a Darla/ task or another kind of observation"
            )
        self._world = env.unwrapped
        self._world.drawing = False
        self.observation_space = self._world.simulation.observation_space

    def observation(self, observation: Any) -> np.ndarray:
        """Return the true state instead of a picture, which is not drawn."""
        return self._world.observe_factors()
