"""Write frame datasets chunk by chunk, so that a kill at any moment costs no finished chunk.

Several processes may write at once, each its own chunks: a chunk is one file for each array. When
these are on the disk, an empty file in the folder ``.finished`` says so; whatever else is found
after a kill is written again. When all chunks are finished, the number of them goes into the
dataset's attributes and ``.finished`` is removed, so that a finished dataset is pure Zarr. In an
object store, where nothing can be renamed, :mod:`darla.frames.stored_chunks` does all this.
Zarr itself is imported where a dataset is created or completed: who writes chunks does without.
"""

import glob
import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from darla.frames.array_layout import ACTION_VECTORS, DTYPES, array_layouts
from darla.frames.attributes import (
    FORMAT,
    SCHEMA,
    check_factor_names,
    num_chunks,
    read_attributes,
)
from darla.frames.chunk_files import ZSTD_LEVEL, write_chunk_file
from darla.frames.stored_chunks import (
    clear_markers,
    complete_stored,
    create_stored,
    is_complete,
    put_chunk,
    stored_chunks,
)
from darla.running.atomic import sync, write_bytes
from darla.stores.urls import Place, StoreUrl

if TYPE_CHECKING:
    from zarr import Group


@dataclass(frozen=True)
class FrameChunk:
    """The n frames of one chunk, and what belongs to them; see :mod:`darla.frames.dataset`."""

    frames: np.ndarray
    """(n, H, W, 3) uint8."""
    factors: np.ndarray
    """(n, F) float32, the columns in the order of the dataset's factors."""
    actions: np.ndarray
    """(n,) int64, -1 where there is none."""
    rewards: np.ndarray
    """(n,) float32."""
    episode_starts: np.ndarray
    """(n,) bool."""
    action_vectors: np.ndarray | None = None
    """(n, d) float32, NaN where there is none; None where actions are single whole numbers."""

    @classmethod
    def empty(
        cls, count: int, size: tuple[int, int], num_factors: int, action_size: int = 0
    ) -> "FrameChunk":
        """Make a chunk to be filled in, of ``count`` frames of height and width ``size``."""
        numbers = np.full((count, action_size), np.nan, dtype=np.float32)
        return cls(
            frames=np.zeros((count, *size, 3), dtype=np.uint8),
            factors=np.zeros((count, num_factors), dtype=np.float32),
            actions=np.full(count, -1, dtype=np.int64),
            rewards=np.zeros(count, dtype=np.float32),
            episode_starts=np.zeros(count, dtype=bool),
            action_vectors=numbers if action_size else None,
        )

    def __len__(self) -> int:
        """Return the number of frames."""
        return len(self.frames)


def create_frame_dataset(path: Place, attributes: dict[str, Any]) -> None:
    """Create a dataset without frames; it appears at ``path`` whole or not at all.

    The attributes are all of :data:`darla.frames.attributes.ATTRIBUTES` but format, schema and
    finished_chunks. A ValueError where the name of a factor cannot be the name of an array, an
    OSError where something is at ``path`` already that is no empty folder.
    """
    check_factor_names(attributes["factors"])
    if isinstance(path, StoreUrl):
        create_stored(path, _headers(attributes))
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.parent / f".{path.name}.{os.getpid()}.tmp"
    shutil.rmtree(temporary, ignore_errors=True)  # of a killed process with the same number
    try:
        _create_group(temporary, attributes)
        sync(temporary / "zarr.json")
        os.rename(temporary, path)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _headers(attributes: dict[str, Any]) -> dict[str, bytes]:
    """Return the files of a dataset without frames, by name."""
    with tempfile.TemporaryDirectory(prefix="darla-") as folder:
        _create_group(Path(folder), attributes)
        files = Path(folder).rglob("zarr.json")
        return {file.relative_to(folder).as_posix(): file.read_bytes() for file in files}


def _create_group(folder: Path, attributes: dict[str, Any]) -> None:
    """Create the files of a dataset without frames."""
    import zarr

    group = zarr.create_group(folder, zarr_format=3)
    _create_arrays(group, attributes)
    header = {"format": FORMAT, "schema": SCHEMA}
    group.update_attributes({**header, **attributes, "finished_chunks": 0})


