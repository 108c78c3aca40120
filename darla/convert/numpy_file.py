"""NumPy files: ``.npy`` of frames, and ``.npz`` of frames and what belongs to them.

An ``.npz`` holds ``frames`` uint8 (N, H, W, 3) and, each along N and where there is any,
``actions`` (N,) whole numbers or (N, d) numbers, ``rewards`` (N,), ``episode_starts`` (N,) bool,
``factors`` (N, F) or ``factors/<name>`` (N,). Actions and rewards are those that led to a frame, as
in frame datasets. Objects are never unpickled, and frames are read a few at a time.
"""

import io
import tokenize
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np

from darla.convert.decoding import check_sides, fit
from darla.convert.origin import FILE, checked_origin, origin_json, still_true
from darla.convert.recording import (
    ReadOptions,
    Recording,
    WriteOptions,
    block_of,
    block_rows,
    plain_factor,
)
from darla.frames.attributes import MOST_ACTION_NUMBERS, FactorDescription, check_factor_names
from darla.frames.writer import FrameChunk
from darla.running.checked_json import LARGEST_JSON, parse_json

SUFFIXES = (".npy", ".npz")

_BROKEN = (
    OSError,
    ValueError,
    EOFError,
    zipfile.BadZipFile,
    zlib.error,
    RuntimeError,  # of a zip with a password; NotImplementedError, of another compression
    SyntaxError,  # of headers, which NumPy reads as literals
    tokenize.TokenError,
    OverflowError,
)
_MOST_FACTORS = 10_000


def recognises(path: Path) -> bool:
    """Whether a path is called as NumPy's files are."""
    return path.suffix.lower() in SUFFIXES and path.is_file()


def read(path: Path, options: ReadOptions) -> Recording:
    """Read a NumPy file; a ValueError where it is damaged or its arrays are of another form."""
    return _read_npy(path, options) if path.suffix.lower() == ".npy" else _read_npz(path, options)


def _read_npy(path: Path, options: ReadOptions) -> Recording:
    """Read the frames of an ``.npy`` file, which the operating system brings in as needed."""
    try:
        frames = np.load(path, mmap_mode="r", allow_pickle=False)
    except _BROKEN as error:
        raise ValueError(f"{path} cannot be read as a NumPy array ({error})") from error
    stored = _check_frames(frames.shape, frames.dtype, str(path))
    size = options.size or stored
    rows = block_rows(stored)

    def blocks() -> Iterator[FrameChunk]:
        for start in range(0, len(frames), rows):
            part = np.ascontiguousarray(frames[start : start + rows])
            starts = np.arange(start, start + len(part)) == 0
            yield block_of(fit(part, size, options.size, path), starts)

    return Recording(len(frames), size, blocks)


@dataclass(frozen=True)
class _Header:
    """What the beginning of an array in an ``.npz`` says."""

    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    start: int
    """Bytes before the first number."""


def _read_npz(path: Path, options: ReadOptions) -> Recording:
    """Read the arrays of an ``.npz`` file; all but the frames at once."""
    try:
        with zipfile.ZipFile(path) as file:
            headers = {
                name.removesuffix(".npy"): _header(file, name)
                for name in file.namelist()
                if name.endswith(".npy")
            }
            if "frames" not in headers:
                raise ValueError(f"it has no array 'frames', but {', '.join(headers) or 'none'}")
            shape, dtype = headers["frames"].shape, headers["frames"].dtype
            stored = _check_frames(shape, dtype, "its array 'frames'")
            arrays = {
                name: _array(file, name, header, shape[0])
                for name, header in headers.items()
                if name in ("actions", "rewards", "episode_starts", "factors")
                or name.startswith("factors/")
            }
            origin = _origin(file, path)
    except _BROKEN as error:
        raise ValueError(f"{path} cannot be read as an .npz file: {error}") from error
    return _recording(path, options, (headers["frames"], stored), arrays, origin)


