"""The edge of every command: read a configuration, run, and say errors in one line."""

import errno
import os
import shlex
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import tyro

from darla.running.atomic import write_text
from darla.running.one_line import one_line
from darla.running.option_errors import parsed_in_one_line
from darla.running.option_help import option_help
from darla.running.run_record import versions

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

    Errors that a user can mend (``ValueError`` and ``OSError``, options that nobody knows, and
    memory that runs out) are printed as one line, without a traceback, and end the process with
    exit code 2; an interrupt ends it with 130. Any other error ends it with 1, a line, and a report
    in a file. Fields of the dataclass ``config_class`` become options, with values of ``default``
    where none are given. For the others see :func:`tyro.cli`: ``arguments`` are its ``args``,
    ``program`` its ``prog``.
    """
    shown = tyro.MISSING_NONPROP if default is None else default
    run_parsed(
        lambda: tyro.cli(
            config_class,
            description=description,
            default=shown,
            args=arguments,
            prog=program,
            registry=option_help(),
        ),
        main,
    )


def run_parsed(parse: Callable[[], T], main: Callable[[T], None]) -> None:
    """Call ``main`` with what ``parse`` returns, and say errors as :func:`run_command` does."""
    try:
        with _threads_say_once():
            main(parsed_in_one_line(parse))
    except KeyboardInterrupt:
        print("interrupted; the same command continues where this stopped", file=sys.stderr)
        sys.exit(130)
    except (ValueError, OSError) as error:
        print(f"error: {_one_line(error)}", file=sys.stderr)
        sys.exit(2)
    except MemoryError as error:
        said = _one_line(error) or "there is none left"
        print(f"error: memory ran out ({said}); ask for less at once", file=sys.stderr)
        sys.exit(2)
    except Exception as error:
        said = f"{type(error).__name__}: {_one_line(error)}"
        print(f"error: unexpected {said[:300]}; {write_report(error)}", file=sys.stderr)
        sys.exit(1)


@contextmanager
def _threads_say_once() -> Iterator[None]:
    """Let threads say in the block why they end, unless they keep it for whoever waits for them.

    TensorBoard's does, when the disk is full.
    """
    before = threading.excepthook

    def say(ended: threading.ExceptHookArgs) -> None:
        kept = getattr(ended.thread, "exception", None)
        if ended.exc_value is None or kept is not ended.exc_value:
            before(ended)

    threading.excepthook = say
    try:
        yield
    finally:
        threading.excepthook = before


def write_report(error: Exception) -> str:
    """Write what is needed to find the cause of an error that nobody expected.

    Returns:
        What to do with the report, for a message: where it is, or that it could not be written.
    """
    lines = traceback.format_exception(error)
    versions_used = "\n".join(f"{name} {version}" for name, version in versions().items())
    text = f"command: {shlex.join(sys.argv)}\n\n{versions_used}\n\n{''.join(lines)}"
    name = f"darla-report-{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}.txt"
    for folder in (Path.cwd(), Path(tempfile.gettempdir())):
        try:
            write_text(folder / name, text)
        except (OSError, ValueError):
            continue
        return (
            f"{folder / name} says where: if it is not the environment's own, please send that "
            "report to darla's maintainers"
        )
    return "no report could be written, here or in the folder for temporary files"


def _one_line(error: Exception) -> str:
    """Return a message without line breaks; a full disk says what to do."""
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        return f"the disk is full ({error.filename or error}); free some space and run this again"
    return one_line(error)
