"""True factors as observations: what an agent could do if it saw perfectly."""

from typing import Any

import gymnasium as gym
import numpy as np
from gymnasium import spaces

from oracle.world import OracleWorld


class OracleObservation(gym.ObservationWrapper, gym.utils.RecordConstructorArgs):
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
        if not isinstance(env.unwrapped, OracleWorld):
            raise ValueError(
                f"{env} reports no factors, so it cannot be observed by them; "
                "use a Darla/ task or another kind of observation"
            )
        self._world = env.unwrapped
        self._world.drawing = False
        self._colored = bool(self._world.task.good_colors)
        per_object = 4 + len(self._world.shapes) + self._colored
        length = 4 + per_object * len(self._world.objects)
        self.observation_space = spaces.Box(-1.0, 1.0, (length,), np.float32)

    def reset(self, **kwargs: Any) -> tuple[np.ndarray, dict[str, Any]]:
        """Reset the environment and return the true state."""
        _, info = self.env.reset(**kwargs)
        return self._observe(info["factors"]), info

    def step(self, action: int) -> tuple[np.ndarray, Any, bool, bool, dict[str, Any]]:
        """Step the environment and return the true state."""
        _, reward, terminated, truncated, info = self.env.step(action)
        return self._observe(info["factors"]), reward, terminated, truncated, info

    def _observe(self, values: dict[str, Any]) -> np.ndarray:
        width, depth = self._world.room_size
        yaw = values["agent_yaw"]
        parts = [2 * values["agent_x"] / width - 1, 2 * values["agent_z"] / depth - 1]
        parts += [np.sin(yaw), np.cos(yaw)]
        order = sorted(
            self._world.objects,
            key=lambda name: (-values[f"{name}_present"], values[f"{name}_distance"]),
        )
        for name in order:
            parts += self._observe_object(values, name)
        return np.array(parts, dtype=np.float32)

    def _observe_object(self, values: dict[str, Any], name: str) -> list[float]:
        shapes = self._world.shapes
        if not values[f"{name}_present"]:
            return [0.0] * (4 + len(shapes) + self._colored)
        bearing = values[f"{name}_bearing"]
        distance = values[f"{name}_distance"] / self._world.factors[f"{name}_distance"].high
        shape = [float(values[f"{name}_shape"] == each) for each in shapes]
        color = [2 * values[f"{name}_color"] - 1] if self._colored else []
        return [1.0, np.sin(bearing), np.cos(bearing), 2 * distance - 1, *shape, *color]