def _recording(
    path: Path,
    options: ReadOptions,
    frames: tuple[_Header, tuple[int, int]],
    arrays: dict[str, np.ndarray],
    origin: dict[str, Any] | None,
) -> Recording:
    """Return what was found in an ``.npz`` file as a recording."""
    header, stored = frames
    count, size, rows = header.shape[0], options.size or stored, block_rows(stored)
    vectors = arrays.pop("actions") if arrays.get("actions", np.empty(0)).ndim == 2 else None
    described = _factors(arrays, origin, path)
    columns = [arrays[f"factors/{name}"].astype(np.float32) for name in described]
    factors = np.stack(columns, axis=1) if columns else np.empty((count, 0), np.float32)
    starts = arrays.get("episode_starts", np.arange(count) == 0)
    actions = arrays.get("actions", np.full(count, -1)).astype(np.int64)
    rewards = arrays.get("rewards", np.zeros(count)).astype(np.float32)

    def blocks() -> Iterator[FrameChunk]:
        for start, pictures in _frame_blocks(path, header, rows):
            part = slice(start, start + len(pictures))
            yield FrameChunk(
                fit(pictures, size, options.size, path),
                factors[part],
                actions[part],
                rewards[part],
                starts[part],
                None if vectors is None else vectors[part].astype(np.float32),
            )

    action_size = 0 if vectors is None else vectors.shape[1]
    return Recording(count, size, blocks, described, action_size, still_true(origin, count))


def _frame_blocks(path: Path, header: _Header, rows: int) -> Iterator[tuple[int, np.ndarray]]:
    """Yield where frames begin, and so many of them: uint8 (n, H, W, 3)."""
    count, *shape = header.shape
    try:
        with zipfile.ZipFile(path) as file, file.open("frames.npy") as stream:
            stream.read(header.start)
            for start in range(0, count, rows):
                number = min(rows, count - start)
                data = _exactly(stream, number * int(np.prod(shape)))
                yield start, np.frombuffer(data, np.uint8).reshape(number, *shape).copy()
    except _BROKEN as error:
        raise ValueError(f"the frames of {path} cannot be read: {error}") from error


def _header(file: zipfile.ZipFile, name: str) -> _Header:
    """Read what an array says of itself, and check that it is as long as that."""
    with file.open(name) as stream:
        version = np.lib.format.read_magic(stream)
        read_header = {
            (1, 0): np.lib.format.read_array_header_1_0,
            (2, 0): np.lib.format.read_array_header_2_0,
        }.get(version)
        if read_header is None:
            raise ValueError(f"its array {name} is of version {version} of NumPy's format")
        shape, by_columns, dtype = read_header(stream)
        start = stream.tell()
    if dtype.hasobject:
        raise ValueError(f"its array {name} holds Python objects, which are never unpickled")
    if by_columns and len(shape) > 1:
        raise ValueError(f"its array {name} is in Fortran's order; save np.ascontiguousarray of it")
    expected = start + int(np.prod(shape, dtype=object)) * dtype.itemsize
    if file.getinfo(name).file_size != expected:
        raise ValueError(f"its array {name} has not the {expected:,} bytes that its shape asks for")
    return _Header(shape, dtype, start)


def _array(file: zipfile.ZipFile, name: str, header: _Header, count: int) -> np.ndarray:
    """Read an array that goes along the frames; a ValueError where it is of another form."""
    kinds, most = {"actions": ("iuf", 2), "episode_starts": ("b", 1), "factors": ("iuf", 2)}.get(
        name, ("iuf", 1)
    )
    shape, dtype = header.shape, header.dtype
    whole = name != "actions" or len(shape) == 2 or dtype.kind in "iu"
    if dtype.kind not in kinds or not 1 <= len(shape) <= most or not whole:
        expected = {
            "actions": "(N,) whole numbers or (N, d) numbers",
            "episode_starts": "(N,) bool",
            "factors": "(N, F) numbers",
        }.get(name, "(N,) numbers")
        raise ValueError(f"its array {name!r} is {dtype} of {shape}; expected {expected}")
    if shape[0] != count or not all(0 < side <= MOST_ACTION_NUMBERS for side in shape[1:]):
        raise ValueError(f"its array {name!r} is of {shape}, beside {count:,} frames")
    with file.open(f"{name}.npy") as stream:
        stream.read(header.start)
        data = _exactly(stream, int(np.prod(shape)) * dtype.itemsize)
    return np.frombuffer(data, dtype).reshape(shape)


