"""Start every command twice at once, on one output."""

import time
from collections import Counter
from pathlib import Path

import numpy as np

from damage.judging import (
    duration,
    judge_end,
    judge_text,
    nothing_left,
    prepare,
    start,
)
from damage.samples import Samples


def try_rivals(unbroken: Samples, folder: Path, count: int, seed: int) -> dict[str, Counter[str]]:
    """Start ``count`` pairs of the same command, the second some time after the first.

    Each is to end well, or in one line that says that another one writes; together they are to make
    what one alone makes.
    """
    rng = np.random.default_rng(seed)
    took = {name: duration(unbroken, name, folder) for name in unbroken.commands()}
    found: dict[str, Counter[str]] = {name: Counter() for name in took}
    names = list(took)
    for number in range(count):
        name = names[number % len(names)]
        samples = prepare(unbroken, folder, name)
        with nothing_left(found[name], samples, name):
            found[name]["pairs"] += 1
            pair = []
            for pause in (0.0, float(rng.uniform(0, took[name]) * rng.integers(2))):
                time.sleep(pause)
                pair.append(start(samples.command(name)))
            for process in pair:
                judge_text(found[name], process, f"one of two darla {name}")
            judge_end(found[name], unbroken, samples, name)
    return found
