"""A part of the pictures that an environment shows, in place of the whole."""

from collections.abc import Sequence
from typing import Any

import gymnasium as gym
import numpy as np
from gymnasium import spaces
from gymnasium.utils import RecordConstructorArgs

from darla.environments.rendered_pictures import rendered_picture
from darla.frames.pictures import find_picture, has_picture


class CroppedPictures(gym.Wrapper[Any, Any, Any, Any], RecordConstructorArgs):
    """Shows some rows and columns of an environment's pictures, so that what is small stands out.

    Observations then hold the part as uint8 RGB (height, width, 3), whatever form their picture
    had; ``render()`` returns the same part of what is rendered, if that is of the picture's size.
    Where no picture is observed, what is rendered is cropped. On command lines::

        --wrappers "darla:CroppedPictures(rows=(80, 150))"
    """

    def __init__(
        self,
        env: gym.Env[Any, Any],
        *,
        rows: Sequence[int] | None = None,
        columns: Sequence[int] | None = None,
        key: str | None = None,
    ) -> None:
        """Wrap an environment.

        Args:
            env: an environment with a picture in its observations, in any of the
                :mod:`darla.frames.picture_forms`, or that renders to ``rgb_array``.
            rows: the first row that is kept and the first below that is not, in pixels of the
                environment's own picture, from its top; all of them when not given.
            columns: the same from its left.
            key: the picture's entry in a Dict; needed only when there are several.

        Raises:
            ValueError: there is no picture, or the part is not inside it.
        """
        RecordConstructorArgs.__init__(self, rows=rows, columns=columns, key=key)
        super().__init__(env)
        if key is None and not has_picture(env.observation_space):
            self._picture, self._size = None, _rendered_size(env)
        else:
            self._picture = find_picture(env.observation_space, key)
            self._size = self._picture.shape[:2]
        height, width = self._size
        self._part = (_checked("rows", rows, height), _checked("columns", columns, width))
        if self._picture is not None:
            shape = tuple(each.stop - each.start for each in self._part)
            space = spaces.Box(0, 255, (*shape, 3), np.uint8)
            self.observation_space = self._picture.replaced_space(env.observation_space, space)

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Any, dict[str, Any]]:
        """Reset, and show the part."""
        observation, info = self.env.reset(seed=seed, options=options)
        return self._cropped(observation), info

    def step(self, action: Any) -> tuple[Any, Any, bool, bool, dict[str, Any]]:
        """Act, and show the part."""
        observation, reward, terminated, truncated, info = self.env.step(action)
        return self._cropped(observation), reward, terminated, truncated, info

    def render(self) -> Any:
        """Render, and return the part where that gives pictures of the size: one, or a list."""
        rendered: Any = self.env.render()
        if isinstance(rendered, list):
            return [self._part_of(each) for each in rendered]
        return self._part_of(rendered)

    def _cropped(self, observation: Any) -> Any:
        """Return an observation with the part in place of its picture."""
        if self._picture is None:
            return observation
        return self._picture.replaced(observation, self._part_of(self._picture.of(observation)))

    def _part_of(self, picture: Any) -> Any:
        """Return the part of one picture; what is none of this size, as it is."""
        if not isinstance(picture, np.ndarray) or picture.shape[:2] != self._size:
            return picture
        return np.ascontiguousarray(picture[self._part])


def _rendered_size(env: gym.Env[Any, Any]) -> tuple[int, int]:
    """Return height and width of what is rendered; a ValueError where that is no picture."""
    if env.render_mode != "rgb_array":
        raise ValueError("there is no picture to crop: none is observed, and none rendered")
    env.reset()
    height, width, _ = rendered_picture(env).shape
    return height, width


def _checked(name: str, kept: Sequence[int] | None, size: int) -> slice:
    """Return what is kept of one side; a ValueError where it is not inside it."""
    if kept is None:
        return slice(0, size)
    numbers = list(kept) if isinstance(kept, list | tuple) else []
    whole = all(isinstance(each, int) and not isinstance(each, bool) for each in numbers)
    if len(numbers) != 2 or not whole or not 0 <= numbers[0] < numbers[1] <= size:
        raise ValueError(
            f"{name}={kept!r} are not inside the picture, which has {size}; give the first that is "
            f"kept and the first that is not, such as {name}=(0, {size})"
        )
    return slice(numbers[0], numbers[1])
