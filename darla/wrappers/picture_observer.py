"""Put something that a function makes of pictures in their place in observations."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from gymnasium import spaces

from darla.frames.pictures import find_picture

PictureFunction = Callable[[np.ndarray], np.ndarray]
"""Maps pictures (n, h, w, 3) uint8 to other pictures, uint8, or to numbers (n, ...) float32."""


class PictureObserver:
    """Makes what a policy sees, of the attribute ``space``, of what environments show.

    The function maps pictures (n, h, w, 3) uint8 to other pictures (n, ...) uint8, or to float32
    numbers without bounds. The space given is that of the environment's single observations; the
    key, the picture's entry in a Dict, is needed only when there are several. A ValueError where
    observations hold no picture, or the function makes something else.
    """

    def __init__(
        self, function: PictureFunction, space: spaces.Space[Any], key: str | None = None
    ) -> None:
        self._function = function
        self._picture = find_picture(space, key)
        made = function(np.zeros((1, *self._picture.shape), np.uint8))[0]
        if made.dtype not in (np.uint8, np.float32):
            raise ValueError(f"pictures become {made.dtype}, but must become uint8 or float32")
        low, high = (0.0, 255.0) if made.dtype == np.uint8 else (-np.inf, np.inf)
        box = spaces.Box(low, high, made.shape, dtype=made.dtype.type)
        self.space: spaces.Space[Any] = self._picture.replaced_space(space, box)

    def __call__(self, observations: Any) -> Any:
        """Return what a policy sees of a batch: pictures (n, h, w, 3) uint8, or a Dict of them."""
        return self.with_finals(observations, {})[0]

    def single(self, observation: Any, function: PictureFunction | None = None) -> Any:
        """Return what a policy sees of one observation; ``function`` replaces its own."""
        picture = self._picture.of(observation)
        return self._picture.replaced(observation, (function or self._function)(picture[None])[0])

    def with_finals(
        self,
        observations: Any,
        finals: Mapping[int, Any],
        function: PictureFunction | None = None,
    ) -> tuple[Any, dict[int, Any]]:
        """Return what a policy sees of a step and of the last steps of episodes, in one batch.

        See :meth:`darla.frames.pictures.PictureEntry.map`; ``function`` replaces its own.
        """
        return self._picture.map(function or self._function, observations, finals)
