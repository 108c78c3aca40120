"""What a batch of worlds must do, whoever simulates them and whoever draws them."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from gymnasium import spaces

Infos = dict[str, Any]
"""Infos in Gymnasium's vector form, with one row for each chosen world: ``name`` maps to an array
(n, ...) or to another such dictionary, and ``_name`` to a (n,) bool array of who reports it."""


Seeds = Sequence[int | None] | None
"""One a world: an integer begins a new sequence of episodes, None goes on with the world's. Without
any, all go on."""

Settings = Sequence[Mapping[str, Any]] | None
"""One a world: factors to put it into; the rest is drawn. Without any, all is drawn."""


class CannotBatch(ValueError):
    """Environments of an id cannot be simulated or drawn together, whatever they are asked for."""


@dataclass(frozen=True)
class Outcomes:
    """What one step led to, with one row for each world that acted.

    Attributes:
        rewards: (n,) float64.
        terminated: (n,) bool.
        truncated: (n,) bool; never together with terminated.
    """

    rewards: np.ndarray
    terminated: np.ndarray
    truncated: np.ndarray


class Worlds(ABC):
    """Several worlds that are stepped together in one process; drawing is apart from stepping.

    Every method takes ``chosen``, the (n,) int64 indices, growing, of the worlds it is about.
    Nothing starts anew by itself: whoever holds the worlds resets those whose episode is over.

    Attributes:
        num_worlds: how many there are.
        observation_space: of one world: a uint8 Box (H, W, 3), or a Dict that holds one under
            ``picture_key``. Worlds that show something else draw what their Box describes.
        action_space: of one world.
        picture_key: the picture's entry in a Dict; None when the observation is the picture.
    """

    num_worlds: int
    observation_space: spaces.Space[Any]
    action_space: spaces.Space[Any]
    picture_key: str | None = None

    @abstractmethod
    def reset(self, chosen: np.ndarray, seeds: Seeds = None, settings: Settings = None) -> None:
        """Start an episode in each chosen world.

        A seed begins exactly the episodes of a single environment that is reset with it.

        Raises:
            ValueError: a setting is impossible, or the worlds have no factors.
        """

    @abstractmethod
    def step(self, chosen: np.ndarray, actions: np.ndarray) -> Outcomes:
        """Act in the chosen worlds, with (n,) integers as actions; the others stand still."""

    @abstractmethod
    def draw(self, chosen: np.ndarray, out: np.ndarray) -> None:
        """Draw the chosen worlds as they are now.

        ``out``, (n, H, W, 3) uint8, or what else the space says, C-contiguous, receives the
        pictures without a copy.
        """

    @abstractmethod
    def infos(self, chosen: np.ndarray) -> Infos:
        """Return what the last reset or step of each chosen world reported."""

    def extras(self, chosen: np.ndarray) -> dict[str, np.ndarray]:
        """Return the entries of a Dict observation besides the picture, (n, ...) each."""
        return {}

    @abstractmethod
    def set_domain(self, domain: Any) -> None:
        """Draw all later episodes from another domain.

        Raises:
            ValueError: the worlds have no such domain.
        """

    def close(self) -> None:  # noqa: B027 (most hold nothing)
        """Free what the worlds hold; closing twice is harmless."""
