"""Worker processes as their parent sees them: requests go to them, answers and messages come back.

What a worker does is in :mod:`darla.running.worker_process`.
"""

import multiprocessing
import os
import signal
import time
import weakref
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from multiprocessing import connection, reduction, resource_tracker
from multiprocessing.process import BaseProcess
from typing import Any

from darla.running.threads import thread_variables
from darla.running.worker_process import LOST, Failed, MakeServer, work

_GRACE = 5.0  # seconds that workers have to close their servers

Request = tuple[Any, ...]
"""The name of a method of a worker's server, and its arguments."""


class WorkerDiedError(ChildProcessError, RuntimeError):
    """A worker ended without a word.

    Attributes:
        index: of the worker.
        how: its exit code, and what that means.
        remedy: what to do, if that is known.
    """

    def __init__(self, who: str, index: int, how: str, remedy: str = "") -> None:
        super().__init__(f"{who} died ({how}){remedy}")
        self.index = index
        self.how = how
        self.remedy = remedy


class WorkerPool:
    """Some worker processes; they end with :meth:`close`, with this object, or with the parent.

    After any error but a caller's mistake that can be survived, and after an interruption, all of
    them are ended. As a context it ends them too: after an error at once, otherwise when they have
    closed what they hold.

    Servers are made in each worker, see :mod:`darla.running.worker_process`, where numerical
    libraries use ``num_threads``. Errors call a worker ``who`` before its number; where they are
    not ``named``, the text of a user's error does without.
    """

    def __init__(
        self,
        servers: Sequence[MakeServer],
        *,
        num_threads: int = 1,
        who: str = "worker",
        named: bool = True,
    ) -> None:
        context = multiprocessing.get_context("spawn")
        self._names = [f"{who} {index}" for index in range(len(servers))]
        self._named = named
        self._pipes: list[connection.Connection] = []
        self._processes: list[BaseProcess] = []
        self._end = weakref.finalize(self, _end, self._pipes, self._processes, os.getpid())
        with self._ending_on_error():
            with _threads_each(num_threads), _without_interruptions():
                for name in self._names:
                    ours, theirs = context.Pipe()
                    self._pipes.append(ours)
                    process = context.Process(target=work, args=(theirs,), name=name, daemon=True)
                    process.start()
                    theirs.close()  # so that ours reads an end of file when the worker dies
                    self._processes.append(process)
            for index, server in enumerate(servers):
                self.send_to(index, server)

    def __enter__(self) -> "WorkerPool":
        """Enter the context."""
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """End all workers."""
        if kind is not None:
            self._terminate()
        self.close()

    def __len__(self) -> int:
        """Return how many workers there are."""
        return len(self._names)

    @property
    def running(self) -> bool:
        """Whether the workers have not been ended."""
        return self._end.alive

    def ask(self, requests: Sequence[Request], *, survivable: bool = False) -> list[Any]:
        """Send each worker its request, and return their answers; see ``send`` and ``receive``."""
        self.send(requests)
        return self.receive(survivable=survivable)

    def send(self, requests: Sequence[Request]) -> None:
        """Send each worker its request.

        A WorkerDiedError where one died, and all are ended; a RuntimeError where they were before.
        """
        for index, request in enumerate(requests):
            self.send_to(index, request)

    def send_to(self, index: int, request: Any) -> None:
        """Send one worker a request; see :meth:`send`."""
        if not self.running:
            raise RuntimeError("the workers have ended; make new ones")
        with self._ending_on_error():
            try:
                self._pipes[index].send(request)
            except LOST:
                raise self._last_words(index) from None

    def send_descriptor(self, descriptor: int) -> None:
        """Send each worker an open file, for a method that receives one from the pipe."""
        with self._ending_on_error():
            for index, pipe in enumerate(self._pipes):
                try:
                    reduction.send_handle(pipe, descriptor, self._processes[index].pid)
                except LOST:
                    raise self._last_words(index) from None

    def receive(self, *, survivable: bool = False) -> list[Any]:
        """Wait for an answer of each worker; if survivable, all outlive a ValueError of one.

        Raises:
            ValueError, OSError: a worker met one.
            RuntimeError: a worker met another error, or died (:class:`WorkerDiedError`).
        """
        with self._ending_on_error():
            answers = [self._receive(index) for index in range(len(self._pipes))]
            errors = [(i, each) for i, each in enumerate(answers) if isinstance(each, Failed)]
            if errors and not (survivable and all(each.is_survivable for _, each in errors)):
                raise self._error_of(*errors[0])
        if errors:
            raise self._error_of(*errors[0])
        return answers

    def messages(self) -> Iterator[tuple[int, Any]]:
        """Wait for answers and messages as they come, without end.

        Yields:
            The number of a worker, and what it sent.

        Raises:
            ValueError, OSError, RuntimeError: as :meth:`receive` does; all workers are ended.
        """
        while True:
            for pipe in connection.wait(self._pipes):
                index = self._pipes.index(pipe)  # type: ignore[arg-type]
                with self._ending_on_error():
                    message = self._receive(index)
                    if isinstance(message, Failed):
                        raise self._error_of(index, message)
                yield index, message

    def close(self) -> None:
        """End the workers when they have closed their servers; closing twice is harmless."""
        self._end()

    def _receive(self, index: int) -> Any:
        """Wait for what one worker sends next."""
        try:
            return self._pipes[index].recv()
        except LOST:
            raise self._death(index) from None

    def _last_words(self, index: int) -> Exception:
        """Return the error of a worker that takes no more requests."""
        try:
            answer = self._pipes[index].recv()
        except LOST:
            return self._death(index)
        return self._error_of(index, answer) if isinstance(answer, Failed) else self._death(index)

    def _error_of(self, index: int, failure: Failed) -> Exception:
        """Return the error that a worker met."""
        return failure.error(self._names[index], self._named)

    def _death(self, index: int) -> WorkerDiedError:
        """Return the error that says how a worker died."""
        process = self._processes[index]
        process.join(_GRACE)
        code = process.exitcode
        how = "it closed its pipe" if code is None else f"exit code {code}"
        if code is not None and code < 0:
            how = f"exit code {code}: killed by signal {-code}"
            how += ", often because memory ran out" if code == -9 else ""
        remedy = (
            "; a script that makes workers must do so below `if __name__ == '__main__':`"
            if code == 1
            else ""
        )
        return WorkerDiedError(self._names[index], index, how, remedy)

    @contextmanager
    def _ending_on_error(self) -> Iterator[None]:
        """End all workers at once where anything goes wrong within."""
        try:
            yield
        except BaseException:
            self._terminate()
            self._end()
            raise

    def _terminate(self) -> None:
        """Ask all workers to end without closing what they hold."""
        if self._end.alive:
            for process in self._processes:
                process.terminate()


def _end(
    pipes: Sequence[connection.Connection], processes: Sequence[BaseProcess], owner: int
) -> None:
    """Close the pipes, and wait for the workers' end; kill those that take too long."""
    for pipe in pipes:
        pipe.close()
    if os.getpid() != owner:  # a forked child has a copy of this object, but not the workers
        return
    deadline = time.monotonic() + _GRACE
    for process in processes:
        process.join(max(0.0, deadline - time.monotonic()))
        process.kill()
        process.join()
        process.close()


@contextmanager
def _threads_each(num_threads: int) -> Iterator[None]:
    """Let numerical libraries in processes that are born here use so many threads."""
    # Libraries read these when they are imported, so processes must be born with them.
    wanted = thread_variables(num_threads)
    before = {name: os.environ.get(name) for name in wanted}
    os.environ.update(wanted)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


@contextmanager
def _without_interruptions() -> Iterator[None]:
    """Let processes be born deaf to Ctrl-C; the parent, which hears it, ends them."""
    resource_tracker.ensure_running()  # its start would undo the next line
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
