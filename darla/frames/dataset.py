"""Frame datasets: folders of pictures with the true factors behind each.

A dataset is a Zarr v3 group. Its arrays, along N frames:

- ``frames`` (N, H, W, 3) uint8 RGB;
- ``factors/<name>`` (N,) float32: the true value of a factor; for a categorical one the index
  into its categories;
- ``actions`` (N,) int64: the action that led to the frame, -1 where there is none (the first
  frame of an episode, or actions that are not single whole numbers);
- ``action_vectors`` (N, d) float32, where actions are several numbers, d of them: the same,
  flattened; NaN where there is none;
- ``rewards`` (N,) float32: the reward that came with the frame;
- ``episode_starts`` (N,) bool: whether the frame is the first of its episode.

All are cut into chunks along N at the same places, compressed with zstd, and carry a CRC-32C
checksum for every chunk. The attributes say how the dataset was made; see
:data:`darla.frames.attributes.ATTRIBUTES`.
This module reads; :mod:`darla.frames.writer` writes.
"""

import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from darla.frames.array_layout import ACTION_VECTORS, ArrayLayout, array_layouts, check_array
from darla.frames.attributes import COLLECT_AGAIN, is_finished, read_attributes
from darla.frames.chunk_files import chunk_name, read_chunk_file
from darla.running.names import nearest
from darla.stores.folders import folder_at
from darla.stores.objects import StoredFolder, StoreError
from darla.stores.read_ahead import read_ahead
from darla.stores.urls import Place, StoreUrl, place

_WORTH_A_THREAD = 1 << 18  # bytes of a chunk on a disk
_BYTES_AT_ONCE = 1 << 28


