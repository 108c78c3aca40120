"""Get RGB pictures of one size out of any Gymnasium environment."""

from typing import Any

import numpy as np

from darla.environments.making import Environment
from darla.frames.pictures import find_picture, resize_frames


class FrameSource:
    """Takes the picture of each step of one environment, at one size (height, width).

    The environment is of :func:`darla.environments.making.make_environment`. The picture is the
    observation, its only RGB entry or the one named by ``key``. A ValueError where there are
    several pictures and no key, or the key is not one of them.
    """

    def __init__(self, env: Environment, size: tuple[int, int], key: str | None = None) -> None:
        self.size = size
        self._picture = find_picture(env.observation_space, key)

    def frame(self, observation: Any) -> np.ndarray:
        """Return the picture, uint8 (H, W, 3), of the step that gave this observation.

        A ValueError where the environment gave something else.
        """
        frame: np.ndarray = resize_frames(self.picture(observation)[None], self.size)[0]
        return frame

    def picture(self, observation: Any) -> np.ndarray:
        """Return the uint8 (h, w, 3) picture at the environment's own size."""
        picture = self._picture.of(observation)
        if picture.dtype != np.uint8 or picture.ndim != 3 or picture.shape[2] != 3:
            what = f"{picture.dtype} of {picture.shape}"
            raise ValueError(f"the environment gave {what} instead of a uint8 picture (H, W, 3)")
        return picture
