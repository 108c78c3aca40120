"""Transfer rows: one line of a CSV file for every episode that an agent played in a domain.

Tables, statistics and plots are made from these rows alone. Rows are only ever appended, one
whole line in one write; a line that a crash cut short is ignored by readers and removed by the
next writer. A key (agent, task, domain, episode seed) occurs once, which is how a run that was
stopped knows what is left to do.
"""

import csv
import dataclasses
import gzip
import io
import math
import os
import re
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from darla.running.exclusive import lock
from darla.running.regular_files import check_replaceable, read_regular
from darla.stores.folders import folder_at, is_file
from darla.stores.urls import Place, place

LARGEST_ROWS = 1 << 28
"""The most bytes of text that a file of rows may hold; a row has about 150."""
STOCHASTIC = "+stochastic"
"""Ends the name of an agent that drew its actions instead of taking the most probable ones."""
SAMPLED, MOST_PROBABLE = "sampled", "most_probable"
ACTIONS = (SAMPLED, MOST_PROBABLE)
"""How agents choose actions: drawn from the policy, as they learn, or the most probable one."""

RowKey = tuple[str, str, str, int]


def _name(text: str) -> str:
    """Read a name, which is never empty."""
    if not text:
        raise ValueError
    return text


def _finite(text: str) -> float:
    """Read a number that is finite."""
    value = float(text)
    if not math.isfinite(value):
        raise ValueError
    return value


def _whole(text: str) -> int:
    """Read a whole number as it is written: of ASCII digits, within 64 bits."""
    if not re.fullmatch(r"-?[0-9]{1,18}", text):
        raise ValueError
    return int(text)


_A_NAME = (_name, "a name")
_TEXT = (str, "text")
_COUNT = (_whole, "a whole number")
_READERS: dict[str, tuple[Callable[[str], Any], str]] = {
    "agent": _A_NAME,
    "kind": _A_NAME,
    "algorithm": _TEXT,
    "task": _A_NAME,
    "source": _TEXT,
    "domain": _A_NAME,
    "agent_seed": _COUNT,
    "encoder": _TEXT,
    "total_timesteps": _COUNT,
    "episode": _COUNT,
    "episode_seed": _COUNT,
    "return": (_finite, "a finite number"),
    "length": _COUNT,
    "success": ({"1": True, "0": False, "": None}.__getitem__, "1, 0 or nothing"),
}
COLUMNS = tuple(_READERS)
_HEADER = ",".join(COLUMNS)


@dataclass(frozen=True)
class Row:
    """One episode; the fields are the columns in their order."""

    agent: str
    """Name and content hash of the agent, the same for the same weights: ``latent_0@1f3a90cc``."""
    kind: str
    """The kind of agent, with its augmentation; or the label that it was given; or ``random``."""
    algorithm: str
    """ppo, a2c, dqn, sac or td3; empty for the random policy."""
    task: str
    """Id of the Gymnasium environment, and how actions repeat and episodes are cut, if they do."""
    source: str
    """Domain that the agent was trained in; empty for the random policy."""
    domain: str
    """Domain that this episode was played in."""
    agent_seed: int
    """Seed of the agent's training."""
    encoder: str
    """Folder of the encoder; empty where there is none."""
    total_timesteps: int
    """Steps of training."""
    episode: int
    """Number of the episode, from 0, in the order of the episode seeds."""
    episode_seed: int
    """What the environment was reset with."""
    episode_return: float
    """Undiscounted sum of rewards; the column is called ``return``."""
    length: int
    """Steps."""
    success: bool | None
    """Whether the episode ended in success; None where the task does not say."""

    @property
    def key(self) -> RowKey:
        """What must be unique in a file: agent, task, domain, episode seed."""
        return (self.agent, self.task, self.domain, self.episode_seed)

    @property
    def actions(self) -> str:
        """How the agent chose its actions, one of ACTIONS, which its name says."""
        return SAMPLED if self.agent.endswith(STOCHASTIC) else MOST_PROBABLE


def read_rows(path: str | os.PathLike[str]) -> list[Row]:
    """Read all whole rows of a file, which may be compressed (.gz) or in a store; it may hold none.

    Raises:
        FileNotFoundError: there is no such file; or StoreError, where it cannot be reached.
        ValueError: it is not a file of transfer rows, a row is damaged, or two rows contradict
            each other; the message names the line.
    """
    path = place(path)
    if not is_file(path):
        raise FileNotFoundError(
            f"no transfer rows at {path}; make them with darla evaluate-transfer --out {path}"
        )
    rows: dict[RowKey, Row] = {}
    for line, fields in _whole_records(path):
        row = _parse(fields, f"{path} line {line}")
        if rows.setdefault(row.key, row) != row:
            raise ValueError(
                f"{path} line {line}: agent {row.agent!r}, domain {row.domain!r}, episode seed "
                f"{row.episode_seed} is there already with another result; keep one of the two"
            )
    return list(rows.values())