class FrameDataset:
    """A finished frame dataset, opened for reading; see :meth:`open`."""

    path: Place
    """Its folder, or its URL in a store."""
    attributes: dict[str, Any]
    """How it was made; see :data:`darla.frames.attributes.ATTRIBUTES`."""
    shape: tuple[int, int, int, int]
    """(N, H, W, 3)."""
    chunk_size: int
    """Frames in a chunk; reading whole chunks is fastest."""

    chunks_ahead: int
    """How many chunks :meth:`chunks` reads before they are asked for; 0 on a disk."""

    def __init__(self, path: Place, attributes: dict[str, Any]) -> None:
        self.path = path
        self.attributes = attributes
        self._folder = folder_at(path)
        self._layouts = array_layouts(attributes)
        frames = self._layouts["frames"]
        count, height, width, channels = frames.shape
        self.shape = count, height, width, channels
        self.chunk_size = frames.rows
        self.chunks_ahead = self._at_once(frames) if isinstance(path, StoreUrl) else 0

    @classmethod
    def open(cls, path: str | os.PathLike[str]) -> "FrameDataset":
        """Open the dataset in a folder, or at a URL in a store, such as ``s3://bucket/rooms``.

        Raises:
            FileNotFoundError: there is nothing at ``path``.
            ValueError: what is there is something else, of a newer version, or not finished; or
                the URL cannot be used.
            StoreError: the store cannot be reached, or lets nobody in.
        """
        where = place(path)
        if isinstance(where, Path) and where.is_file():
            # a contact sheet, say, which lies beside its dataset
            raise ValueError(
                f"{where} is a file, and a frame dataset is a folder; give folders, such as "
                f"{where.parent / '*'}/ in place of {where.parent / '*'}"
            )
        attributes = read_attributes(where, to_read=True)
        if attributes is None:
            near = _nearest_beside(where)
            raise FileNotFoundError(
                f"there is no frame dataset at {where}; {near}collect one with darla collect"
            )
        if not is_finished(attributes):
            raise ValueError(
                f"the frame dataset {where} is not finished; "
                "run the command that collected it again: it continues where it stopped"
            )
        dataset = cls(where, attributes)
        for _ in read_ahead(dataset._check_array, dataset._layouts, dataset.chunks_ahead):
            pass
        dataset._check_complete()
        return dataset

    def _check_array(self, name: str) -> None:
        """Check what an array says of itself."""
        check_array(self._folder, name, self._layouts[name])

    def _check_complete(self) -> None:
        """Check that every chunk of every array has a file."""
        files = {
            f"{name}/{chunk_name(index, len(layout.shape))}": name
            for name, layout in self._layouts.items()
            for index in range(layout.num_chunks)
        }
        missing = [files[file] for file in self._folder.missing(files)]
        if missing:
            name = missing[0]
            raise ValueError(
                f"the frame dataset {self.path} is damaged: the files of {missing.count(name)} of "
                f"{self._layouts[name].num_chunks} chunks are missing in {name}; {COLLECT_AGAIN}"
            )

    @cached_property
    def factors(self) -> dict[str, np.ndarray]:
        """The true factors: (N,) float32 for each name; categories by their index."""
        return {name: self._read(f"factors/{name}") for name in self.attributes["factors"]}

    @cached_property
    def actions(self) -> np.ndarray:
        """(N,) int64: the action that led to each frame, -1 where there is none."""
        return self._read("actions")

    @cached_property
    def action_vectors(self) -> np.ndarray:
        """(N, d) float32: the action that led to each frame, NaN where there is none.

        d is 0 where actions are single whole numbers, and in datasets of earlier versions.
        """
        if not self.attributes.get("action_size"):
            return np.zeros((len(self), 0), np.float32)
        return self._read(ACTION_VECTORS)

    @cached_property
    def rewards(self) -> np.ndarray:
        """(N,) float32: the reward that came with each frame, 0 at the start of an episode."""
        return self._read("rewards")

    @cached_property
    def episode_starts(self) -> np.ndarray:
        """(N,) bool: whether each frame is the first of its episode."""
        return self._read("episode_starts")

    def __len__(self) -> int:
        """Return the number of frames N."""
        return self.shape[0]

    def read(self, start: int, stop: int) -> np.ndarray:
        """Read the frames from ``start`` to before ``stop``; uint8 (n, H, W, 3), a fresh array.

        A ValueError where the range is not within the dataset, or a chunk is damaged.
        """
        if not 0 <= start <= stop <= len(self):
            raise ValueError(f"frames {start} to {stop} are not within 0 to {len(self)}")
        return self._read("frames", slice(start, stop))

    def chunks(self, numbers: Iterable[int]) -> Iterator[np.ndarray]:
        """Yield the frames of chunks, in the order of their numbers, each as :meth:`read` does.

        From a store those that come next are fetched meanwhile, :attr:`chunks_ahead` at a time.
        """
        return read_ahead(self._read_chunk, numbers, self.chunks_ahead)

    def _read_chunk(self, number: int) -> np.ndarray:
        """Read the frames of one chunk."""
        start = int(number) * self.chunk_size
        return self.read(start, min(start + self.chunk_size, len(self)))

    def _at_once(self, layout: ArrayLayout) -> int:
        """Return how many chunks of an array are read at the same time, within some memory."""
        return max(1, min(self._folder.at_once, _BYTES_AT_ONCE // layout.chunk_bytes))

    def _read(self, name: str, part: slice = slice(None)) -> np.ndarray:
        """Read an array, or a part of it; a ValueError if it is damaged."""
        layout = self._layouts[name]
        start, stop, _ = part.indices(layout.shape[0])
        rows = layout.rows
        out = np.empty((stop - start, *layout.shape[1:]), layout.dtype)

        def fill(index: int) -> None:
            """Put the rows of one chunk where they belong."""
            first = max(start, index * rows)
            last = min(stop, (index + 1) * rows)
            values = read_chunk_file(self._folder, name, index, layout)
            out[first - start : last - start] = values[first - index * rows : last - index * rows]

        chunks = range(start // rows, -(-stop // rows))
        try:
            small = layout.chunk_bytes < _WORTH_A_THREAD and isinstance(self.path, Path)
            if len(chunks) < 2 or small:
                for index in chunks:
                    fill(index)
            else:
                # Neither zstd nor a request keeps other threads from going on.
                with ThreadPoolExecutor(self._at_once(layout)) as pool:
                    list(pool.map(fill, chunks))
        except StoreError:
            raise
        except (ValueError, OSError) as error:
            raise ValueError(
                f"the array {name!r} of the frame dataset {self.path} is damaged ({error}); "
                f"{COLLECT_AGAIN}"
            ) from error
        return out


def _nearest_beside(path: Place) -> str:
    """Suggest the dataset beside a path whose name is nearest."""
    if isinstance(path, StoreUrl):
        return StoredFolder(path).nearest_beside()
    return nearest(path.name, [each.parent.name for each in path.parent.glob("*/zarr.json")])
