"""Restyle what an environment shows: its observations, and what it renders."""

from collections.abc import Mapping
from typing import Any

import gymnasium as gym
import numpy as np
from gymnasium.utils import RecordConstructorArgs

from darla.environments.restyling.masks import mask_of, resized_mask
from darla.environments.restyling.restyling import Restyling
from darla.environments.restyling.strengths import Strength, checked_strengths
from darla.frames.pictures import find_picture, has_picture
from darla.running.seeds import Purpose


def restyled(
    env: gym.Env[Any, Any], shifts: Mapping[str, Strength], key: str | None = None
) -> gym.Env[Any, Any]:
    """Return an environment that shows pictures in another look; itself where no shift is given.

    Args:
        env: an environment with a picture in its observations, in any of the
            :mod:`darla.frames.picture_forms`, which it keeps, or that renders to ``rgb_array``.
        shifts: of :data:`darla.environments.restyling.SHIFTS` by name, each with a strength from 0
            (no change) to 1, or a range from which one is drawn at every reset.
        key: the picture's entry in a Dict; needed only when there are several.

    Raises:
        ValueError: a shift is unknown, a strength out of range, or there is no picture.
    """
    return RestyledPictures(env, shifts, key=key) if shifts else env


class RestyledPictures(gym.Wrapper[Any, Any, Any, Any], RecordConstructorArgs):
    """Shows every episode in a look of its own: observations, and what ``render()`` returns.

    What is random follows from the seed of ``reset``: the same seed gives the same looks, in this
    episode and in those after it. Spaces, rewards and all else are the environment's.

    A shift that replaces the background is told by the environment where that is: the entry
    ``mask`` of a Dict observation, or of info, bool (H, W). A rendered picture of another size is
    taken to show the same.
    """

    def __init__(
        self, env: gym.Env[Any, Any], shifts: Mapping[str, Strength], *, key: str | None = None
    ) -> None:
        """Wrap an environment; for arguments and errors see :func:`restyled`."""
        self.shifts = checked_strengths(shifts)
        RecordConstructorArgs.__init__(self, shifts=self.shifts, key=key)
        super().__init__(env)
        rendered_alone = (
            key is None
            and not has_picture(env.observation_space)
            and str(env.render_mode).startswith("rgb_array")
        )
        self._picture = None if rendered_alone else find_picture(env.observation_space, key)
        self._rng: np.random.Generator | None = None
        self._restyling: Restyling | None = None
        self._step = 0
        self._mask: np.ndarray | None = None

    @property
    def strengths(self) -> dict[str, float]:
        """How strong each shift is in this episode, by name; empty before the first reset."""
        return {} if self._restyling is None else dict(self._restyling.strengths)

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Any, dict[str, Any]]:
        """Begin an episode, and draw the look that it is seen in."""
        observation, info = self.env.reset(seed=seed, options=options)
        if seed is not None or self._rng is None:
            entropy = None if seed is None else [int(Purpose.RESTYLING), seed]
            self._rng = np.random.default_rng(entropy)
        self.draw_look()
        self._step = 0
        return self._seen(observation, info), info

    def draw_look(self) -> None:
        """Draw another look, in which the episode goes on; a ValueError before the first reset."""
        if self._rng is None:
            raise ValueError("no look can be drawn before the first reset; call reset() first")
        self._restyling = Restyling(self.shifts, int(self._rng.integers(2**63)))

    def step(self, action: Any) -> tuple[Any, Any, bool, bool, dict[str, Any]]:
        """Make a step, and show it in the episode's look."""
        observation, reward, terminated, truncated, info = self.env.step(action)
        self._step += 1
        return self._seen(observation, info), reward, terminated, truncated, info

    def render(self) -> Any:
        """Render, in the episode's look where that gives pictures: one, or a list of the last."""
        rendered = self.env.render()
        if isinstance(rendered, list):
            first = self._step - len(rendered) + 1
            return [self._in_look(each, max(0, first + i)) for i, each in enumerate(rendered)]
        return self._in_look(rendered, self._step)

    def _seen(self, observation: Any, info: Mapping[str, Any]) -> Any:
        """Return an observation in the episode's look."""
        if self._restyling is not None and self._restyling.needs_mask:
            self._mask = mask_of(observation, info)
        if self._picture is None:
            return observation
        picture = self._picture.of(observation)
        return self._picture.repainted(observation, self._in_look(picture, self._step))

    def _in_look(self, picture: Any, step: int) -> Any:
        """Return one picture in the episode's look; what is no picture, as it is."""
        shown = isinstance(picture, np.ndarray) and picture.dtype == np.uint8 and picture.ndim == 3
        if self._restyling is None or not shown or picture.shape[2] != 3:
            return picture
        mask = None if self._mask is None else resized_mask(self._mask, picture.shape[:2])[None]
        return self._restyling(picture[None], np.array([step]), mask)[0]
