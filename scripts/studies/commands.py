"""Run the toolkit's own commands, as a reader of the study would."""

import subprocess
import sys
from pathlib import Path

SCRIPTS = Path(__file__).resolve().parents[1]


def call(script: str, *arguments: object) -> None:
    """Run one of the scripts.

    Raises:
        ValueError: it failed; the message is the last line of its own.
    """
    command = [sys.executable, str(SCRIPTS / f"{script}.py"), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        last = done.stderr.strip().splitlines()[-1:] or ["no message"]
        raise ValueError(f"{' '.join(command[1:])}: {last[0]}")
