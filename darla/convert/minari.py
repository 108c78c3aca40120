"""Minari datasets: episodes of observations, actions and rewards, in a folder.

Its layout is read and written as Minari 0.5.4 does, without Minari: that makes environments, which
runs code, where a dataset does not hold its spaces. Written are Arrow files with zstd, each episode
one, with pictures as numbers (``jpeg_encoding`` false), so that every byte comes back.

An episode's rewards and actions are those of its steps; factors are in the infos of each frame, as
``factor.NAME``. How an episode ended is not known to frame datasets, and written as truncated.
"""

import json
import os
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any, Literal, NotRequired, TypedDict

import numpy as np

from darla.convert.decoding import check_sides, fit
from darla.convert.led_and_taken import check_starts, led_to
from darla.convert.minari_files import (
    FACTOR,
    StoredForm,
    StoredRows,
    read_arrow,
    read_hdf5,
)
from darla.convert.minari_spaces import (
    action_size,
    action_space_text,
    picture_space_text,
    read_space,
)
from darla.convert.origin import FILE, origin_json, read_origin, still_true
from darla.convert.recording import (
    ReadOptions,
    Recording,
    WriteOptions,
    block_rows,
    in_episodes,
)
from darla.frames.pictures import find_picture
from darla.frames.writer import FrameChunk
from darla.running.checked_json import Count, read_checked, read_json
from darla.running.extras import extra

METADATA = "metadata.json"
_VERSION = "0.5.4"
_NAME = re.compile(r"(?:[-\w]+/)*[-\w]+-v\d+")
_MOST_ROWS = 1 << 17
"""Of an episode, that Minari reads in one piece."""
_MOST_BYTES = 1 << 30
"""Of an episode's frames, which are in memory while it is written."""


class _Metadata(TypedDict):
    """``metadata.json`` of a dataset."""

    total_episodes: Count
    total_steps: Count
    data_format: NotRequired[Literal["arrow", "parquet", "hdf5"]]
    observation_space: str
    action_space: str


def local_dataset(name: str) -> Path | None:
    """Return the folder of a dataset in Minari's local store; None where there is none."""
    if not _NAME.fullmatch(name):
        return None
    folder = local_store() / name
    return folder if recognises(folder) else None


def local_store() -> Path:
    """Return the folder in which Minari keeps its datasets."""
    named = os.environ.get("MINARI_DATASETS_PATH")
    return Path(named) if named else Path.home() / ".minari/datasets"


def recognises(path: Path) -> bool:
    """Whether a Minari dataset is at a path: its folder, or the folder ``data`` in it."""
    header = _data_folder(path) / METADATA
    return header.is_file() and "total_episodes" in dict(_mapping(header))


def _mapping(header: Path) -> dict[str, Any]:
    """Return what a JSON file holds, if it is a mapping."""
    try:
        said = read_json(header)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def _data_folder(path: Path) -> Path:
    """Return the folder that holds the episodes."""
    return path / "data" if (path / "data" / METADATA).is_file() else path


def read(path: Path, options: ReadOptions) -> Recording:
    """Read a Minari dataset.

    Raises:
        ValueError: it is damaged, its observations hold no picture, or several and no key, or its
            spaces are not in it.
    """
    folder = _data_folder(path)
    header = folder / METADATA
    said = read_checked(header, _Metadata, "save it again with Minari, which adds its spaces")
    space = read_space(said["observation_space"], f"observation_space of {header}")
    picture = find_picture(space, options.key)
    stored: Any = space if picture.key is None else space[picture.key]  # type: ignore[index]
    check_sides(picture.shape[:2], str(header))
    actions = read_space(said["action_space"], f"action_space of {header}")
    numbers = action_size(actions)
    count = said["total_steps"] + said["total_episodes"]
    if not said["total_episodes"]:
        raise ValueError(f"{path} has no episodes")
    origin = still_true(read_origin(_data_folder(path).parent / FILE), count)
    factors = origin.get("factors", {})
    form = StoredForm(
        picture,
        stored.dtype,
        stored.shape,
        None if numbers is None else actions,
        list(factors),
    )
    stored_size = picture.shape[0], picture.shape[1]
    size = options.size or stored_size

    def blocks() -> Iterator[FrameChunk]:
        kind, rows_at_once = said.get("data_format", "hdf5"), block_rows(stored_size)
        with _opened(folder, kind, form, rows_at_once) as rows:
            for episode in range(said["total_episodes"]):
                yield from _led(rows(episode), form, numbers, (size, options.size, path))

    left_out = () if numbers is not None else (f"actions, which are {str(actions)[:60]}",)
    return Recording(count, size, blocks, factors, numbers or 0, origin, left_out)


class _Hdf5(AbstractContextManager["_Hdf5"]):
    """The episodes of an HDF5 file, which is open in a block."""

    def __init__(self, path: Path, form: StoredForm, rows: int) -> None:
        h5py = extra("h5py", "minari", "datasets of Minari in HDF5")
        try:
            if not path.is_file():
                raise OSError("it is no regular file")
            self._file = h5py.File(path, "r")
        except OSError as error:
            raise ValueError(f"{path} cannot be read ({error}); download it again") from error
        self._form, self._rows = form, rows

    def __call__(self, episode: int) -> Iterator[StoredRows]:
        """Read an episode."""
        return read_hdf5(self._file, episode, self._form, self._rows)

    def __exit__(self, *_: object) -> None:
        """Close the file."""
        self._file.close()


