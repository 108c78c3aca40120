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

from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from darla.frames.array_layout import ACTION_VECTORS, ArrayLayout, array_layouts, check_array
from darla.frames.attributes import COLLECT_AGAIN, is_finished, read_attributes
from darla.frames.chunk_files import chunk_path, read_chunk_file
from darla.running.names import nearest

_THREADS = 4  # zstd lets other threads go on meanwhile
_WORTH_A_THREAD = 1 << 18  # bytes of a chunk


class FrameDataset:
    """A finished frame dataset, opened for reading; see :meth:`open`."""

    path: Path
    attributes: dict[str, Any]
    """How it was made; see :data:`darla.frames.attributes.ATTRIBUTES`."""
    shape: tuple[int, int, int, int]
    """(N, H, W, 3)."""
    chunk_size: int
    """Frames in a chunk; reading whole chunks is fastest."""

    def __init__(self, path: Path, attributes: dict[str, Any]) -> None:
        self.path = path
        self.attributes = attributes
        self._layouts = array_layouts(attributes)
        frames = self._layouts["frames"]
        count, height, width, channels = frames.shape
        self.shape = count, height, width, channels
        self.chunk_size = frames.rows

    @classmethod
    def open(cls, path: Path | str) -> "FrameDataset":
        """Open the dataset in a folder.

        Raises:
            FileNotFoundError: there is nothing at ``path``.
            ValueError: what is there is something else, of a newer version, or not finished.
        """
        path = Path(path)
        if path.is_file():  # a contact sheet, say, which lies beside its dataset
            raise ValueError(
                f"{path} is a file, and a frame dataset is a folder; give folders, such as "
                f"{path.parent / '*'}/ in place of {path.parent / '*'}"
            )
        attributes = read_attributes(path)
        if attributes is None:
            near = nearest(
                path.name, [each.parent.name for each in path.parent.glob("*/zarr.json")]
            )
            raise FileNotFoundError(
                f"there is no frame dataset at {path}; {near}collect one with darla collect"
            )
        if not is_finished(attributes):
            raise ValueError(
                f"the frame dataset {path} is not finished; "
                "run the command that collected it again: it continues where it stopped"
            )
        dataset = cls(path, attributes)
        for name, layout in dataset._layouts.items():
            check_array(path / name, layout)
            dataset._check_complete(name, layout)
        return dataset

    def _check_complete(self, name: str, layout: ArrayLayout) -> None:
        """Check that every chunk of an array has a file."""
        files = (
            chunk_path(self.path / name, index, len(layout.shape))
            for index in range(layout.num_chunks)
        )
        missing = sum(not file.is_file() for file in files)
        if missing:
            raise ValueError(
                f"the frame dataset {self.path} is damaged: the files of {missing} of "
                f"{layout.num_chunks} chunks are missing in {name}; {COLLECT_AGAIN}"
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
            values = read_chunk_file(self.path / name, index, layout)
            out[first - start : last - start] = values[first - index * rows : last - index * rows]

        chunks = range(start // rows, -(-stop // rows))
        try:
            if len(chunks) < 2 or layout.chunk_bytes < _WORTH_A_THREAD:
                for index in chunks:
                    fill(index)
            else:
                with ThreadPoolExecutor(_THREADS) as pool:
                    list(pool.map(fill, chunks))
        except (ValueError, OSError) as error:
            raise ValueError(
                f"the array {name!r} of the frame dataset {self.path} is damaged ({error}); "
                f"{COLLECT_AGAIN}"
            ) from error
        return out
