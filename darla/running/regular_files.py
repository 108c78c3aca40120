"""Read whole files that somebody else may have made: regular ones, of bounded size."""

import os
import stat
from pathlib import Path


def read_regular(path: Path, most: int) -> bytes:
    """Read a file of at most ``most`` bytes; nothing is allocated for a larger one.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: it is larger, or no regular file but a folder, a pipe or a device, which might
            be waited for without end.
    """
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise _not_regular(path)
        if status.st_size > most:
            raise ValueError(
                f"{path} has {status.st_size:,} bytes; expected at most {most:,}: it is damaged, "
                "or not what its name says"
            )
        with open(descriptor, "rb", closefd=False) as file:
            return file.read(most)
    finally:
        os.close(descriptor)


def check_replaceable(path: Path) -> None:
    """Check that a file may be written at ``path``: nothing is there, or a regular file.

    Raises:
        ValueError: a device, a pipe, a socket or a folder is there.
    """
    try:
        status = path.stat()
    except OSError:  # nothing is there; or who writes will say what is wrong
        return
    if not stat.S_ISREG(status.st_mode):
        raise _not_regular(path)


def _not_regular(path: Path) -> ValueError:
    """Return the error for a folder, a pipe or a device."""
    return ValueError(f"{path} is not a regular file; give the name of a file")
