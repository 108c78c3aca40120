"""Kill commands at random moments, run them again until they end, and compare the results."""

import os
import signal
import subprocess
from collections import Counter
from pathlib import Path

import numpy as np

from damage.judging import duration, judge_end, nothing_left, prepare
from damage.samples import Samples


def try_kills(unbroken: Samples, folder: Path, count: int, seed: int) -> dict[str, Counter[str]]:
    """Kill each command in turn, ``count`` times in all; return how often what was found.

    Args:
        unbroken: what the commands made when nobody killed them.
        folder: where to run them.
        count: of kills.
        seed: of the moments.
    """
    rng = np.random.default_rng(seed)
    took = {name: duration(unbroken, name, folder) for name in unbroken.commands()}
    found: dict[str, Counter[str]] = {name: Counter() for name in took}
    killed = 0
    while killed < count:
        for name, seconds in took.items():
            samples = prepare(unbroken, folder, name)
            with nothing_left(found[name], samples, name):
                while killed < count and _killed(samples, name, float(rng.uniform(0, seconds))):
                    killed += 1
                    found[name]["kills"] += 1
                    if rng.random() < 0.5:
                        break
                judge_end(found[name], unbroken, samples, name)
    return found


def _killed(samples: Samples, name: str, after: float) -> bool:
    """Start a command and kill it with all that it began; False where it ended before."""
    quiet = subprocess.DEVNULL
    command = samples.command(name)
    process = subprocess.Popen(command, start_new_session=True, stdout=quiet, stderr=quiet)
    try:
        process.wait(after)
        return False
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return True
