"""Let a worker die in the middle of what it does, and then the process that began it."""

import os
import signal
import subprocess
import time
from collections import Counter
from pathlib import Path

import numpy as np

from damage.judging import (
    LONGEST,
    judge_end,
    judge_text,
    living,
    nothing_left,
    prepare,
    start,
    wait_for_all,
)
from damage.samples import Samples

_WITH_WORKERS: dict[str, list[str]] = {
    "collect": [],
    "train-agent": ["--workers", "2"],
    "train-agent, stock": ["--workers", "2", "--rendering", "stock"],
}


def try_deaths(unbroken: Samples, folder: Path, count: int, seed: int) -> dict[str, Counter[str]]:
    """Kill a worker, or only the parent, ``count`` times; return how often what was found.

    Where a worker dies, the command is to end in one line. Where the parent dies, all workers are
    to end with it. Run again, the command is to make what an undisturbed one makes.
    """
    rng = np.random.default_rng(seed)
    found: dict[str, Counter[str]] = {name: Counter() for name in _WITH_WORKERS}
    for number in range(count):
        kind = list(_WITH_WORKERS)[number // 2 % len(_WITH_WORKERS)]
        name, counts = kind.split(",")[0], found[kind]
        samples = prepare(unbroken, folder, name)
        with nothing_left(counts, samples, name):
            process = start([*samples.command(name), *_WITH_WORKERS[kind]])
            workers = _workers(process)
            time.sleep(float(rng.uniform(0, 3)))
            if number % 2:
                counts["parents"] += 1
                process.kill()
                process.communicate()
            else:
                counts["workers"] += 1
                _kill(workers[rng.integers(len(workers))] if workers else 0)
                judge_text(counts, process, f"darla {name} without its worker")
            if not wait_for_all(process.pid):
                counts["orphans"] += 1
                print(f"darla {name} leaves the processes {living(process.pid)}", flush=True)
                os.killpg(process.pid, signal.SIGKILL)
            judge_end(counts, unbroken, samples, name, _WITH_WORKERS[kind])
    return found


def _workers(process: "subprocess.Popen[str]") -> list[int]:
    """Wait until a command has two workers, and return them; none where it ends before."""
    deadline = time.monotonic() + LONGEST
    while process.poll() is None and time.monotonic() < deadline:
        found = [each for each in living(process.pid) if _is_worker(each)]
        if len(found) >= 2:
            return found
        time.sleep(0.02)
    return []


def _is_worker(process: int) -> bool:
    """Whether a process is one that multiprocessing has begun to work."""
    try:
        return b"spawn_main" in Path(f"/proc/{process}/cmdline").read_bytes()
    except OSError:
        return False


def _kill(process: int) -> None:
    """Kill a process that may have ended."""
    if process:
        try:
            os.kill(process, signal.SIGKILL)
        except ProcessLookupError:
            pass
