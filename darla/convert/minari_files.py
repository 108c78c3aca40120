"""The files of episodes in a Minari dataset: Arrow, Parquet or HDF5, read block by block.

Minari keeps the observations of an episode, one more than its steps. In Arrow and Parquet files
actions and rewards are filled up to as many rows; here those of HDF5 are, too.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from gymnasium import spaces

from darla.convert.arrow_columns import numbers
from darla.convert.decoding import decode_picture
from darla.convert.minari_spaces import action_size
from darla.frames.attributes import MOST_ACTION_NUMBERS
from darla.frames.pictures import PictureEntry
from darla.running.extras import extra
from darla.running.one_line import one_line

FACTOR = "factor."
"""What names of factors in the infos of a step begin with."""


@dataclass(frozen=True)
class StoredRows:
    """Some rows of an episode."""

    pictures: np.ndarray
    """uint8 (n, H, W, 3)."""
    actions: np.ndarray | None
    """(n,) or (n, d), taken at each frame; None where they are not read."""
    rewards: np.ndarray
    """(n,), of these actions."""
    factors: dict[str, np.ndarray]
    """(n,) for each."""


@dataclass(frozen=True)
class StoredForm:
    """What is to be read, and in which form it lies there."""

    picture: PictureEntry
    dtype: np.dtype[Any]
    """Of pictures that are stored as numbers."""
    shape: tuple[int, ...]
    """Of one of them."""
    action: spaces.Space[Any] | None
    """The space of actions; None where they are not read."""
    factors: Sequence[str]

    def pictures(self, stored: np.ndarray | list[bytes], where: Path) -> np.ndarray:
        """Return RGB pictures of what is stored: numbers, or encoded pictures."""
        if isinstance(stored, list):
            decoded = [decode_picture(data, f"a picture of {where}") for data in stored]
            if len({each.shape for each in decoded}) > 1:
                raise ValueError(f"pictures of {where} are of several sizes")
            return np.stack(decoded)
        if stored.dtype != self.dtype or stored.shape[1:] != self.shape:
            raise ValueError(
                f"{where} holds pictures {stored.dtype} of {stored.shape[1:]}, where its metadata "
                f"say {self.dtype} of {self.shape}"
            )
        return self.picture.form.to_rgb(stored)

    def actions(self, stored: np.ndarray) -> np.ndarray:
        """Return stored actions as darla has them: int64 (n,), or float32 (n, d)."""
        if isinstance(self.action, spaces.Discrete):
            return stored.reshape(len(stored)).astype(np.int64)
        assert self.action is not None
        expected = action_size(self.action)
        vectors = stored.reshape(len(stored), -1).astype(np.float32)
        if vectors.shape[1] != expected:
            raise ValueError(f"its actions have {vectors.shape[1]} numbers, expected {expected}")
        return vectors


def read_arrow(folder: Path, form: StoredForm, rows: int) -> Iterator[StoredRows]:
    """Yield the rows of an episode's folder of Arrow or Parquet files.

    A ValueError where there are none, or they are damaged.
    """
    pa = extra("pyarrow", "minari", "datasets of Minari")
    files = [path for path in sorted(folder.glob("*")) if path.suffix in (".arrow", ".parquet")]
    if not files:
        raise ValueError(f"{folder} has no file of an episode; download the dataset again")
    for file in files:
        try:
            for batch in _batches(file, rows):
                for start in range(0, batch.num_rows, rows):
                    yield _arrow_rows(batch.slice(start, rows), form, file)
        except (pa.ArrowException, OSError, KeyError, ValueError) as error:
            raise ValueError(f"{file} cannot be read ({one_line(error)})") from error


def _batches(file: Path, rows: int) -> Iterator[Any]:
    """Yield what is in an Arrow or Parquet file, checked through."""
    if not file.is_file():
        raise ValueError("it is no regular file")
    if file.suffix == ".parquet":
        parquet = extra("pyarrow.parquet", "minari", "datasets of Minari")
        with parquet.ParquetFile(file) as opened:
            yield from opened.iter_batches(batch_size=rows)
        return
    ipc = extra("pyarrow.ipc", "minari", "datasets of Minari")
    with ipc.open_file(file) as opened:
        for index in range(opened.num_record_batches):
            batch = opened.get_batch(index)
            batch.validate(full=True)  # offsets that point elsewhere would be followed
            yield batch


def _arrow_rows(batch: Any, form: StoredForm, where: Path) -> StoredRows:
    """Return what is read of a record batch."""
    observations = batch.column("observations")
    if form.picture.key is not None:
        observations = observations.field(form.picture.key)
    infos = batch.column("infos") if form.factors else None
    actions = None if form.action is None else numbers(batch.column("actions"))
    return StoredRows(
        form.pictures(_arrow_pictures(observations, form), where),
        None if actions is None else form.actions(actions),
        numbers(batch.column("rewards")).reshape(batch.num_rows).astype(np.float32),
        {
            name: numbers(infos.field(FACTOR + name)).astype(np.float32)  # type: ignore[union-attr]
            for name in form.factors
        },
    )


def _arrow_pictures(column: Any, form: StoredForm) -> np.ndarray | list[bytes]:
    """Return the numbers of pictures, or encoded pictures."""
    if str(column.type) in ("binary", "large_binary"):
        found: list[bytes] = column.to_pylist()
        return found
    return numbers(column).reshape(len(column), *form.shape)


def read_hdf5(file: Any, episode: int, form: StoredForm, rows: int) -> Iterator[StoredRows]:
    """Yield the rows of an episode in an open HDF5 file; a ValueError where it is damaged."""
    where = Path(file.filename)
    try:
        group = _own(file, f"episode_{episode}")
        observations = _own(group, "observations")
        if form.picture.key is not None:
            observations = _own(observations, form.picture.key)
        count = len(observations)
        for start in range(0, count, rows):
            stop = min(start + rows, count)
            actions = None
            if form.action is not None:
                actions = form.actions(_filled(group, "actions", start, stop))
            yield StoredRows(
                form.pictures(_hdf5_pictures(observations, start, stop, form), where),
                actions,
                _filled(group, "rewards", start, stop).astype(np.float32),
                _hdf5_factors(group, form.factors, start, stop),
            )
    except (OSError, KeyError, TypeError, AttributeError, ValueError, RuntimeError) as error:
        raise ValueError(
            f"episode {episode} of {where} cannot be read ({one_line(error)})"
        ) from error


def _hdf5_factors(group: Any, names: Sequence[str], start: int, stop: int) -> dict[str, np.ndarray]:
    """Return the factors that darla has put into infos."""
    return {
        name: _filled(_own(group, "infos"), FACTOR + name, start, stop).astype(np.float32)
        for name in names
    }


def _hdf5_pictures(
    stored: Any, start: int, stop: int, form: StoredForm
) -> np.ndarray | list[bytes]:
    """Return the numbers of pictures, or encoded pictures."""
    if stored.ndim == len(form.shape) + 1:
        if stored.shape[1:] != form.shape:
            raise ValueError(f"it holds pictures of {stored.shape[1:]}, not {form.shape}")
        found: np.ndarray = stored[start:stop]
        return found
    if stored.ndim > 2 or stored.shape[1:] > (4 * math.prod(form.shape) + 65536,):
        raise ValueError(f"it holds pictures as {stored.dtype} of {stored.shape[1:]}")
    return [np.asarray(each, np.uint8).tobytes() for each in stored[start:stop]]


def _own(group: Any, name: str) -> Any:
    """Return what is in a group of an HDF5 file; a ValueError where it lies in another file."""
    h5py = extra("h5py", "minari", "datasets of Minari in HDF5")
    found = group[name] if isinstance(group.get(name, getlink=True), h5py.HardLink) else None
    elsewhere = getattr(found, "external", None) or getattr(found, "is_virtual", False)
    if found is None or elsewhere:
        raise ValueError(f"its {name} lie in another file")
    return found


def _filled(group: Any, name: str, start: int, stop: int) -> np.ndarray:
    """Return the numbers of some rows, with zeros in the last row of an episode."""
    found = _own(group, name)
    if found.dtype.kind not in "biuf" or math.prod(found.shape[1:]) > MOST_ACTION_NUMBERS:
        raise ValueError(f"its {name} are {found.dtype} of {found.shape[1:]}")
    stored: np.ndarray = found[start:stop]
    if len(stored) < stop - start:
        end = np.zeros((stop - start - len(stored), *stored.shape[1:]), stored.dtype)
        stored = np.concatenate([stored, end])
    return stored
