"""Draw the pictures of many worlds with all cores."""

import itertools
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from darla_envs.render.compile_note import compile_note
from darla_envs.render.coverage import sample_offsets
from darla_envs.render.draw import draw_worlds, measure_worlds
from darla_envs.render.meshes import MeshSet
from darla_envs.render.scene_batch import SceneBatch
from darla_envs.render.scratch import MOST_WIDTH, Scratch
from darla_envs.render.textures import TextureSet

_SIDES = (1, MOST_WIDTH)
_WORTH_A_THREAD = 8  # worlds; waking a thread takes as long as drawing some


class Renderer:
    """Draws scenes into uint8 pictures, several worlds at a time.

    Each thread has memory of its own and draws its share of the worlds; nothing else is shared, so
    that a picture does not depend on the number of worlds or threads.

    Args:
        width: of the pictures in pixels.
        height: of the pictures in pixels.
        antialias: average four samples a pixel, as MiniWorld does.
        num_threads: threads that draw; as many as there are cores when None.

    Attributes:
        samples: samples a pixel, 4 with anti-aliasing and 1 without.

    Raises:
        ValueError: a size or the number of threads is out of range.
    """

    def __init__(
        self, width: int, height: int, *, antialias: bool = True, num_threads: int | None = None
    ):
        for name, side in (("width", width), ("height", height)):
            if not _SIDES[0] <= side <= _SIDES[1]:
                raise ValueError(
                    f"the pictures' {name} is {side}, but must be from {_SIDES[0]} to {_SIDES[1]}"
                )
        if num_threads is not None and num_threads < 1:
            raise ValueError(f"num_threads is {num_threads}, but must be at least 1")
        self.width, self.height = width, height
        self.samples = 4 if antialias else 1
        self._offsets = sample_offsets(self.samples, height)
        self._centres = sample_offsets(1, height)
        self._num_threads = num_threads or len(os.sched_getaffinity(0))
        self._pool: ThreadPoolExecutor | None = None
        self._scratches: list[Scratch] = []
        self._capacity = (0, 0)

    def draw(
        self,
        scenes: SceneBatch,
        meshes: MeshSet,
        textures: TextureSet,
        chosen: np.ndarray,
        out: np.ndarray,
    ) -> None:
        """Draw the ``chosen`` worlds, (n,) int64, into ``out``, (n, H, W, 3) uint8, C-contiguous.

        All meshes that stand in them are in ``meshes``, and all textures on them in ``textures``.

        Raises:
            ValueError: ``out`` is not such an array, a world, mesh or texture does not exist, or a
                world shows too many polygons.
        """
        expected = (len(chosen), self.height, self.width, 3)
        if out.shape != expected or out.dtype != np.uint8 or not out.flags.c_contiguous:
            raise ValueError(
                f"pictures go into a C-contiguous uint8 array {expected}, not {out.dtype} "
                f"{out.shape}"
            )
        _check_numbers("mesh", scenes.instances.meshes, len(meshes))
        _check_numbers("texture", scenes.faces.textures, len(textures))
        _check_numbers("texture", meshes.arrays.textures, len(textures))
        self._prepare(scenes, meshes, chosen)
        arrays, pixels = scenes.arrays, out.reshape(len(out), 3 * self.height * self.width)

        def draw_part(scratch: Scratch, begin: int, end: int) -> int:
            return draw_worlds(
                arrays, meshes.arrays, textures.arrays, chosen[begin:end], self._offsets,
                self.samples, scratch, pixels[begin:end], self.width, self.height,
            )  # fmt: skip

        self._share(draw_part, len(chosen))

    def measure(
        self, scenes: SceneBatch, meshes: MeshSet, chosen: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return how far away and whose each pixel of the ``chosen`` worlds is, at its centre.

        Returns:
            Distances along the view, (n, H, W) float32 in metres, infinite where there is sky; and
            entities, (n, H, W) int32: an entity's number, ``ROOM_ENTITY`` or ``SKY_ENTITY`` (see
            ``darla_envs.render.scene``).
        """
        _check_numbers("mesh", scenes.instances.meshes, len(meshes))
        self._prepare(scenes, meshes, chosen)
        shape = (len(chosen), self.height, self.width)
        depths, entities = np.empty(shape, np.float32), np.empty(shape, np.int32)
        arrays = scenes.arrays

        def measure_part(scratch: Scratch, begin: int, end: int) -> int:
            return measure_worlds(
                arrays, meshes.arrays, chosen[begin:end], self._centres, scratch,
                depths[begin:end], entities[begin:end],
            )  # fmt: skip

        self._share(measure_part, len(chosen))
        return depths, entities

    def close(self) -> None:
        """End the threads; drawing again starts new ones."""
        if self._pool is not None:
            self._pool.shutdown()
            self._pool = None

    def _prepare(self, scenes: SceneBatch, meshes: MeshSet, chosen: np.ndarray) -> None:
        """Check which worlds are chosen, and make each thread's memory large enough."""
        if len(chosen) and not (chosen.min() >= 0 and chosen.max() < scenes.num_worlds):
            raise ValueError(f"there are worlds 0 to {scenes.num_worlds - 1}, not {chosen}")
        most = _most_polygons(scenes, meshes)
        largest = int(np.diff(meshes.arrays.vertex_start).max())
        if most <= self._capacity[0] and largest <= self._capacity[1]:
            return
        self._capacity = (max(most, self._capacity[0]), max(largest, self._capacity[1]))
        self._scratches = [
            Scratch.make(self.width, self.height, self.samples, *self._capacity)
            for _ in range(self._num_threads)
        ]

    def _share(self, work: Callable[[Scratch, int, int], int], count: int) -> None:
        """Share ``count`` worlds out among the threads; the caller's is one of them.

        ``work`` draws the worlds from one number to another, and returns -1 or a world that it
        cannot draw, for which a ValueError is raised.
        """
        if not count:
            return
        parts = min(self._num_threads, max(1, count // _WORTH_A_THREAD))
        edges = [count * part // parts for part in range(parts + 1)]
        spans = list(itertools.pairwise(edges))
        with compile_note():
            others = [
                self._threads().submit(work, scratch, *span)
                for scratch, span in zip(self._scratches[1:], spans[1:], strict=False)
            ]
            failed = [work(self._scratches[0], *spans[0])]
            failed += [other.result() for other in others]
        for world in failed:
            if world >= 0:
                raise ValueError(
                    f"world {world} shows more than 65,535 polygons; draw meshes of fewer triangles"
                )

    def _threads(self) -> ThreadPoolExecutor:
        """Return the threads besides the caller's, started when they are first needed."""
        if self._pool is None:
            self._pool = ThreadPoolExecutor(self._num_threads - 1, "darla-render")
        return self._pool


def _check_numbers(what: str, numbers: np.ndarray, known: int) -> None:
    """Kernels believe all numbers, and would read other memory where there is no such instance."""
    if numbers.size and numbers.max() >= known:
        raise ValueError(
            f"scenes have {what} number {numbers.max()}, but there are {known}: add it to the set "
            "that is drawn with"
        )


def _most_polygons(scenes: SceneBatch, meshes: MeshSet) -> int:
    """Return how many polygons any of the worlds could show."""
    triangles = np.append(np.diff(meshes.arrays.triangle_start), 0)  # -1: nothing there
    there = np.arange(scenes.instances.meshes.shape[1]) < scenes.instances.count[:, None]
    of_instances = (triangles[scenes.instances.meshes] * there).sum(axis=1)
    return int((scenes.faces.count + of_instances).max())
