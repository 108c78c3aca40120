"""The arrays of a frame dataset: their shapes, chunks and dtypes, and how Zarr describes them."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, NotRequired, TypedDict

import numpy as np

from darla.frames.attributes import COLLECT_AGAIN
from darla.running.checked_json import LARGEST_JSON, check_shape, parse_json
from darla.stores.folders import Folder

DTYPES = {"frames": "uint8", "actions": "int64", "rewards": "float32", "episode_starts": "bool"}
"""Of the arrays that every dataset has; each factor has one of float32 besides."""

ACTION_VECTORS = "action_vectors"
"""The array, float32, that datasets have besides where actions are several numbers."""


@dataclass(frozen=True)
class ArrayLayout:
    """An array that is cut into chunks along its first axis alone.

    Attributes:
        shape: of the whole array.
        rows: of a chunk along the first axis; zeros follow those of the last chunk.
        dtype: of NumPy; little-endian on the disk.
    """

    shape: tuple[int, ...]
    rows: int
    dtype: str

    @property
    def chunk_shape(self) -> tuple[int, ...]:
        """Return the shape of every chunk."""
        return (self.rows, *self.shape[1:])

    @property
    def num_chunks(self) -> int:
        """Return the number of chunks."""
        return -(-self.shape[0] // self.rows)

    @property
    def chunk_bytes(self) -> int:
        """Return the bytes of a chunk when it is not compressed."""
        return math.prod(self.chunk_shape) * np.dtype(self.dtype).itemsize


def array_layouts(attributes: Mapping[str, Any]) -> dict[str, ArrayLayout]:
    """Return the layout of each array that a dataset of these attributes has, by its name."""
    count: int = attributes["num_frames"]
    height, width = attributes["size"]
    rows = min(attributes["chunk_size"], count)
    factors = {f"factors/{name}": "float32" for name in attributes["factors"]}
    layouts = {
        name: ArrayLayout((count, height, width, 3) if name == "frames" else (count,), rows, dtype)
        for name, dtype in {**factors, **DTYPES}.items()
    }
    numbers: int = attributes.get("action_size") or 0
    if numbers:
        layouts[ACTION_VECTORS] = ArrayLayout((count, numbers), rows, "float32")
    return layouts


class _ChunkShape(TypedDict):
    chunk_shape: list[int]


class _ChunkGrid(TypedDict):
    name: Literal["regular"]
    configuration: _ChunkShape


class _KeyEncoding(TypedDict):
    name: Literal["default"]


class _Codec(TypedDict):
    name: Literal["bytes", "zstd", "crc32c"]
    configuration: NotRequired[dict[str, Any]]


class _ArrayMetadata(TypedDict):
    """What ``zarr.json`` says of an array of ours; codecs that are not ours are never looked up."""

    zarr_format: Literal[3]
    node_type: Literal["array"]
    shape: list[int]
    data_type: str
    chunk_grid: _ChunkGrid
    chunk_key_encoding: _KeyEncoding
    codecs: list[_Codec]


def check_array(folder: Folder, name: str, layout: ArrayLayout) -> None:
    """Check that an array of a dataset's folder is of a layout.

    Raises:
        ValueError: it is not; the message says what differs.
    """
    header = folder.path / name / "zarr.json"
    try:
        data = folder.read(f"{name}/zarr.json", LARGEST_JSON)
    except FileNotFoundError as error:
        raise ValueError(f"{header} is missing; {COLLECT_AGAIN}") from error
    said = check_shape(parse_json(data, str(header)), _ArrayMetadata, str(header), COLLECT_AGAIN)
    found = {
        "shape": said["shape"],
        "data_type": said["data_type"],
        "chunk_shape": said["chunk_grid"]["configuration"]["chunk_shape"],
        "codecs": [codec["name"] for codec in said["codecs"]],
    }
    expected = {
        "shape": list(layout.shape),
        "data_type": layout.dtype,
        "chunk_shape": list(layout.chunk_shape),
        "codecs": ["bytes", "zstd", "crc32c"],
    }
    for name, value in expected.items():
        if found[name] != value:
            raise ValueError(
                f"{header} is damaged: {name} is {str(found[name])[:60]}, expected {value}; "
                f"{COLLECT_AGAIN}"
            )
