"""From one format to another, frame by frame, into a place where there was nothing."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import tyro
from tqdm import tqdm

from darla.convert.decoding import check_asked_size
from darla.convert.formats import FORMATS, WRITABLE, find_format
from darla.convert.minari import local_store
from darla.convert.recording import ReadOptions, Recording, WriteOptions
from darla.frames.writer import FrameChunk
from darla.running.atomic import sync
from darla.running.exclusive import exclusive_name
from darla.running.names import unknown
from darla.running.progress import progress_bar
from darla.running.ranges import PositiveInt, check_ranges

_DARLA = "darla"


@dataclass(frozen=True)
class ConvertConfig:
    """Which frames to convert, from where, to what."""

    source: tyro.conf.Positional[str]
    """The frames: a NumPy file (.npy, .npz), a folder of PNG or JPEG files, a video or a folder of
    them, a LeRobot dataset of version 3.0, a Minari dataset or its name in Minari's store, or a
    frame dataset. Folders in a folder of pictures are episodes, and so is each video."""
    out: tyro.conf.Positional[Path]
    """Where to; nothing may be there yet."""
    to: str = _DARLA
    """What to write: darla (a frame dataset), minari, lerobot, npz, or pictures (a folder of PNG
    files)."""
    image_size: tuple[int, ...] = ()
    """Height and width that pictures are brought to, or one number for both; as they are when not
    given."""
    key: str | None = None
    """Which picture, or camera, where there are several."""
    chunk_size: PositiveInt | None = None
    """Frames in a chunk of a frame dataset; by default what the source had, or 1000."""
    fps: PositiveInt = 10
    """For lerobot: the frames in a second, which frame datasets do not know."""
    name: str | None = None
    """For minari and lerobot: what the dataset, or its task, is called; by default as the folder
    is, and in Minari's store as it must be there."""


@dataclass(frozen=True)
class Converted:
    """What a conversion made."""

    source: str
    """The source's format, in words."""
    recording: Recording
    """What was read."""
    lost: str
    """What the format that was written has no place for, in words; empty for nothing."""


def convert(config: ConvertConfig, *, progress: bool = False) -> Converted:
    """Read frames in one format, and write them in another.

    A few frames are in memory at a time, of Minari's format an episode. What is written appears
    whole at ``config.out``, or not at all.

    Args:
        config: what to convert.
        progress: show a bar with frames a second and the time left.

    Raises:
        FileNotFoundError: there is no source.
        ValueError: the source is damaged or of no known format, something is at ``config.out``, or
            a library is missing.
        OSError: it cannot be written, as on a full disk.
    """
    check_ranges(config)
    if config.to not in WRITABLE:
        raise unknown("format to write", config.to, WRITABLE)
    size = check_asked_size(config.image_size)
    written = FORMATS[config.to]
    assert written.write is not None
    out = Path(config.out)
    if config.to == "npz" and out.suffix.lower() != ".npz":
        raise ValueError(f"{out} is to be an .npz file; give it a name that ends so")
    found, path = find_format(config.source)
    if out.resolve().is_relative_to(path.resolve()):
        raise ValueError(f"{out} lies within {path}, which is read; write elsewhere")
    recording = found.read(path, ReadOptions(size, config.key))
    options = WriteOptions(config.chunk_size, config.fps, config.name or _name(config, path))
    with exclusive_name(out):
        temporary = _temporary(out)
        try:
            with progress_bar(recording.num_frames, "frames", shown=progress) as bar:
                written.write(_counted(recording, bar, path), temporary, options)
            for each in [temporary, *temporary.rglob("*")]:
                if each.is_file():
                    sync(each)
            os.rename(temporary, out)
        finally:
            _remove(temporary)
    sync(out.parent)
    return Converted(found.what, recording, written.loses)


def _name(config: ConvertConfig, path: Path) -> str:
    """Return what the data are called where nobody said it."""
    if config.to == _DARLA:
        return str(path)
    if config.to != "minari":
        return config.out.stem
    out, store = config.out.resolve(), local_store().resolve()
    if out.is_relative_to(store):
        return out.relative_to(store).as_posix()
    plain = "".join(each if each.isalnum() or each in "-_" else "_" for each in out.name)
    return f"{plain}-v0"


def _temporary(out: Path) -> Path:
    """Return a path beside ``out`` to write to; a ValueError where something is at ``out``."""
    if out.exists() and not (out.is_dir() and not any(out.iterdir())):
        raise ValueError(f"something is at {out} already, which is left as it is; write elsewhere")
    if out.is_dir():
        out.rmdir()
    temporary = out.parent / f".{out.name}.tmp"
    _remove(temporary)  # of a process that was killed
    return temporary


def _remove(path: Path) -> None:
    """Remove a file or folder, if there is one."""
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _counted(recording: Recording, bar: "tqdm[Any]", path: Path) -> Recording:
    """Return a recording that moves a bar, and whose frames are as many as it says."""

    def blocks() -> Iterator[FrameChunk]:
        count = 0
        for block in recording.blocks():
            count += len(block)
            if count > recording.num_frames:
                break
            yield block
            bar.update(len(block))
        if count != recording.num_frames:
            raise ValueError(
                f"{path} has {'more' if count > recording.num_frames else f'{count:,}'} frames, "
                f"and says that it has {recording.num_frames:,}; it is damaged"
            )

    return replace(recording, blocks=blocks)