def _create_arrays(group: "Group", attributes: dict[str, Any]) -> None:
    """Create the arrays of a dataset, without chunks."""
    from zarr.codecs import Crc32cCodec, ZstdCodec

    group.create_group("factors")
    for name, layout in array_layouts(attributes).items():
        group.create_array(
            name,
            shape=layout.shape,
            chunks=layout.chunk_shape,
            dtype=layout.dtype,
            compressors=[ZstdCodec(level=ZSTD_LEVEL), Crc32cCodec()],
        )


class FrameWriter:
    """Writes chunks into a dataset that :func:`create_frame_dataset` has made.

    Raises:
        FileNotFoundError: there is no dataset at ``path``.
        ValueError: there is something else.
    """

    def __init__(self, path: Place) -> None:
        attributes = read_attributes(path)
        if attributes is None:
            raise FileNotFoundError(f"there is no frame dataset at {path}")
        self._path = path
        self._attributes = attributes
        self._num_chunks = num_chunks(attributes)
        self._factor_names = list(attributes["factors"])
        self._layouts = array_layouts(attributes)

    def finished_chunks(self) -> set[int]:
        """Return the indices of the chunks that are wholly on the disk."""
        return finished_chunks(self._path)

    def write(self, index: int, chunk: FrameChunk) -> None:
        """Write a chunk, sync it to the disk, and mark it finished.

        An OSError where it could not be written (such as ENOSPC); it is not marked then.
        """
        columns = zip(self._factor_names, chunk.factors.T, strict=True)
        arrays = {
            **{name: getattr(chunk, name) for name in DTYPES},
            **{f"factors/{name}": column for name, column in columns},
        }
        if ACTION_VECTORS in self._layouts and chunk.action_vectors is not None:
            arrays[ACTION_VECTORS] = chunk.action_vectors
        if isinstance(self._path, StoreUrl):
            put_chunk(self._path, index, arrays, self._layouts)
            return
        try:
            # Chunks of nothing but zeros are written too, so that a missing file always means a
            # damaged dataset.
            for name, values in arrays.items():
                layout = self._layouts[name]
                values = values.astype(layout.dtype, copy=False)
                write_chunk_file(self._path / name, index, values, layout.rows)
            write_bytes(self._path / ".finished" / str(index), b"")
        except OSError as error:  # a full disk comes without the name of a file
            name = error.filename or str(self._path)
            raise OSError(error.errno, error.strerror or str(error), name) from error

    def complete(self) -> None:
        """Mark the dataset finished, and remove what an earlier kill may have left.

        A ValueError where chunks are missing.
        """
        if isinstance(self._path, StoreUrl) and is_complete(self._path):
            return  # by another process, which no lock can keep away
        missing = self._num_chunks - len(self.finished_chunks())
        if missing:
            raise ValueError(f"{self._path} still lacks {missing} chunks")
        if isinstance(self._path, StoreUrl):
            complete_stored(self._path, _headers(self._attributes), self._num_chunks)
            return
        import zarr

        group = zarr.open_group(self._path, mode="r+", zarr_format=3, use_consolidated=False)
        group.update_attributes({"finished_chunks": self._num_chunks})
        sync(self._path / "zarr.json")
        clear_leftovers(self._path)


def clear_leftovers(path: Place) -> None:
    """Remove from a finished dataset what only one that is being written needs."""
    if isinstance(path, StoreUrl):
        clear_markers(path)
        return
    for left_over in path.rglob("*.partial"):  # temporary files of chunks
        left_over.unlink()
    shutil.rmtree(path / ".finished", ignore_errors=True)
    for left_over in path.parent.glob(f".{glob.escape(path.name)}.*.tmp"):  # datasets half created
        shutil.rmtree(left_over, ignore_errors=True)


def finished_chunks(path: Place) -> set[int]:
    """Return the indices of the finished chunks of an unfinished dataset."""
    if isinstance(path, StoreUrl):
        return stored_chunks(path)
    return {int(marker.name) for marker in path.glob(".finished/[0-9]*")}
