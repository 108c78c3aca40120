"""Worker processes that make chunks and write them into a dataset, and what they tell.

Each worker has an environment of its own and one thread. It talks to its parent through a pipe:
it says :class:`Ready` when its environment is there, is given the index of a chunk, reports
:class:`Progress` and :class:`Done`, and is given the next. An error is sent with its text as
:class:`Failed`. When the parent dies, however it dies, its workers end too.
"""

import multiprocessing
import os
import signal
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import connection
from multiprocessing.process import BaseProcess
from types import TracebackType
from typing import Any

import gymnasium as gym

from darla.collection.batched_chunks import make_chunk_maker
from darla.collection.config import CollectConfig
from darla.frames.writer import FrameWriter

_ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "NUMBA_NUM_THREADS": "1",
    "LP_NUM_THREADS": "0",  # Mesa's software renderer draws in the thread that calls it
}
_GRACE = 5.0  # seconds that a worker has to close its environment


@dataclass(frozen=True)
class Ready:
    """The worker's environment is made; ``attributes`` are what a dataset says about it."""

    attributes: dict[str, Any]


@dataclass(frozen=True)
class Progress:
    """So many more frames are made."""

    frames: int


@dataclass(frozen=True)
class Done:
    """A chunk is finished and on the disk."""


@dataclass(frozen=True)
class Failed:
    """The worker met an error and ended.

    Attributes:
        user_error: the text of an error that the user can mend, otherwise None.
        errno: the number of an operating system's error, otherwise None.
        filename: the file that an operating system's error is about, or None.
        summary: type and text of the error.
        traceback: where it happened in the worker.
    """

    user_error: str | None
    errno: int | None
    filename: str | None
    summary: str
    traceback: str


Message = Ready | Progress | Done | Failed


class WorkerTracebackError(Exception):
    """Shows where in a worker an error happened, as the cause of the error that is raised."""

    def __str__(self) -> str:
        """Return the worker's traceback on lines of its own."""
        return f"\n{self.args[0]}"


class CollectWorkers:
    """The workers of one collection: a context, at whose end they are gone.

    Args:
        config: what to collect.
        load_policy: see :func:`darla.collection.batched_chunks.make_chunk_maker`.
        count: the number of workers.
    """

    def __init__(self, config: CollectConfig, load_policy: str | None, count: int) -> None:
        context = multiprocessing.get_context("spawn")
        self._processes: dict[connection.Connection, BaseProcess] = {}
        self._chunks: dict[connection.Connection, int] = {}
        with _one_thread_each():
            for index in range(count):
                ours, theirs = context.Pipe()
                process = context.Process(
                    target=_work,
                    args=(theirs, config, load_policy),
                    name=f"worker {index}",
                    daemon=True,
                )
                process.start()
                theirs.close()  # so that ours reads an end of file when the worker dies
                self._processes[ours] = process

    def __enter__(self) -> "CollectWorkers":
        """Enter the context."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End all workers: after an error at once, otherwise when they have closed."""
        for pipe, process in self._processes.items():
            if kind is not None:
                process.terminate()
            pipe.close()
        for process in self._processes.values():
            process.join(_GRACE)
            process.kill()
            process.join()

    def messages(self) -> Iterator[tuple[connection.Connection, Message]]:
        """Wait for messages, without end; each comes with the pipe to its worker.

        Raises:
            ValueError, OSError: a worker met an error that the user can mend.
            RuntimeError: a worker met another error, such as a mistake in the environment.
            ChildProcessError: a worker died.
        """
        while True:
            for pipe in connection.wait(list(self._processes)):
                assert isinstance(pipe, connection.Connection)
                try:
                    message = pipe.recv()
                except (EOFError, ConnectionResetError):
                    raise self._death(pipe) from None
                if isinstance(message, Failed):
                    raise _error_of(message)
                yield pipe, message

    def give(self, worker: connection.Connection, chunk: int) -> None:
        """Give a worker its next chunk."""
        self._chunks[worker] = chunk
        try:
            worker.send(chunk)
        except (BrokenPipeError, ConnectionResetError):
            raise self._death(worker) from None

    def _death(self, worker: connection.Connection) -> ChildProcessError:
        process = self._processes[worker]
        process.join(_GRACE)
        code = process.exitcode or 0
        how = f"killed by signal {-code}" if code < 0 else f"exit code {code}"
        doing = f"chunk {self._chunks[worker]}" if worker in self._chunks else "its start"
        return ChildProcessError(
            f"{process.name} died at {doing} ({how}; signal 9 often means that memory ran out, "
            "then fewer workers help); finished chunks are kept, the same command continues"
        )


def _error_of(failure: Failed) -> Exception:
    error: Exception
    if failure.errno is not None:
        error = OSError(failure.errno, failure.user_error, failure.filename)
    elif failure.user_error is not None:
        error = ValueError(failure.user_error)
    else:
        error = RuntimeError(f"a worker failed with {failure.summary}")
    error.__cause__ = WorkerTracebackError(failure.traceback)
    return error


@contextmanager
def _one_thread_each() -> Iterator[None]:
    # Libraries read these when they are imported, so processes must be born with them.
    before = {name: os.environ.get(name) for name in _ONE_THREAD}
    os.environ.update({name: os.environ.get(name, value) for name, value in _ONE_THREAD.items()})
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _work(pipe: connection.Connection, config: CollectConfig, load_policy: str | None) -> None:
    """Be a worker, until the parent closes the pipe."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent, interrupted too, ends its workers
    threading.Thread(target=_die_with_parent, daemon=True).start()
    try:
        _make_chunks(pipe, config, load_policy)
    except Exception as error:
        with suppress(BrokenPipeError, ConnectionResetError):  # the parent has met an error first
            pipe.send(_failure(error))


def _make_chunks(
    pipe: connection.Connection, config: CollectConfig, load_policy: str | None
) -> None:
    maker = make_chunk_maker(config, load_policy)
    pipe.send(Ready(maker.attributes))
    try:
        while (index := _next_chunk(pipe)) is not None:
            chunk = maker.make(index, lambda frames: pipe.send(Progress(frames)))
            FrameWriter(config.path).write(index, chunk)
            pipe.send(Done())
    finally:
        maker.close()


def _next_chunk(pipe: connection.Connection) -> int | None:
    try:
        return int(pipe.recv())
    except EOFError:
        return None


def _failure(error: Exception) -> Failed:
    is_mendable = isinstance(error, ValueError | OSError | gym.error.Error)
    system_error = error if isinstance(error, OSError) and error.errno is not None else None
    text = system_error.strerror if system_error else str(error)
    return Failed(
        user_error=(text or type(error).__name__) if is_mendable else None,
        errno=system_error.errno if system_error else None,
        filename=system_error.filename if system_error else None,
        summary=f"{type(error).__name__}: {error}",
        traceback="".join(traceback.format_exception(error)),
    )


def _die_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)  # a half-written chunk is not marked, and will be written again
