"""Run commands as child processes that end with the process that began them.

A command that is killed continues when it is run again, so children are simply terminated; left
alone they would train on in folders that the next run wants.
"""

import os
import signal
import subprocess
from collections.abc import Sequence
from types import FrameType
from typing import Any

_STDERR = 2
_FAREWELL = b"\ninterrupted; the same command continues where this stopped\n"
_children: list["subprocess.Popen[str]"] = []


def end_together() -> None:
    """From now on, where this process is interrupted or asked to terminate, end all that it began.

    To be called in the main thread. Children are asked to terminate; those that have called this
    too pass it on. The exit code is 128 and the signal's number, as a shell has it.
    """
    signal.signal(signal.SIGTERM, _end)
    if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:  # as in a script's background
        signal.signal(signal.SIGINT, _end)


def start(command: Sequence[str], **options: Any) -> "subprocess.Popen[str]":
    """Start a child process, with options of :class:`subprocess.Popen`; any thread may."""
    child = subprocess.Popen(command, text=True, **options)
    _children.append(child)
    return child


def _end(number: int, _: FrameType | None) -> None:
    """End all children, and this process with the code of the signal."""
    for child in _children:
        child.terminate()  # nothing where it has ended
    os.write(_STDERR, _FAREWELL)  # sys.stderr may be in the middle of a line of its own
    os._exit(128 + number)  # threads that wait for children would begin the next ones
