"""The edge of every command: read a configuration, run, and say errors in one line."""

import errno
import sys
from collections.abc import Callable
from typing import TypeVar

import tyro

T = TypeVar("T")


def run_command(config_class: type[T], main: Callable[[T], None], description: str) -> None:
    """Parse ``config_class`` from the command line and call ``main`` with it.

    Errors that a user can mend (``ValueError`` and ``OSError``) are printed as one line, without
    a traceback, and end the process with exit code 2; an interrupt ends it with 130.
    """
    config = tyro.cli(config_class, description=description)
    try:
        main(config)
    except KeyboardInterrupt:
        print("interrupted; the same command continues where this stopped", file=sys.stderr)
        sys.exit(130)
    except (ValueError, OSError) as error:
        print(f"error: {_one_line(error)}", file=sys.stderr)
        sys.exit(2)


def _one_line(error: Exception) -> str:
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        return f"the disk is full ({error.filename or error}); free some space and run this again"
    return " ".join(str(error).split())
