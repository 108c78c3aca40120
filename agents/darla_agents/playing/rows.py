"""Transfer rows: one line of a CSV file for every episode that an agent played in a domain.

Tables, statistics and plots are made from these rows alone. Rows are only ever appended, one
whole line in one write; a line that a crash cut short is ignored by readers and removed by the
next writer. A key (agent, task, domain, episode seed) occurs once, which is how a run that was
stopped knows what is left to do.
"""

import csv
import gzip
import io
import os
import zlib
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from darla.running.exclusive import lock
from darla.running.regular_files import check_replaceable, read_regular
from darla.stores.folders import folder_at, is_file
from darla.stores.urls import Place, place
from darla_agents.playing.row import COLUMNS, HEADER, Row, RowKey, format_row, parse_row

LARGEST_ROWS = 1 << 28
"""The most bytes of text that a file of rows may hold; a row has about 150."""


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
        row = parse_row(fields, f"{path} line {line}")
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
        elif not whole and HEADER.encode().startswith(data):
            os.ftruncate(self._descriptor, 0)
            self._write(HEADER + "\n")

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
        line = format_row(row)
        (fields,) = csv.reader([line])
        parse_row(fields, f"a row of agent {row.agent!r} in domain {row.domain!r} for {self.path}")
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
        text = _whole_lines(_bounded_text(path)).decode()
    except (UnicodeDecodeError, gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise ValueError(f"{path} is not a file of transfer rows: it is not text") from error
    records = _records(text, path)
    _, header = next(records, (0, []))
    if tuple(header) != COLUMNS:
        raise ValueError(
            f"{path} is not a file of transfer rows: its first line is "
            f"{','.join(header)[:80]!r}, expected {HEADER!r}"
        )
    yield from records


def _bounded_text(path: Place) -> bytes:
    """Read a file that may be compressed (.gz); a ValueError for more text than LARGEST_ROWS."""
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
