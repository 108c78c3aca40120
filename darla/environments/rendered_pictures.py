"""Pictures of environments whose observations hold none: what they render, in place of these."""

from typing import Any

import gymnasium as gym
import numpy as np
from gymnasium import spaces


class RenderedPictures(gym.Wrapper[np.ndarray, Any, Any, Any]):
    """Shows what ``render()`` returns, a uint8 picture (H, W, 3), instead of observations.

    The environment renders to ``rgb_array``. It is reset once here, for its size. A ValueError
    where it renders something else, or pictures of another size later.
    """

    def __init__(self, env: gym.Env[Any, Any]) -> None:
        super().__init__(env)
        env.reset()
        height, width, _ = rendered_picture(env).shape
        self.observation_space = spaces.Box(0, 255, (height, width, 3), np.uint8)

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[np.ndarray, dict[str, Any]]:
        """Reset, and show what is rendered."""
        _, info = self.env.reset(seed=seed, options=options)
        return rendered_picture(self.env), info

    def step(self, action: Any) -> tuple[np.ndarray, float, bool, bool, dict[str, Any]]:
        """Act, and show what is rendered."""
        _, reward, terminated, truncated, info = self.env.step(action)
        return rendered_picture(self.env), float(reward), terminated, truncated, info


def rendered_picture(env: gym.Env[Any, Any]) -> np.ndarray:
    """Render, uint8 (H, W, 3); a ValueError where that gives something else."""
    picture: Any = env.render()
    if (
        not isinstance(picture, np.ndarray)
        or picture.dtype != np.uint8
        or picture.ndim != 3
        or picture.shape[2] != 3
    ):
        what = f"{getattr(picture, 'dtype', type(picture).__name__)} of {np.shape(picture)}"
        raise ValueError(f"it rendered {what} instead of a uint8 picture (H, W, 3)")
    return picture
