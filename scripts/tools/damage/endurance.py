"""Take very many steps, and watch memory, file descriptors and shared segments."""

import os
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import gymnasium as gym
import numpy as np

import darla_envs  # noqa: F401 (registers)
from darla.running.progress import progress_bar
from darla_envs.description.tasks import GO_TO_OBJECT

_ENVS = 64
_EVERY = 250_000  # steps between looks at what is held; after each, environments are made anew
_WARM_UP = 0.2  # share of the steps in which caches fill
_MOST_GROWTH = 32 << 20  # bytes


@dataclass(frozen=True)
class Held:
    """What a process holds."""

    memory: int
    """Resident bytes."""
    descriptors: int
    shared: int
    """Entries of /dev/shm."""

    @classmethod
    def now(cls) -> "Held":
        """Look at this process (Linux)."""
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        return cls(
            pages * os.sysconf("SC_PAGE_SIZE"),
            len(os.listdir("/proc/self/fd")),
            len(os.listdir("/dev/shm")),
        )


def endure(steps: int, seed: int) -> dict[str, Counter[str]]:
    """Take ``steps`` random steps in batches, every other batch in two worker processes.

    Returns:
        How many steps were taken, and how often more was held after them than before.
    """
    found: Counter[str] = Counter()
    rng = np.random.default_rng(seed)
    first = Held.now()
    for workers in (0, 2):  # what is kept from first use, such as multiprocessing's own process
        _play(10 * _ENVS, workers, rng)
    before = Held.now()
    with progress_bar(steps, "steps", "endure", scaled=True) as bar:
        for part, start in enumerate(range(0, steps, _EVERY)):
            taken = _play(min(_EVERY, steps - start), 2 * (part % 2), rng)
            found["steps"] += taken
            bar.update(taken)
            if start < _WARM_UP * steps:
                before = Held.now()
    after = Held.now()
    print(f"held at first {first}, then {before}, in the end {after}")
    if after.memory > before.memory + _MOST_GROWTH:
        found["memory grew"] += 1
    if after.descriptors > before.descriptors:
        found["descriptors grew"] += 1
    if after.shared > first.shared:
        found["shared memory grew"] += 1
    return {"rooms": found}


def _play(steps: int, workers: int, rng: np.random.Generator) -> int:
    """Take steps in new environments, and close them; return how many were taken."""
    envs = gym.make_vec(GO_TO_OBJECT, _ENVS, "vector_entry_point", workers=workers)
    try:
        envs.reset(seed=int(rng.integers(2**31)))
        count = -(-steps // _ENVS)
        for actions in rng.integers(envs.single_action_space.n, size=(count, _ENVS)):
            envs.step(actions)
        return count * _ENVS
    finally:
        envs.close()
