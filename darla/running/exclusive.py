"""Keep two processes from writing the same run or file.

The lock is the operating system's (``flock``): it ends with the process that holds it, however that
ends, so that nothing is left behind which a later run would have to clear away. Where there are no
such locks, as on Windows and some network file systems, nothing is locked.
"""

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

if sys.platform != "win32":
    import fcntl


@contextmanager
def exclusive(folder: Path) -> Iterator[None]:
    """Hold the lock of a folder, made if missing, in the block; a ValueError if others do.

    Temporary files and folders that a killed process has left in it are removed first.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if sys.platform == "win32":
        yield
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        lock(descriptor, folder)
        for left_over in [*folder.rglob(".*.tmp")]:
            if left_over.is_dir():
                shutil.rmtree(left_over, ignore_errors=True)
            else:
                left_over.unlink(missing_ok=True)
        yield
    finally:
        os.close(descriptor)


@contextmanager
def exclusive_name(path: Path) -> Iterator[None]:
    """Hold in the block the lock of a path that may not exist yet; a ValueError if others do.

    It is that of a hidden file beside it, which is removed in the end.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.parent / f".{path.name}.lock"
    with holding(beside, path):
        try:
            yield
        finally:
            beside.unlink(missing_ok=True)


@contextmanager
def holding(beside: Path, path: Path, *, wait: bool = False) -> Iterator[None]:
    """Hold in the block the lock of a file, made if missing, for whoever writes to ``path``.

    A ValueError if others hold it, unless they are to be waited for. The block may remove or rename
    the file.
    """
    if sys.platform == "win32":
        yield
        return
    while True:
        descriptor = os.open(beside, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            lock(descriptor, path, wait=wait)
            if is_still(beside, descriptor):
                yield
                return
        finally:
            os.close(descriptor)  # where another process has removed or renamed it since, again


def is_still(path: Path, descriptor: int) -> bool:
    """Whether ``path`` is the open file; it is not once another process removed or renamed it."""
    try:
        return os.path.samestat(os.stat(path), os.fstat(descriptor))
    except FileNotFoundError:  # perhaps only just now, so that no look beforehand could tell
        return False


def lock(descriptor: int, path: Path, *, wait: bool = False) -> None:
    """Take the lock of an open file or folder until it is closed; a ValueError if others do."""
    if sys.platform == "win32":
        return
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError as error:
        raise ValueError(
            f"another process is writing to {path}; wait for it, stop it, or write elsewhere"
        ) from error
    except OSError:
        pass  # a file system without locks
