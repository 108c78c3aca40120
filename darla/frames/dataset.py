"""Frame datasets: folders of pictures with the true factors behind each.

A dataset is a Zarr v3 group. Its arrays, along N frames:

- ``frames`` (N, H, W, 3) uint8 RGB;
- ``factors/<name>`` (N,) float32: the true value of a factor; for a categorical one the index
  into its categories;
- ``actions`` (N,) int64: the action that led to the frame, -1 where there is none (the first
  frame of an episode, or actions that are not single whole numbers);
- ``rewards`` (N,) float32: the reward that came with the frame;
- ``episode_starts`` (N,) bool: whether the frame is the first of its episode.

All are cut into chunks along N at the same places, compressed with zstd, and carry a CRC-32C
checksum for every chunk. The attributes say how the dataset was made; see
:data:`darla.frames.attributes.ATTRIBUTES`.
This module reads; :mod:`darla.frames.writer` writes.
"""

from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import zarr

from darla.frames.attributes import is_finished, read_attributes


class FrameDataset:
    """A finished frame dataset, opened for reading; see :meth:`open`."""

    path: Path
    attributes: dict[str, Any]
    """How it was made; see :data:`darla.frames.attributes.ATTRIBUTES`."""
    shape: tuple[int, int, int, int]
    """(N, H, W, 3)."""
    chunk_size: int
    """Frames in a chunk; reading whole chunks is fastest."""

    def __init__(self, path: Path, attributes: dict[str, Any], group: zarr.Group) -> None:
        self.path = path
        self.attributes = attributes
        self._group = group
        frames = _array(group, "frames")
        count, height, width, channels = frames.shape
        self.shape = count, height, width, channels
        self.chunk_size = int(frames.chunks[0])

    @classmethod
    def open(cls, path: Path | str) -> "FrameDataset":
        """Open the dataset in a folder.

        Raises:
            FileNotFoundError: there is nothing at ``path``.
            ValueError: what is there is something else, of a newer version, or not finished.
        """
        path = Path(path)
        attributes = read_attributes(path)
        if attributes is None:
            raise FileNotFoundError(
                f"there is no frame dataset at {path}; collect one with darla collect"
            )
        if not is_finished(attributes):
            raise ValueError(
                f"the frame dataset {path} is not finished; "
                "run the command that collected it again: it continues where it stopped"
            )
        dataset = cls(path, attributes, zarr.open_group(path, mode="r"))
        dataset._check_complete()
        return dataset

    def _check_complete(self) -> None:
        """Check that every chunk has a file."""
        # A chunk without a file would be read as zeros, without any error.
        frames = _array(self._group, "frames")
        missing = frames.nchunks - frames.nchunks_initialized
        if missing:
            raise ValueError(
                f"the frame dataset {self.path} is damaged: the files of {missing} of "
                f"{frames.nchunks} chunks are missing; delete it and collect it again"
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
        try:
            return np.asarray(_array(self._group, name)[part])
        except (ValueError, RuntimeError) as error:  # wrong checksum, or not what zstd wrote
            raise ValueError(
                f"the array {name!r} of the frame dataset {self.path} is damaged ({error}); "
                "delete the dataset and collect it again"
            ) from error


def _array(group: zarr.Group, name: str) -> zarr.Array[Any]:
    """Return an array of a group; a ValueError if there is something else."""
    array = group[name]
    if not isinstance(array, zarr.Array):
        raise ValueError(f"{name} is not an array")
    return array
