"""The last observations of several environments, side by side: what stacking frames comes down to.

Whoever learns and whoever acts keep the same history, so that an agent sees the same in both.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from gymnasium import spaces


class FrameHistory:
    """Keeps the last ``depth`` observations of each environment's episode.

    They are put side by side along their last axis, the newest last, with zeros for those before
    the first: (n, depth * z) of latents (n, z), (n, H, W, depth * 3) of pictures. Of a Dict that is
    done with the entry ``key``; the others are as they are now.

    Args:
        space: of one environment's observations.
        depth: how many, from 2.
        key: the entry of a Dict; None for observations that are no Dict.

    Attributes:
        space: of what is returned, for one environment.
    """

    def __init__(self, space: spaces.Space[Any], depth: int, key: str | None = None) -> None:
        entry = space[key] if isinstance(space, spaces.Dict) and key is not None else space
        if not isinstance(entry, spaces.Box) or not entry.shape:
            raise ValueError(f"observations are {entry}, and frames are stacked of a Box alone")
        self._depth, self._key = depth, key
        self._width: int = entry.shape[-1]
        shape = (*entry.shape[:-1], depth * self._width)
        self._held = np.zeros((0, *shape), entry.dtype)
        low, high = (np.concatenate([each] * depth, axis=-1) for each in (entry.low, entry.high))
        box = spaces.Box(low, high, dtype=entry.dtype.type)
        self.space: spaces.Space[Any] = self._replaced(space, box, spaces.Dict)

    def begin(self, environments: Sequence[int]) -> None:
        """Forget what was seen in some environments: an episode begins."""
        self._make_room(environments)
        self._held[list(environments)] = 0

    def push(self, observations: Any, environments: Sequence[int]) -> Any:
        """Return a batch of observations, of these environments, with those before; keep them."""
        self._make_room(environments)
        stacked = self._stacked(self._held[list(environments)], self._of(observations))
        self._held[list(environments)] = stacked
        return self._replaced(observations, stacked)

    def last(self, observation: Any, environment: int) -> Any:
        """Return one observation with those before, and keep nothing: it is an episode's last."""
        stacked = self._stacked(self._held[environment], self._of(observation))
        return self._replaced(observation, stacked)

    def _of(self, observations: Any) -> np.ndarray:
        """Return what is stacked of observations."""
        return np.asarray(observations if self._key is None else observations[self._key])

    def _stacked(self, held: np.ndarray, values: np.ndarray) -> np.ndarray:
        """Return what is held with new values in place of the oldest."""
        stacked: np.ndarray = np.concatenate([held[..., self._width :], values], axis=-1)
        return stacked

    def _replaced(self, observations: Any, value: Any, kind: Any = dict) -> Any:
        """Return observations, or their space, with something else for what is stacked."""
        if self._key is None:
            return value
        entries = observations.items()
        return kind({name: value if name == self._key else each for name, each in entries})

    def _make_room(self, environments: Sequence[int]) -> None:
        """Have a row for each environment."""
        missing = max(environments, default=-1) + 1 - len(self._held)
        if missing > 0:
            more = np.zeros((missing, *self._held.shape[1:]), self._held.dtype)
            self._held = np.concatenate([self._held, more])
