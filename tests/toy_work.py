"""Tasks that tests give to other processes: they are of a module, so that these can import them."""

import os
import time
from dataclasses import dataclass
from pathlib import Path


def squared(number: int) -> int:
    """Return the square of a number; of a negative one it is late."""
    if number < 0:
        time.sleep(0.3)
    return number * number


def refused(number: int) -> int:
    """Refuse the number 3, and find no file for 4."""
    if number == 3:
        raise ValueError("3 is not wanted; give another number")
    if number == 4:
        raise FileNotFoundError(2, "No such file or directory", "four.txt")
    return number


def broken(number: int) -> int:
    """Fail as no user can mend."""
    raise KeyError(number)


def gone(number: int) -> int:
    """End without a word."""
    os._exit(7)


@dataclass(frozen=True)
class Noted:
    """A task that says when it begins and ends, in files of a folder."""

    folder: Path
    number: int
    seconds: float


def noted(task: Noted) -> tuple[int, str, str]:
    """Take some time; return the number, the current folder, and the threads of libraries."""
    (task.folder / f"begun{task.number}.{os.getpid()}").touch()
    time.sleep(task.seconds)
    (task.folder / f"ended{task.number}").touch()
    return task.number, os.getcwd(), os.environ["OMP_NUM_THREADS"]
