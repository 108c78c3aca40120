"""What becomes of processes, as Linux tells it."""

import time
from collections.abc import Callable
from pathlib import Path


def children_of(process: int) -> list[int]:
    """Return the processes that a process has started and that have not been waited for."""
    tasks = Path(f"/proc/{process}/task").glob("*/children")
    return [int(child) for task in tasks for child in task.read_text().split()]


def is_running(process: int) -> bool:
    """Whether a process has not ended; one that ended and was not waited for has."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def wait_until(so: Callable[[], bool], seconds: float = 30.0) -> None:
    """Wait until something is so."""
    end = time.monotonic() + seconds
    while not so():
        assert time.monotonic() < end, f"not so after {seconds} s"
        time.sleep(0.01)
