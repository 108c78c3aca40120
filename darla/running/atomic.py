"""Write files so that a reader never meets half of one, even after a crash.

Each function writes to a temporary name in the same folder, syncs it, and renames it into place.
The temporary name begins with a dot, so that no search for finished files can match it, and is
always the same: what a killed process has left there, the next one that writes the file takes over.
"""

import json
import os
from pathlib import Path
from typing import Any

from darla.running.exclusive import holding
from darla.running.regular_files import check_replaceable


def write_bytes(path: Path, data: bytes) -> None:
    """Write ``data`` to ``path``, atomically; its folder is made when it is missing.

    Raises:
        ValueError: something else than a regular file is at ``path``; it is left as it is.
        OSError: it cannot be written.
    """
    check_replaceable(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.parent / f".{path.name}.tmp"
    with holding(temporary, path, wait=True):
        try:
            with open(temporary, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
    sync(path.parent)


def sync(path: Path) -> None:
    """Force out to the disk what a file holds, or what was renamed in a folder."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_text(path: Path, text: str) -> None:
    """Write ``text`` as UTF-8 to ``path``, atomically."""
    write_bytes(path, text.encode())


def write_json(path: Path, value: Any) -> None:
    """Write ``value`` as indented JSON to ``path``, atomically.

    Raises:
        ValueError: it holds a number that is not finite, which JSON does not know.
    """
    try:
        text = json.dumps(value, indent=2, allow_nan=False)
    except ValueError as error:
        raise ValueError(f"{path} cannot be written: {error}") from error
    write_text(path, text + "\n")
