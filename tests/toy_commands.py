"""The command ``darla``, and scripts, in tests: in this process, or in one of their own."""

import os
import runpy
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from unittest import mock

from darla_agents.commands.main import main

ROOT = Path(__file__).parents[1]
PATHS = os.pathsep.join(str(ROOT / folder) for folder in (".", "envs", "agents", "tests"))
DARLA = [sys.executable, "-m", "darla_agents.commands"]


def run_darla(*arguments: object) -> int:
    """Run the command in this process, and return its exit code."""
    try:
        main([str(argument) for argument in arguments])
    except SystemExit as stop:
        return int(stop.code or 0)
    return 0


def run_script(script: Path, *arguments: object) -> "subprocess.CompletedProcess[str]":
    """Run a script in this process, as if it were typed; return how it ended and what it said."""
    typed = [str(script), *map(str, arguments)]
    out, err, code = StringIO(), StringIO(), 0
    with mock.patch.object(sys, "argv", typed), redirect_stdout(out), redirect_stderr(err):
        try:
            runpy.run_path(str(script), run_name="__main__")
        except SystemExit as stop:
            code = int(stop.code or 0)
    return subprocess.CompletedProcess(typed, code, out.getvalue(), err.getvalue())
