"""What made a folder: its configuration, seed, versions and command, in ``run.json``."""

import platform
import sys
import time
from importlib import metadata
from pathlib import Path
from typing import Any

from darla.running.atomic import write_json
from darla.running.plain_json import plain

_PACKAGES = ("darla", "torch", "numpy", "gymnasium", "miniworld", "stable-baselines3", "zarr")


def versions() -> dict[str, str]:
    """Return the versions of Python and of the packages that shape results."""
    found = {"python": platform.python_version()}
    for package in _PACKAGES:
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            continue
    return found


def write_run_record(folder: Path, config: Any, seed: int) -> None:
    """Write ``run.json`` for a run of this configuration, a dataclass or a mapping, and seed."""
    record = {
        "config": plain(config),
        "seed": seed,
        "versions": versions(),
        "command": sys.argv,
        "started": time.strftime("%Y-%m-%dT%H:%M:%S%z"),
    }
    write_json(folder / "run.json", record)
