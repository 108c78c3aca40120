"""A file in a store that grows: a command writes to a local copy, which is put every now and then.

**How it is atomic.** The whole file is put, and only in place of the one that was read or put
before: the store itself compares. So of two processes that write to one file the second is told so,
and nothing of the first is lost.
"""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from darla.stores.local_copies import copies_folder, digest_of
from darla.stores.objects import Exact, StoredFolder
from darla.stores.sent_back import sent_back
from darla.stores.urls import StoreUrl

_EVERY = 20.0  # seconds


class MirroredFile:
    """The local copy of a file in a store; see :func:`mirrored_file`."""

    path: Path
    """Where the command writes."""

    def __init__(self, url: StoreUrl, path: Path, most: int) -> None:
        self.url = url
        self.path = path
        self._most = most
        self._store = StoredFolder(url.parent)
        self._seen: Exact | None = None
        self._held = b""
        self._due = time.monotonic() + _EVERY

    def bring(self) -> None:
        """Make the local file what is in the store; none where there is none."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.unlink(missing_ok=True)
        try:
            self._held, self._seen = self._store.read_exact(self.url.name, self._most)
        except FileNotFoundError:
            return
        self.path.write_bytes(self._held)

    def remove(self) -> None:
        """Remove the local file."""
        self.path.unlink(missing_ok=True)

    def written(self) -> None:
        """Note that something has been written, and send it if that is due."""
        if time.monotonic() >= self._due:
            self.send()

    def send(self) -> None:
        """Put the file, if it has changed.

        Raises:
            ValueError: another process has put one since, or it has become too large.
            StoreError: the store cannot be reached.
        """
        data = self.path.read_bytes()
        if data != self._held:
            if len(data) > self._most:
                raise ValueError(f"{self.url} would have {len(data):,} bytes; begin another file")
            name, seen = self.url.name, self._seen
            try:
                put = self._store
                self._seen = put.replace(name, data, seen) if seen else put.create(name, data)
            except FileExistsError as error:
                raise ValueError(
                    f"another process has written to {self.url} since; wait for it, or write "
                    "elsewhere, and run this again"
                ) from error
            self._held = data
        self._due = time.monotonic() + _EVERY


@contextmanager
def mirrored_file(url: StoreUrl, most: int) -> Iterator[MirroredFile]:
    """Hold a local copy of a file in the block, which is put in the end, also after an error.

    Args:
        url: the file; it may not be there yet.
        most: bytes that it may have.

    Raises:
        ValueError: another process of this machine writes to it, it is too large, or what
            :meth:`MirroredFile.send` raises.
        StoreError: the store cannot be reached.
    """
    path = copies_folder("files") / digest_of(os.fspath(url)) / url.name
    file = MirroredFile(url, path, most)
    with sent_back(file, path):
        yield file