def merge_rows(files: Sequence[list[Row]]) -> list[Row]:
    """Join the rows of files, equal ones once; a ValueError where two differ under one key."""
    merged: dict[RowKey, Row] = {}
    for row in (row for rows in files for row in rows):
        if merged.setdefault(row.key, row) != row:
            raise ValueError(
                f"two files hold different results of agent {row.agent!r} in domain "
                f"{row.domain!r}, episode seed {row.episode_seed}; leave one of the files out"
            )
    return list(merged.values())


class RowWriter(AbstractContextManager["RowWriter"]):
    """Appends rows to one file; made for a ``with`` block, which holds a lock on the file.

    Opening makes the file with its header when there is none, and removes a last line that was
    cut short. ``done`` holds the keys of all rows in the file.
    """

    def __init__(self, path: Path) -> None:
        """Open ``path`` for appending.

        A ValueError where the file holds something else or is compressed, or another process writes
        to it.
        """
        if path.suffix == ".gz":
            raise ValueError(f"rows cannot be appended to {path}; give a name without .gz")
        self.path = path
        check_replaceable(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        self._descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o644)
        try:
            lock(self._descriptor, path)
            self._mend()
            self.done: set[RowKey] = {row.key for row in read_rows(path)}
        except BaseException:
            os.close(self._descriptor)
            raise

    def _mend(self) -> None:
        """Remove a last line that was cut short; write the header where it is missing."""
        data = read_regular(self.path, LARGEST_ROWS)
        whole = _whole_lines(data)
        if whole and whole != data:
            read_rows(self.path)  # a file of another kind is left as it is
            os.ftruncate(self._descriptor, len(whole))
        elif not whole and _HEADER.encode().startswith(data):
            os.ftruncate(self._descriptor, 0)
            self._write(_HEADER + "\n")

    def _write(self, text: str) -> None:
        """Append text, whatever the operating system takes at once."""
        data = text.encode()
        while data:
            data = data[os.write(self._descriptor, data) :]

    def append(self, row: Row) -> None:
        """Append one row; a row whose key is there already is left out.

        Raises:
            ValueError: the row could not be read again, such as one whose return is not finite.
        """
        if row.key in self.done:
            return
        line = _format(row)
        (fields,) = csv.reader([line])
        _parse(fields, f"a row of agent {row.agent!r} in domain {row.domain!r} for {self.path}")
        self._write(line)
        self.done.add(row.key)

    def __exit__(self, *error: object) -> None:
        """Sync and close the file."""
        try:
            os.fsync(self._descriptor)
        finally:
            os.close(self._descriptor)


def _whole_lines(data: bytes) -> bytes:
    """Cut off what follows the last line end: a row that was never finished."""
    return data[: data.rfind(b"\n") + 1]


def _whole_records(path: Place) -> Iterator[tuple[int, list[str]]]:
    """Yield the whole rows of a file with the numbers of their lines."""
    try:
        text = _whole_lines(read_bounded_text(path)).decode()
    except (UnicodeDecodeError, gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise ValueError(f"{path} is not a file of transfer rows: it is not text") from error
    records = _records(text, path)
    _, header = next(records, (0, []))
    if tuple(header) != COLUMNS:
        raise ValueError(
            f"{path} is not a file of transfer rows: its first line is "
            f"{','.join(header)[:80]!r}, expected {_HEADER!r}"
        )
    yield from records


def read_bounded_text(path: Place) -> bytes:
    """Read a file that may be compressed (.gz), of at most :data:`LARGEST_ROWS` bytes of text.

    Raises:
        ValueError: it holds more.
        OSError: it cannot be read.
        EOFError, zlib.error: it is compressed, and damaged.
    """
    data = folder_at(path.parent).read(path.name, LARGEST_ROWS)
    if path.suffix != ".gz":
        return data
    with gzip.GzipFile(fileobj=io.BytesIO(data)) as file:
        text = file.read(LARGEST_ROWS + 1)
    if len(text) > LARGEST_ROWS:
        raise ValueError(f"{path} holds more than {LARGEST_ROWS:,} bytes of rows")
    return text


def _records(text: str, path: Place) -> Iterator[tuple[int, list[str]]]:
    """Yield the lines of comma-separated values with their numbers."""
    records = csv.reader(io.StringIO(text, newline=""))
    try:
        for fields in records:
            yield records.line_num, fields
    except csv.Error as error:
        raise ValueError(
            f"{path} line {records.line_num} is damaged ({error}); remove it"
        ) from error


def _format(row: Row) -> str:
    """Return a row as a line of the file."""
    *numbers, success = dataclasses.astuple(row)
    line = io.StringIO(newline="")
    csv.writer(line, lineterminator="\n").writerow(
        [*numbers, "" if success is None else int(success)]
    )
    return line.getvalue()


def _parse(fields: list[str], where: str) -> Row:
    """Read a row; ``where`` it stands is for the message."""
    if len(fields) != len(COLUMNS):
        raise ValueError(f"{where}: {len(fields)} columns, expected {len(COLUMNS)} ({_HEADER})")
    values = []
    for (column, (read, expected)), text in zip(_READERS.items(), fields, strict=True):
        try:
            values.append(read(text))
        except (ValueError, KeyError):
            raise ValueError(
                f"{where}: column {column!r} is {text!r}, expected {expected}"
            ) from None
    return Row(*values)
