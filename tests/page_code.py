"""Runs the code of the site's pages, with smaller numbers."""

import os
import shlex
import subprocess
import sys
from pathlib import Path

from toy_commands import DARLA, PATHS


def smaller(text: str, numbers: dict[str, str]) -> str:
    """Return a text with smaller numbers, each of which must be there."""
    for large, small in numbers.items():
        assert large in text, large
        text = text.replace(large, small)
    return text


def run(words: list[str], folder: Path) -> str:
    """Run a program in a folder, and return what it printed."""
    env = {**os.environ, "PYTHONPATH": PATHS, "MPLBACKEND": "agg"}
    ended = subprocess.run(words, cwd=folder, env=env, capture_output=True, text=True)
    assert ended.returncode == 0, f"{words}: {ended.stderr[-2000:]}"
    return ended.stdout


def run_line(line: str, folder: Path) -> None:
    """Run a line of a shell: a command of darla, or a script of the page."""
    first, *rest = shlex.split(line)
    if first in ("darla", "python"):
        run([*(DARLA if first == "darla" else [sys.executable]), *rest], folder)
    else:
        assert first == "pip", line