def _opened(
    folder: Path, data_format: str, form: StoredForm, rows: int
) -> AbstractContextManager[Callable[[int], Iterator[StoredRows]]]:
    """Open a dataset's episodes, to be read by their numbers."""
    if data_format == "hdf5":
        return _Hdf5(folder / "main_data.hdf5", form, rows)
    return nullcontext(lambda episode: read_arrow(folder / str(episode), form, rows))


def _led(
    episode: Iterator[StoredRows],
    form: StoredForm,
    action_size: int | None,
    sizes: tuple[tuple[int, int], tuple[int, int] | None, Path],
) -> Iterator[FrameChunk]:
    """Yield the rows of an episode with the actions and rewards that led to them."""
    action: np.ndarray | None = None
    reward: np.ndarray | None = None
    begins = True
    for rows in episode:
        starts = np.zeros(len(rows.pictures), bool)
        starts[0] = begins
        taken = np.full(len(starts), -1) if rows.actions is None else rows.actions
        led = led_to(taken, starts, action, np.nan if action_size else -1)
        factors = [rows.factors[name] for name in form.factors]
        yield FrameChunk(
            fit(rows.pictures, *sizes),
            np.stack(factors, axis=1) if factors else np.empty((len(starts), 0), np.float32),
            np.full(len(starts), -1) if action_size else led,
            led_to(rows.rewards, starts, reward, 0),
            starts,
            led if action_size else None,
        )
        action, reward, begins = taken[-1], rows.rewards[-1], False


def write(recording: Recording, path: Path, options: WriteOptions) -> None:
    """Write a Minari dataset; its episodes are in memory one at a time.

    A ValueError where an episode is longer than Minari reads in one piece.
    """
    pa = extra("pyarrow", "minari", "datasets of Minari")
    data = path / "data"
    data.mkdir(parents=True)
    most = max(1, min(_MOST_ROWS, _MOST_BYTES // (recording.size[0] * recording.size[1] * 3)))
    episodes, steps, least, largest = 0, 0, 0, 0
    for episode in in_episodes(recording.blocks(), most):
        check_starts(episode, recording.action_size)
        taken = _taken(episode)
        if len(taken) and taken.ndim == 1:
            least, largest = min(least, int(taken.min())), max(largest, int(taken.max()))
        folder = data / str(episodes)
        folder.mkdir()
        batch = _record_batch(pa, recording, episode, taken)
        _write_arrow(pa, folder / "part-0.arrow", batch)
        said = {"id": episodes, "total_steps": len(taken)}
        (folder / METADATA).write_text(json.dumps(said))
        episodes, steps = episodes + 1, steps + len(taken)
    metadata = {
        "total_episodes": episodes,
        "total_steps": steps,
        "data_format": "arrow",
        "jpeg_encoding": False,
        "observation_space": picture_space_text(recording.size),
        "action_space": action_space_text(recording.action_size, least, largest),
        "dataset_id": options.name,
        "minari_version": _VERSION,
        "dataset_size": round(sum(each.stat().st_size for each in data.rglob("*")) / 1e6, 1),
    }
    (path / FILE).write_bytes(origin_json(recording))
    (data / METADATA).write_text(json.dumps(metadata))


def _taken(episode: FrameChunk) -> np.ndarray:
    """Return the actions of an episode's steps."""
    vectors = episode.action_vectors
    return (episode.actions if vectors is None else vectors)[1:]


def _record_batch(pa: Any, recording: Recording, episode: FrameChunk, taken: np.ndarray) -> Any:
    """Return an episode as Minari has it: a row for each frame, the last without a step."""
    count = len(episode)
    actions = np.concatenate([taken, np.zeros((1, *taken.shape[1:]), taken.dtype)])
    columns = {
        "observations": _lists(pa, episode.frames.reshape(count, -1)),
        "actions": pa.array(actions) if actions.ndim == 1 else _lists(pa, actions),
        "rewards": pa.array(np.append(episode.rewards[1:], np.float32(0)).astype(np.float64)),
        "terminations": pa.array(np.zeros(count, bool)),
        "truncations": pa.array(np.arange(count) == count - 2),
    }
    if recording.factors:
        names = [FACTOR + name for name in recording.factors]
        values = [pa.array(np.ascontiguousarray(each)) for each in episode.factors.T]
        columns["infos"] = pa.StructArray.from_arrays(values, names=names)
    return pa.RecordBatch.from_pydict(columns)


def _lists(pa: Any, values: np.ndarray) -> Any:
    """Return an Arrow column of lists of as many numbers, of an array (n, d)."""
    flat = pa.array(np.ascontiguousarray(values).reshape(-1))
    return pa.FixedSizeListArray.from_arrays(flat, values.shape[1])


def _write_arrow(pa: Any, path: Path, batch: Any) -> None:
    """Write a record batch as an Arrow file, compressed."""
    ipc = extra("pyarrow.ipc", "minari", "datasets of Minari")
    options = ipc.IpcWriteOptions(compression="zstd")
    with ipc.new_file(path, batch.schema, options=options) as file:
        file.write_batch(batch)
