"""Say that kernels are being compiled when the first picture takes long, once for all workers."""

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from darla.running.exclusive import holding

_PATIENCE = 1.5  # seconds of compiling before a word about it
_NOTE = (
    "compiling the renderer; this is done once and takes about half a minute, longer where much "
    "else is running"
)
_SAYING = Path(__file__).parents[1] / "kernels" / "__pycache__" / "compile_note.lock"
_is_compiled = threading.Event()


@contextmanager
def compile_note() -> Iterator[None]:
    """Draw in the block: a line on standard error when the first one in this process takes long.

    Of several processes that wait for the same kernels one says so.
    """
    if _is_compiled.is_set():
        yield
        return
    drawn = threading.Event()
    timer = threading.Timer(_PATIENCE, _say_until, [drawn])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        drawn.set()
        _is_compiled.set()


def _say_until(drawn: threading.Event) -> None:
    """Say it and keep others from it until the picture is drawn, unless another process does."""
    try:
        with holding(_SAYING, _SAYING):
            _say()
            drawn.wait()
    except ValueError:  # another process has said it
        pass
    except OSError:  # an installation that may not be written to
        _say()


def _say() -> None:
    """Write the line."""
    print(_NOTE, file=sys.stderr, flush=True)
