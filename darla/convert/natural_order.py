"""Files in the order in which people count them: frame_2 before frame_10."""

import re
from pathlib import Path


def natural_key(name: str) -> list[tuple[int, int, str]]:
    """Return what names are sorted by: numbers in them by their size, letters as usual."""
    parts = re.split(r"(\d+)", name.lower())
    return [(0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts if part]


def files_in(folder: Path, suffixes: tuple[str, ...]) -> list[Path]:
    """Return the regular files of a folder with one of the suffixes, in natural order.

    Hidden ones are passed over.
    """
    found = [
        path
        for path in folder.iterdir()
        if path.suffix.lower() in suffixes and not path.name.startswith(".") and path.is_file()
    ]
    return sorted(found, key=lambda path: natural_key(path.name))


def folders_in(folder: Path) -> list[Path]:
    """Return the folders in a folder, in natural order; hidden ones are passed over."""
    found = [path for path in folder.iterdir() if path.is_dir() and not path.name.startswith(".")]
    return sorted(found, key=lambda path: natural_key(path.name))
