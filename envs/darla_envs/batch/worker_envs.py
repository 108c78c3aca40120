"""A batch of environments spread over worker processes, which draw into shared memory."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from gymnasium.vector import AutoresetMode

from darla.running.worker_pool import WorkerPool
from darla_envs.batch.batch import Batch, Finals, Start, Step
from darla_envs.batch.frame_slots import FrameSlots
from darla_envs.batch.infos import combine
from darla_envs.batch.shared_buffers import make_buffers
from darla_envs.batch.world_server import Shown, WorldServer
from darla_envs.batch.worlds import Infos, Seeds, Settings, Worlds


class WorkerEnvs(Batch):
    """A batch of environments like :class:`BatchedEnvs`, each slice of it in a process of its own.

    Results do not depend on the number of workers. Pictures, rewards and ends of episodes come
    through shared memory. A ``ValueError`` of a worker keeps its text, after the worker's number;
    any other error, or a worker's death, raises a ``RuntimeError`` and ends all workers. They end
    with the parent too, however it ends.

    Args:
        factory: makes as many worlds as its argument says; sent to each worker.
        num_worlds: how many worlds.
        workers: how many processes; the first ones have a world more when it does not divide.
        autoreset_mode: see :class:`Batch`, and :class:`BatchedEnvs` for ``infos``.
        num_threads: threads that numerical libraries use in each worker.

    Raises:
        ValueError: ``workers`` is not from 1 to ``num_worlds``, or the factory raised one.
        RuntimeError: the factory raised another error.
    """

    def __init__(
        self,
        factory: Callable[[int], Worlds],
        num_worlds: int,
        workers: int,
        autoreset_mode: AutoresetMode = AutoresetMode.NEXT_STEP,
        *,
        infos: bool = True,
        num_threads: int = 1,
    ) -> None:
        if not 1 <= workers <= num_worlds:
            raise ValueError(
                f"workers is {workers}, but must be from 1 to the number of worlds, {num_worlds}"
            )
        self._slices = _split(num_worlds, workers)
        self._workers = WorkerPool([WorldServer] * workers, num_threads=num_threads)
        sizes = [each.stop - each.start for each in self._slices]
        made = self._workers.ask([("make", factory, size) for size in sizes])
        observed, done, picture_key, pictures = made[0]
        self._workers.send(
            [
                ("share", num_worlds, each.start, each.stop, autoreset_mode, infos)
                for each in self._slices
            ]
        )
        self._buffers = make_buffers(num_worlds, pictures, self._workers.send_descriptor)
        self._workers.receive()
        slots = FrameSlots(self._buffers.frames, replaceable=False)
        super().__init__(observed, done, picture_key, autoreset_mode, num_worlds, slots)
        # Only the slots may hold them, or they would never be free.
        self._buffers.frames.clear()

    def set_domain(self, domain: Any) -> None:
        """Draw all later episodes from another domain; a step under way is finished before."""
        if self._is_stepping:
            self.step_wait()
        self._check_open()
        self._ask([("set_domain", domain)] * len(self._slices))

    def close(self) -> None:
        """End the workers."""
        self._workers.close()
        super().close()

    def _reset(self, mask: np.ndarray, seeds: Seeds, settings: Settings) -> Start:
        """Start episodes in all workers' chosen worlds."""
        slot = self._slots.turn()
        shown = self._ask(
            [
                ("reset", slot, mask[each], seeds and seeds[each], settings and settings[each])
                for each in self._slices
            ]
        )
        return Start(self.frames, _join_extras(shown), self._join_infos(shown))

    def _begin(self, actions: np.ndarray) -> None:
        """Send each worker its worlds' actions."""
        slot = self._slots.turn()
        self._workers.send([("step", slot, actions[each]) for each in self._slices])

    def _finish(self) -> Step:
        """Wait for all workers, and put together what their worlds show."""
        shown: list[Shown] = self._workers.receive()
        buffers = self._buffers
        return Step(
            self.frames,
            _join_extras(shown),
            self._join_infos(shown),
            buffers.rewards.copy(),
            buffers.terminated.copy(),
            buffers.truncated.copy(),
            self._join_finals(shown),
        )

    def _check_open(self) -> None:
        """Raise an error when the batch is closed, or its workers have ended."""
        self.closed = self.closed or not self._workers.running
        super()._check_open()

    def _ask(self, requests: Sequence[tuple[Any, ...]]) -> list[Any]:
        """Ask each worker, and return the answers."""
        return self._workers.ask(requests, survivable=True)

    def _join_infos(self, shown: Sequence[Shown]) -> Infos:
        """Put the infos of all workers together."""
        parts = [(rows, each.infos) for rows, each in zip(self._slices, shown, strict=True)]
        return combine(parts, self.num_worlds)

    def _join_finals(self, shown: Sequence[Shown]) -> Finals | None:
        """Put together the last views of episodes that ended in any worker."""
        ends = [
            (rows.start, each.finals)
            for rows, each in zip(self._slices, shown, strict=True)
            if each.finals is not None
        ]
        if not ends:
            return None
        pictures, parts, count = [], [], 0
        for first, (indices, _, infos) in ends:
            pictures.append(self._buffers.finals[first : first + len(indices)])
            parts.append((slice(count, count + len(indices)), infos))
            count += len(indices)
        return Finals(
            np.concatenate(pictures),
            _concatenate([extras for _, (_, extras, _) in ends]),
            combine(parts, count),
            np.concatenate([first + indices for first, (indices, _, _) in ends]),
        )


def _split(num_worlds: int, workers: int) -> list[slice]:
    """Return the rows of each worker; the first ones have one more when they do not divide."""
    each, more = divmod(num_worlds, workers)
    ends = [each * (index + 1) + min(index + 1, more) for index in range(workers)]
    return [slice(first, last) for first, last in zip([0, *ends], ends, strict=False)]


def _join_extras(shown: Sequence[Shown]) -> dict[str, np.ndarray]:
    """Put the extras of all workers together."""
    return _concatenate([each.extras for each in shown])


def _concatenate(extras: Sequence[dict[str, np.ndarray]]) -> dict[str, np.ndarray]:
    """Put dictionaries of arrays together, one after the other."""
    return {name: np.concatenate([each[name] for each in extras]) for name in extras[0]}
