"""Append transfer rows to a file, wherever it is: on this machine, or in a store."""

from collections.abc import Iterator
from contextlib import contextmanager

from darla.stores.mirrored_files import MirroredFile, mirrored_file
from darla.stores.urls import Place, StoreUrl
from darla_agents.playing.row import Row
from darla_agents.playing.rows import LARGEST_ROWS, RowWriter


class _StoredRows(RowWriter):
    """Appends rows to the local copy of a file in a store, which is put when that is due."""

    def __init__(self, file: MirroredFile) -> None:
        super().__init__(file.path)
        self._file = file

    def append(self, row: Row) -> None:
        """Append one row; it raises what :meth:`MirroredFile.send` does, too."""
        super().append(row)
        self._file.written()


@contextmanager
def row_writer(where: Place) -> Iterator[RowWriter]:
    """Hold what appends rows to a file in the block.

    To a store rows go every few seconds and in the end: a kill costs those of the last seconds,
    whose episodes are played again.

    Raises:
        ValueError: the file holds something else, or another process writes to it.
        StoreError: the store cannot be reached.
    """
    if not isinstance(where, StoreUrl):
        with RowWriter(where) as writer:
            yield writer
        return
    if where.suffix == ".gz":
        raise ValueError(f"rows cannot be appended to {where}; give a name without .gz")
    with mirrored_file(where, LARGEST_ROWS) as file, _StoredRows(file) as writer:
        yield writer