def _exactly(stream: IO[bytes], size: int) -> bytes:
    """Read so many bytes; a ValueError where there are fewer."""
    data = stream.read(size)
    if len(data) != size:
        raise ValueError(f"it ends after {len(data):,} of {size:,} bytes")
    return data


def _origin(file: zipfile.ZipFile, path: Path) -> dict[str, Any] | None:
    """Return what darla wrote about the frames, where it wrote the file."""
    if FILE not in file.namelist():
        return None
    if file.getinfo(FILE).file_size > LARGEST_JSON:
        raise ValueError(f"its entry {FILE} has more than {LARGEST_JSON:,} bytes")
    return checked_origin(parse_json(file.read(FILE), f"its entry {FILE}"), path / FILE)


def _factors(
    arrays: dict[str, np.ndarray], origin: dict[str, Any] | None, path: Path
) -> dict[str, FactorDescription]:
    """Describe the factors in arrays, and split those of one array into ``factors/<i>``."""
    table = arrays.pop("factors", None)
    if table is not None:
        for index, column in enumerate(table.reshape(len(table), -1).T):
            arrays[f"factors/factor_{index}"] = column
    names = [name.removeprefix("factors/") for name in arrays if name.startswith("factors/")]
    if len(names) > _MOST_FACTORS:
        raise ValueError(f"{path} has {len(names):,} factors; expected at most {_MOST_FACTORS:,}")
    check_factor_names(names)
    known = {} if origin is None else origin["factors"]
    order = [*(name for name in known if name in names), *(n for n in names if n not in known)]
    return {name: known.get(name, plain_factor()) for name in order}


def _check_frames(shape: tuple[int, ...], dtype: np.dtype[Any], what: str) -> tuple[int, int]:
    """Return height and width of frames; a ValueError where an array holds something else."""
    if dtype != np.uint8 or len(shape) != 4 or shape[-1] != 3 or not all(shape):
        raise ValueError(f"{what} is {dtype} of {shape}; expected frames uint8 (N, H, W, 3)")
    check_sides((shape[1], shape[2]), what)
    return shape[1], shape[2]


def write(recording: Recording, path: Path, options: WriteOptions) -> None:
    """Write an ``.npz`` file, not compressed; frames go to it block by block."""
    parts: dict[str, list[np.ndarray]] = {}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as file:
        with file.open("frames.npy", "w", force_zip64=True) as stream:
            header = {
                "descr": "|u1",
                "fortran_order": False,
                "shape": (recording.num_frames, *recording.size, 3),
            }
            np.lib.format.write_array_header_1_0(stream, header)
            for block in recording.blocks():
                stream.write(np.ascontiguousarray(block.frames).data)
                vectors = block.action_vectors
                columns = zip(recording.factors, block.factors.T, strict=True)
                for name, values in {
                    "actions": block.actions if vectors is None else vectors,
                    "rewards": block.rewards,
                    "episode_starts": block.episode_starts,
                    **{f"factors/{name}": column for name, column in columns},
                }.items():
                    parts.setdefault(name, []).append(np.array(values))
        for name, pieces in parts.items():
            array = io.BytesIO()
            np.save(array, np.concatenate(pieces), allow_pickle=False)
            file.writestr(f"{name}.npy", array.getvalue())
        file.writestr(FILE, origin_json(recording))
