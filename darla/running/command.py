"""The edge of every command: read a configuration, run, and say errors in one line."""

import errno
import sys
from collections.abc import Callable, Sequence
from typing import TypeVar

import tyro

T = TypeVar("T")


def run_command(
    config_class: type[T],
    main: Callable[[T], None],
    description: str | None,
    default: T | None = None,
    arguments: Sequence[str] | None = None,
    program: str | None = None,
) -> None:
    """Parse ``config_class`` from the command line and call ``main`` with it.

    Errors that a user can mend (``ValueError`` and ``OSError``) are printed as one line, without
    a traceback, and end the process with exit code 2; an interrupt ends it with 130. Fields of the
    dataclass ``config_class`` become options, with values of ``default`` where none are given. For
    the others see :func:`tyro.cli`: ``arguments`` are its ``args``, ``program`` its ``prog``.
    """
    shown = tyro.MISSING_NONPROP if default is None else default
    run_parsed(
        lambda: tyro.cli(
            config_class, description=description, default=shown, args=arguments, prog=program
        ),
        main,
    )


def run_parsed(parse: Callable[[], T], main: Callable[[T], None]) -> None:
    """Call ``main`` with what ``parse`` returns, and say errors as :func:`run_command` does."""
    try:
        main(parse())
    except KeyboardInterrupt:
        print("interrupted; the same command continues where this stopped", file=sys.stderr)
        sys.exit(130)
    except (ValueError, OSError) as error:
        print(f"error: {_one_line(error)}", file=sys.stderr)
        sys.exit(2)


def _one_line(error: Exception) -> str:
    """Return a message without line breaks; a full disk says what to do."""
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        return f"the disk is full ({error.filename or error}); free some space and run this again"
    return " ".join(str(error).split())
