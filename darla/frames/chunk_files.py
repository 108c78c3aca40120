"""Write the files of a Zarr array's chunks, byte for byte as Zarr writes them, in less time.

Zarr takes every chunk through an event loop and several threads. For the small arrays of a frame
dataset, a value a frame, that costs far more than compressing and writing them.
"""

import os
from pathlib import Path
from typing import Any

import numpy as np
from numcodecs import Zstd
from numcodecs.checksum32 import CRC32C

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
    place = array / "c" / Path(str(index), *["0"] * (values.ndim - 1))
    place.parent.mkdir(parents=True, exist_ok=True)
    temporary = place.with_name(f"{place.name}.{os.getpid()}.partial")
    try:
        with open(temporary, "wb") as file:
            file.write(_encoded(values, rows))
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, place)
    finally:
        temporary.unlink(missing_ok=True)


def _encoded(values: np.ndarray, rows: int) -> Any:
    """Return the bytes of a chunk file: zeros after the last row, compressed, with a checksum."""
    if len(values) < rows:
        padded = np.zeros((rows, *values.shape[1:]), dtype=values.dtype)
        padded[: len(values)] = values
        values = padded
    little_endian = np.ascontiguousarray(values, dtype=values.dtype.newbyteorder("<"))
    return CRC32C(location="end").encode(Zstd(level=ZSTD_LEVEL).encode(little_endian))
