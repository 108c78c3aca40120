"""Folders named after the steps of a run, ``step_<number>``, of which the newest are kept."""

import re
import shutil
from pathlib import Path

_NAME = re.compile(r"step_(\d+)")


def step_folders(folder: Path) -> list[Path]:
    """Return the folders of steps within ``folder``, the oldest first; whole or not."""
    found = (path for path in folder.glob("step_*") if _NAME.fullmatch(path.name))
    return sorted(found, key=lambda path: int(path.name.partition("_")[2]))


def keep_newest(folder: Path, count: int) -> None:
    """Delete all but the newest ``count`` folders of steps within ``folder``."""
    for old in step_folders(folder)[:-count]:
        shutil.rmtree(old)
