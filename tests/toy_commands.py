"""The command ``darla`` in tests: in this process, or in one of its own."""

import os
import sys
from pathlib import Path

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
