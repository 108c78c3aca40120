"""True factors as observations: what an agent could do if it saw perfectly."""

from typing import Any

import gymnasium as gym
import numpy as np

from darla_envs.single.world import FactorWorld


class FactorObservation(gym.ObservationWrapper, gym.utils.RecordConstructorArgs):
    """Replace pictures by the true state: an upper reference, blind to the look.

    The observation is that of :class:`darla_envs.rooms.factor_worlds.FactorWorlds`, float32 in
    [-1, 1]. No picture is drawn.
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
