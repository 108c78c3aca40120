"""Whether what lies in a folder is what is asked for, so that it may go on there."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from darla.running.run_record import RECORD, read_run_config


def recorded_config(folder: Path) -> dict[str, Any] | None:
    """Return the configuration of a folder's run; None when the folder is empty or missing.

    A ValueError where it holds something else.
    """
    if (folder / RECORD).is_file():
        return read_run_config(folder)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ValueError(f"{folder} already holds something else; give another --out")
    return None


def check_same(
    what: str, recorded: Mapping[str, Any], wanted: Mapping[str, Any], remedy: str
) -> None:
    """Check that what was begun is what is wanted now.

    ``recorded`` is what it was begun with, more entries than the wanted ones do not matter. A
    ValueError where some differ names all of them, with both values; it begins with ``what``, which
    says what holds them ("runs/a holds a run"), and ends with the remedy.
    """
    differences = [
        f"{name}={recorded.get(name)}, not {value}"
        for name, value in wanted.items()
        if recorded.get(name) != value
    ]
    if differences:
        raise ValueError(f"{what} with {'; '.join(differences)}; {remedy}")
