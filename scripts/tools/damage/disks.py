"""Run commands on a disk that fills up and then has space again, and on one that is read-only."""

import subprocess
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from damage.judging import judge_end, judge_text, nothing_left, prepare, start
from damage.samples import Samples


def try_disks(unbroken: Samples, folder: Path, count: int, seed: int) -> dict[str, Counter[str]]:
    """Let the disk fill up ``count`` times, and be read-only a fifth as often.

    Each command is to end well or in one line, and with space to make what an undisturbed one
    makes. A ValueError where no disk may be mounted.
    """
    rng = np.random.default_rng(seed)
    names = list(unbroken.commands())
    found: dict[str, Counter[str]] = {name: Counter() for name in names}
    for number in range(count):
        name = names[number % len(names)]
        with _disk(folder) as disk:
            samples = prepare(unbroken, disk / "samples", name)
            held = _size(samples.folder)
            space = int(rng.uniform(0, 1.2) * _size(unbroken.made_by(name)))
            with nothing_left(found[name], samples, name):
                found[name]["full"] += 1
                _remount(disk, f"size={held + space}")
                judge_text(
                    found[name],
                    start(samples.command(name)),
                    f"darla {name} with {space} bytes left",
                )
                _remount(disk, "size=1g")
                judge_end(found[name], unbroken, samples, name)
        if number % 5 == 4:
            with _disk(folder) as disk:
                samples = prepare(unbroken, disk / "samples", name)
                found[name]["read-only"] += 1
                _remount(disk, "ro")
                judge_text(
                    found[name], start(samples.command(name)), f"darla {name} on a read-only disk"
                )
    return found


@contextmanager
def _disk(folder: Path) -> Iterator[Path]:
    """Mount a disk in memory in the block."""
    folder.mkdir(parents=True, exist_ok=True)
    command = ["mount", "-t", "tmpfs", "-o", "size=1g", "none", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise ValueError(f"no disk can be mounted here ({done.stderr.strip()}); give --disks 0")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def _remount(disk: Path, option: str) -> None:
    """Change an option of a disk."""
    subprocess.run(["mount", "-o", f"remount,{option}", str(disk)], check=True)


def _size(path: Path) -> int:
    """Return how many bytes a file or a folder takes on a disk of pages of 4 KiB."""
    files = [path] if path.is_file() else [each for each in path.rglob("*") if each.is_file()]
    return sum(-(-each.stat().st_size // 4096) * 4096 for each in files)
