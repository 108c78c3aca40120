"""The encoder bundles that come with the package: ready for agents, without a first stage."""

import os
from pathlib import Path

_FOLDER = Path(__file__).parent / "shipped"


def shipped_encoders() -> dict[str, Path]:
    """Return the folders of the bundles that come with the package, by name."""
    folders = sorted(path for path in _FOLDER.glob("*") if (path / "config.json").is_file())
    return {folder.name: folder for folder in folders}


def bundle_folder(path: str | os.PathLike[str]) -> Path:
    """Return the folder that is meant: a path, or a bundle that comes with the package by its name.

    A folder of that name in the working directory comes first.
    """
    folder = Path(path)
    if folder.exists() or len(folder.parts) != 1:
        return folder
    return shipped_encoders().get(folder.name, folder)
