"""One of Procgen's games on its own, as a Gymnasium environment."""

from typing import Any

import gymnasium as gym
import numpy as np

from darla.running.vector_infos import rows_of
from darla_envs.description.domain import Domain
from darla_envs.description.named_domains import DomainLike
from darla_envs.description.usual_domains import SOURCE
from darla_envs.procgen.worlds import ProcgenWorlds

_THIS = np.zeros(1, np.int64)  # the only world


class ProcgenWorld(gym.Env[np.ndarray, np.integer[Any]]):
    """One of Procgen's games, in levels and looks that each episode draws from a domain.

    What is seen, done and reported is as in :class:`darla_envs.procgen.worlds.ProcgenWorlds`, whose
    episodes of the same seed it has. There are no factors to be set.
    """

    metadata = {"render_modes": ["rgb_array"], "render_fps": 15}  # noqa: RUF012 - of every one

    def __init__(
        self,
        task_id: str,
        domain: DomainLike = SOURCE,
        mode: str | None = None,
        render_mode: str | None = None,
    ) -> None:
        """Make the world.

        Args:
            task_id: a key of :data:`darla_envs.description.procgen_tasks.PROCGEN_TASKS`.
            domain: a name, a Domain or its dictionary.
            mode: ``easy`` or ``hard``; the game's own when None.
            render_mode: None or ``rgb_array``.

        Raises:
            ValueError: as of :class:`darla_envs.procgen.worlds.ProcgenWorlds`.
        """
        self._worlds = ProcgenWorlds(task_id, 1, domain, num_threads=1, mode=mode)
        self.render_mode = render_mode
        self.observation_space = self._worlds.observation_space
        self.action_space: Any = self._worlds.action_space

    @property
    def domain(self) -> Domain:
        """Where looks and levels are drawn from."""
        return self._worlds.domain

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[np.ndarray, dict[str, Any]]:
        """Begin an episode; a seed begins a new sequence of them.

        Raises:
            ValueError: factors are given, which there are none of.
        """
        super().reset(seed=seed)
        self._worlds.reset(_THIS, [seed], [(options or {}).get("factors") or {}])
        return self.render(), self._info()

    def step(
        self, action: np.integer[Any] | int
    ) -> tuple[np.ndarray, float, bool, bool, dict[str, Any]]:
        """Act."""
        outcome = self._worlds.step(_THIS, np.array([action]))
        ends = bool(outcome.terminated[0]), bool(outcome.truncated[0])
        return self.render(), float(outcome.rewards[0]), *ends, self._info()

    def render(self) -> np.ndarray:
        """Return what an observation shows, (64, 64, 3) uint8."""
        out = np.empty((1, *(self.observation_space.shape or ())), np.uint8)
        self._worlds.draw(_THIS, out)
        picture: np.ndarray = out[0]
        return picture

    def close(self) -> None:
        """Let go of EnvPool's environment."""
        self._worlds.close()

    def _info(self) -> dict[str, Any]:
        """Return the level, and whether it was solved."""
        return rows_of(self._worlds.infos(_THIS), 1)[0]
