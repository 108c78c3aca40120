"""Write and read the files of a Zarr array's chunks, byte for byte as Zarr writes them.

Zarr takes every chunk through an event loop and several threads. For the small arrays of a frame
dataset, a value a frame, that costs far more than compressing and writing them. And Zarr decodes
with whatever codec a file names, into as many bytes as a file asks for, and takes a chunk that is
missing for zeros; what is read here has one codec, a size that is known before, and all chunks.
"""

import os
from pathlib import Path
from typing import Any

import numpy as np
from numcodecs import Zstd
from numcodecs.checksum32 import CRC32C

from darla.frames.array_layout import ArrayLayout
from darla.stores.folders import Folder

# Measured on frames of rooms: zstd's level 1 takes 7 ms for 1,000 of them. Higher levels save 4% of
# the bytes for half as much time again; Blosc with zstd, shuffled or not, takes twice the time.
ZSTD_LEVEL = 1
"""Of arrays whose chunks :func:`write_chunk_file` writes."""


def write_chunk_file(array: Path, index: int, values: np.ndarray, rows: int) -> None:
    """Write one chunk of an array that is cut along its first axis, and sync it to the disk.

    The array's folder is in Zarr's format 3, with zstd of :data:`ZSTD_LEVEL` and a CRC-32C
    checksum, little-endian. Values are (n, ...) of its dtype, n at most ``rows``, those of a chunk;
    Zarr's files are of whole chunks, so zeros follow those of the last one.
    """
    place = array / chunk_name(index, values.ndim)
    place.parent.mkdir(parents=True, exist_ok=True)
    temporary = place.with_name(f"{place.name}.{os.getpid()}.partial")
    try:
        with open(temporary, "wb") as file:
            file.write(encoded_chunk(values, rows))
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, place)
    finally:
        temporary.unlink(missing_ok=True)


def chunk_name(index: int, ndim: int) -> str:
    """Return the file, in an array's folder, of a chunk that is cut along the first of its axes."""
    return "/".join(["c", str(index), *["0"] * (ndim - 1)])


def read_chunk_file(folder: Folder, array: str, index: int, layout: ArrayLayout) -> np.ndarray:
    """Read one chunk of an array of a dataset's folder, as :func:`encoded_chunk` makes them.

    Returns:
        Of ``layout.chunk_shape`` and dtype, a fresh array.

    Raises:
        OSError: there is no such file, or it cannot be read.
        ValueError: it is something else than a chunk of this layout.
    """
    most = layout.chunk_bytes + layout.chunk_bytes // 128 + 1024  # zstd never needs more
    data = folder.read(f"{array}/{chunk_name(index, len(layout.shape))}", most)
    values = np.empty(layout.chunk_shape, np.dtype(layout.dtype).newbyteorder("<"))
    try:
        frame = CRC32C(location="end").decode(data)
        size = content_size(bytes(memoryview(frame)[:18]))
        if size != values.nbytes:
            raise ValueError(f"it holds {size} bytes, expected {values.nbytes}")
        Zstd(level=ZSTD_LEVEL).decode(frame, values)
    except (RuntimeError, ValueError) as error:  # wrong checksum, or not what zstd wrote
        raise ValueError(f"chunk {index}: {error}") from error
    return values.astype(layout.dtype, copy=False)


def content_size(frame: bytes) -> int | None:
    """Return how many bytes a zstd frame says that it holds, from its first 18 bytes.

    None where it does not say: frames written in one piece do. See RFC 8878, section 3.1.1.1.
    """
    if len(frame) < 6 or frame[:4] != b"\x28\xb5\x2f\xfd":
        return None
    descriptor = frame[4]
    single_segment = bool(descriptor & 0x20)
    start = 5 + (not single_segment) + (0, 1, 2, 4)[descriptor & 3]
    width = (int(single_segment), 2, 4, 8)[descriptor >> 6]
    if width == 0 or len(frame) < start + width:
        return None
    size = int.from_bytes(frame[start : start + width], "little")
    return size + 256 if width == 2 else size


def encoded_chunk(values: np.ndarray, rows: int) -> Any:
    """Return the bytes of a chunk file: zeros after the last row, compressed, with a checksum."""
    if len(values) < rows:
        padded = np.zeros((rows, *values.shape[1:]), dtype=values.dtype)
        padded[: len(values)] = values
        values = padded
    little_endian = np.ascontiguousarray(values, dtype=values.dtype.newbyteorder("<"))
    return CRC32C(location="end").encode(Zstd(level=ZSTD_LEVEL).encode(little_endian))
