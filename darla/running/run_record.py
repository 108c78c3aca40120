"""What made a folder: its configuration, seed, versions and command, in ``run.json``."""

import platform
import sys
import time
from importlib import metadata
from pathlib import Path
from typing import Any, NotRequired, TypedDict

from darla.running.atomic import write_json
from darla.running.checked_json import read_checked
from darla.running.plain_json import plain

_PACKAGES = ("darla", "torch", "numpy", "gymnasium", "miniworld", "stable-baselines3", "zarr")

RECORD = "run.json"
"""The file's name in a run's folder."""


class _Record(TypedDict):
    config: dict[str, Any]
    seed: NotRequired[int]
    versions: NotRequired[dict[str, str]]
    command: NotRequired[list[str]]
    started: NotRequired[str]


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
    write_json(folder / RECORD, record)


def read_run_config(folder: Path) -> dict[str, Any]:
    """Return the configuration in a folder's ``run.json``.

    Raises:
        FileNotFoundError: there is none.
        ValueError: it is damaged.
    """
    remedy = "remove the folder to start anew, or give another --out"
    return read_checked(folder / RECORD, _Record, remedy)["config"]
