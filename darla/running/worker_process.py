"""A worker process: it makes a server, and calls the server's methods as it is told to.

It is told through a pipe: first how to make the server, then requests, each the name of a method
with its arguments. Each is answered, by what the method returns or by :class:`Failed`. The server
is given the pipe, through which a method may send messages before its answer. A ``ValueError`` is
the caller's mistake and the worker goes on after it; any other error is its last word. When the
pipe is closed, the server is closed and the worker ends; when the parent dies, however it dies, the
worker ends at once.
"""

import os
import signal
import threading
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import connection, parent_process
from typing import Any, Protocol

LOST = (EOFError, BrokenPipeError, ConnectionResetError)
"""What a pipe raises whose other end is gone."""


class Server(Protocol):
    """What works in a worker: requests name its methods."""

    def close(self) -> Any:
        """Free what it holds; the worker ends."""


MakeServer = Callable[[connection.Connection], Server]
"""Makes a server in the worker, given its end of the pipe; it is sent there, so it is pickled."""


@dataclass(frozen=True)
class Failed:
    """The answer of a worker that met an error."""

    traceback: str
    """Where it happened in the worker, ending with its type and text."""
    user_error: str | None = None
    """The text of a ``ValueError`` or an ``OSError``; None for all others."""
    system: tuple[int | None, Any] | None = None
    """The number, or None, and the file, or None, of an ``OSError``; None for all others."""

    @classmethod
    def of(cls, error: Exception) -> "Failed":
        """Describe an error; only its text is sent, since not every error can be pickled."""
        trace = "".join(traceback.format_exception(error))
        if isinstance(error, OSError):
            text = str(error) if error.errno is None else error.strerror
            return cls(trace, text or type(error).__name__, (error.errno, error.filename))
        text = str(error) or type(error).__name__
        return cls(trace, text if isinstance(error, ValueError) else None)

    @property
    def is_survivable(self) -> bool:
        """Whether the worker goes on."""
        return self.user_error is not None and self.system is None

    def error(self, who: str, named: bool) -> Exception:
        """Make the error that the parent raises.

        Args:
            who: the worker's name, with its number.
            named: whether the text of a user's error begins with it.
        """
        if self.user_error is None:
            return RuntimeError(f"{who} failed:\n{self.traceback}")
        text = f"{who}: {self.user_error}" if named else self.user_error
        if self.system is None:
            return ValueError(text)
        number, file = self.system
        return OSError(text) if number is None else OSError(number, text, file)


def work(pipe: connection.Connection) -> None:
    """Be a worker, until the parent closes the pipe."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent, interrupted too, ends its workers
    threading.Thread(target=_die_with_parent, daemon=True).start()
    with suppress(*LOST):  # the parent is gone
        try:
            make: MakeServer = pipe.recv()
            server = make(pipe)
        except Exception as error:
            pipe.send(Failed.of(error))
            return
        try:
            while _answer(pipe, server):
                pass
        finally:
            server.close()


def _answer(pipe: connection.Connection, server: Server) -> bool:
    """Answer one request, and return whether there can be another."""
    try:
        name, *arguments = pipe.recv()
        pipe.send(getattr(server, name)(*arguments))
    except Exception as error:
        failure = Failed.of(error)
        pipe.send(failure)
        return failure.is_survivable
    return True


def _die_with_parent() -> None:
    """Wait for the parent's end, and end too."""
    parent = parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)
