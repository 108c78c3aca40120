"""Folders named after the steps of a run, ``step_<number>``, of which the newest are kept."""

import re
import shutil
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

_NAME = re.compile(r"step_(\d+)")
T = TypeVar("T")

CHECKPOINTS = "checkpoints"
"""The folder of a run in which they lie."""


def step_folders(folder: Path) -> list[Path]:
    """Return the folders of steps within ``folder``, the oldest first; whole or not."""
    found = (path for path in folder.glob("step_*") if _NAME.fullmatch(path.name))
    return sorted(found, key=lambda path: int(path.name.partition("_")[2]))


def keep_newest(folder: Path, count: int) -> None:
    """Delete all but the newest ``count`` folders of steps within ``folder``."""
    for old in step_folders(folder)[:-count]:
        shutil.rmtree(old)


def use_newest(checkpoints: Sequence[Path], use: Callable[[Path], T]) -> T | None:
    """Give the newest of a run's checkpoints that is whole to ``use``.

    One that is damaged in any way is passed over with a line on stderr.

    Args:
        checkpoints: folders, the newest first.
        use: goes on from a folder; a ValueError or OSError if it cannot.

    Returns:
        What ``use`` returns; None when there is no checkpoint at all.

    Raises:
        ValueError: there are checkpoints, but none can be used; the message says why not the last.
    """
    passed_over: list[str] = []
    for path in checkpoints:
        try:
            result = use(path)
        except (ValueError, OSError) as error:
            passed_over.append(f"{path}: {error}")
            continue
        for line in passed_over:
            print(f"warning: passing over the damaged checkpoint {line}", file=sys.stderr)
        return result
    if passed_over:
        raise ValueError(
            f"no checkpoint in {checkpoints[0].parent} can be used ({passed_over[-1]}); "
            "remove the folder to start anew"
        )
    return None
