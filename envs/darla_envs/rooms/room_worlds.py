"""The tasks, many worlds at once, shown as pictures, without MiniWorld and without OpenGL."""

import numpy as np
from gymnasium import spaces

from darla_envs.description.named_domains import DomainLike
from darla_envs.description.tasks import Task
from darla_envs.description.usual_domains import SOURCE
from darla_envs.rooms.room_pictures import RoomPictures
from darla_envs.rooms.room_surfaces import Covering
from darla_envs.rooms.sampled_rooms import SampledRooms


class RoomWorlds(SampledRooms):
    """Rooms that show pictures."""

    _covering: Covering | None = None  # of the domain; made when it is first needed

    def __init__(
        self,
        task: str | Task,
        num_worlds: int,
        domain: DomainLike = SOURCE,
        max_episode_steps: int | None = None,
        obs_width: int = 64,
        obs_height: int = 64,
        num_threads: int | None = None,
        antialias: bool = True,
    ) -> None:
        """Make the worlds; each must be reset before it acts.

        Args:
            task: the task, or its id.
            num_worlds: how many worlds.
            domain: a name (see ``darla_envs.description.domains.domain_names``), a Domain, or its
                dictionary.
            max_episode_steps: see :class:`darla_envs.rooms.simulated_rooms.SimulatedRooms`.
            obs_width: width of pictures in pixels.
            obs_height: height of pictures in pixels.
            num_threads: threads that draw; as many as there are cores when None.
            antialias: average four samples a pixel, as MiniWorld does.

        Raises:
            ValueError: there is no such task or domain, or a number is out of range.
        """
        super().__init__(task, num_worlds, domain, max_episode_steps)
        self.observation_space = spaces.Box(0, 255, (obs_height, obs_width, 3), np.uint8)
        self._pictures = RoomPictures(
            self.task, self.state, obs_height, obs_width, num_threads, antialias
        )

    def set_domain(self, domain: DomainLike) -> None:
        """Draw all later episodes from another domain; those under way stay as they are."""
        super().set_domain(domain)
        self._covering = None

    def draw(self, chosen: np.ndarray, out: np.ndarray) -> None:
        """Draw the chosen worlds; see :meth:`darla_envs.batch.worlds.Worlds.draw`."""
        self._pictures.draw(self._checked(chosen), out)

    def measure(self, chosen: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return how far away and whose each pixel is.

        Returns:
            Distances along the view, (n, H, W) float32 in metres, and entities, (n, H, W) int32:
            the index of the task's object, or -1 for the room.
        """
        return self._pictures.measure(self._checked(chosen))

    def close(self) -> None:
        """End the threads that draw."""
        self._pictures.close()

    def _enter(self, chosen: np.ndarray, rows: np.ndarray) -> None:
        """Put the chosen worlds into whole settings, covered with their domain's textures."""
        super()._enter(chosen, rows)
        if self._covering is None:
            self._covering = self._pictures.covering(self.domain.textures)
        self._pictures.cover(chosen, self._covering)
