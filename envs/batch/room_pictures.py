"""Draws a batch of rooms."""

import numpy as np

from envs.batch.room_state import RoomState
from envs.tasks import Task


class RoomPictures:
    """Draws what the agents of a batch of rooms see.

    Args:
        task: what the rooms are.
        state: the rooms; read at each drawing.
        height: of a picture, in pixels.
        width: of a picture, in pixels.
        num_threads: threads that draw; None leaves it to the renderer.
    """

    def __init__(
        self, task: Task, state: RoomState, height: int, width: int, num_threads: int | None = None
    ) -> None:
        self._task, self._state = task, state
        self._height, self._width, self._num_threads = height, width, num_threads

    def draw(self, chosen: np.ndarray, out: np.ndarray) -> None:
        """Draw the chosen worlds into ``out``, (n, H, W, 3) uint8.

        Raises:
            NotImplementedError: rooms have no renderer yet.
        """
        raise NotImplementedError(
            "batched rooms cannot be drawn yet; use their infos or factor observations"
        )
