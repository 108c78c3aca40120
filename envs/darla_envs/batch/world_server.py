"""What a worker process does: it makes some of the worlds, and resets and steps them."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing import connection, reduction
from typing import Any

import numpy as np
from gymnasium import spaces
from gymnasium.vector import AutoresetMode

from darla_envs.batch.batched_envs import BatchedEnvs, picture_space
from darla_envs.batch.frame_slots import FrameSlots
from darla_envs.batch.shared_buffers import Buffers, open_buffers
from darla_envs.batch.worlds import Infos, Seeds, Settings, Worlds


@dataclass(frozen=True)
class Shown:
    """What a reset or a step led to, besides what is in shared memory.

    Attributes:
        extras: of all the worker's worlds.
        infos: likewise, with one row for each.
        finals: of the episodes that ended, in same-step mode: indices, extras and infos.
    """

    extras: dict[str, np.ndarray]
    infos: Infos
    finals: tuple[np.ndarray, dict[str, np.ndarray], Infos] | None = None


class WorldServer:
    """The worlds of one worker; the parent calls the public methods by their names."""

    def __init__(self, pipe: connection.Connection) -> None:
        self._pipe = pipe
        self._worlds: Worlds | None = None
        self._envs: BatchedEnvs
        self._buffers: Buffers
        self._slots: FrameSlots

    def make(
        self, factory: Callable[[int], Worlds], num_worlds: int
    ) -> tuple[spaces.Space[Any], spaces.Space[Any], str | None, spaces.Box]:
        """Make the worlds; return what they observe, do, and show under which key, and how."""
        worlds = self._worlds = factory(num_worlds)
        if worlds.num_worlds != num_worlds:
            raise ValueError(
                f"the factory made {worlds.num_worlds} worlds when called with {num_worlds}; "
                "it must make as many as it is asked for"
            )
        shown = picture_space(worlds)
        return worlds.observation_space, worlds.action_space, worlds.picture_key, shown

    def share(
        self, num_worlds: int, first: int, last: int, mode: AutoresetMode, infos: bool
    ) -> None:
        """Open the buffers of all workers' worlds, whose descriptor follows through the pipe."""
        assert self._worlds is not None
        descriptor = reduction.recv_handle(self._pipe)
        try:
            buffers = open_buffers(descriptor, num_worlds, picture_space(self._worlds))
        finally:
            os.close(descriptor)
        self._buffers = buffers = buffers.part(first, last)
        self._slots = FrameSlots(buffers.frames, replaceable=True)
        self._envs = BatchedEnvs(
            self._worlds, mode, infos=infos, slots=self._slots, finals=buffers.finals
        )

    def reset(self, slot: int, mask: np.ndarray, seeds: Seeds, settings: Settings) -> Shown:
        """Start episodes in some worlds, or in none, and show all in a slot of pictures."""
        self._slots.current = slot
        if not mask.any():
            return Shown(self._envs.show().extras, {})
        start = self._envs.reset(seeds, settings, mask)
        return Shown(start.extras, start.infos)

    def step(self, slot: int, actions: np.ndarray) -> Shown:
        """Act in all worlds, and show them in a slot of pictures."""
        self._slots.current = slot
        step = self._envs.step(actions)
        self._buffers.rewards[:] = step.rewards
        self._buffers.terminated[:] = step.terminated
        self._buffers.truncated[:] = step.truncated
        finals = step.finals
        if finals is None:
            return Shown(step.extras, step.infos)
        return Shown(step.extras, step.infos, (finals.indices, finals.extras, finals.infos))

    def set_domain(self, domain: Any) -> None:
        """Draw all later episodes from another domain."""
        self._envs.set_domain(domain)

    def close(self) -> None:
        """Close the worlds."""
        if self._worlds is not None:
            self._worlds.close()
