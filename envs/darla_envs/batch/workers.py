"""Worker processes as their parent sees them: one request to each, one answer from each."""

import multiprocessing
import os
import signal
import time
import weakref
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from multiprocessing import connection, reduction, resource_tracker
from multiprocessing.process import BaseProcess
from typing import Any

from darla_envs.batch.worker_process import LOST, Failed

_THREAD_VARIABLES = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "NUMBA_NUM_THREADS",
)
_DRAWING_THREADS = "LP_NUM_THREADS"  # Mesa's software renderer; 0 draws in the calling thread
_GRACE = 5.0  # seconds that workers have to close their worlds


class Workers:
    """Some worker processes; they end with :meth:`close`, with this object, or with the parent.

    After any error but a caller's mistake, and after an interruption, all of them are ended.

    Args:
        target: what a worker does with its end of a pipe.
        count: how many workers.
        num_threads: threads that numerical libraries use in each worker.
    """

    def __init__(
        self, target: Callable[[connection.Connection], None], count: int, num_threads: int = 1
    ) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipes: list[connection.Connection] = []
        self._processes: list[BaseProcess] = []
        self._end = weakref.finalize(self, _end, self._pipes, self._processes, os.getpid())
        with self._ending_on_error(), _threads_each(num_threads), _without_interruptions():
            for index in range(count):
                ours, theirs = context.Pipe()
                self._pipes.append(ours)
                process = context.Process(
                    target=target, args=(theirs,), name=f"worker {index}", daemon=True
                )
                process.start()
                theirs.close()  # so that ours reads an end of file when the worker dies
                self._processes.append(process)

    @property
    def running(self) -> bool:
        """Whether the workers have not been ended."""
        return self._end.alive

    def ask(self, requests: Sequence[tuple[Any, ...]], *, survivable: bool = False) -> list[Any]:
        """Send each worker its request, and return their answers; see ``send`` and ``receive``."""
        self.send(requests)
        return self.receive(survivable=survivable)

    def send(self, requests: Sequence[tuple[Any, ...]]) -> None:
        """Send each worker its request.

        Raises:
            RuntimeError: a worker died; all are ended.
        """
        with self._ending_on_error():
            for index, request in enumerate(requests):
                try:
                    self._pipes[index].send(request)
                except LOST:
                    raise self._last_words(index) from None

    def send_descriptor(self, descriptor: int) -> None:
        """Send each worker an open file."""
        with self._ending_on_error():
            for index, pipe in enumerate(self._pipes):
                try:
                    reduction.send_handle(pipe, descriptor, self._processes[index].pid)
                except LOST:
                    raise self._last_words(index) from None

    def receive(self, *, survivable: bool = False) -> list[Any]:
        """Wait for an answer of each worker.

        Args:
            survivable: a ``ValueError`` of a worker leaves all of them running.

        Raises:
            ValueError: a worker met one; the message begins with its number.
            RuntimeError: a worker met another error, or died; all are ended.
        """
        with self._ending_on_error():
            answers = [self._receive(index) for index in range(len(self._pipes))]
            failures = [
                (index, each) for index, each in enumerate(answers) if isinstance(each, Failed)
            ]
            mistakes = [failure for failure in failures if failure[1].user_error is not None]
            if failures and not (survivable and mistakes == failures):
                raise _error_of(*failures[0])
        if failures:
            raise _error_of(*failures[0])
        return answers

    def close(self) -> None:
        """End the workers when they have closed their worlds; closing twice is harmless."""
        self._end()

    def _receive(self, index: int) -> Any:
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
        return _error_of(index, answer) if isinstance(answer, Failed) else self._death(index)

    def _death(self, index: int) -> RuntimeError:
        process = self._processes[index]
        process.join(_GRACE)
        code = process.exitcode
        how = "it closed its pipe" if code is None else f"exit code {code}"
        if code is not None and code < 0:
            how = f"exit code {code}: killed by signal {-code}"
            how += ", often because memory ran out" if code == -9 else ""
        hint = (
            "; a script that makes workers must do so below `if __name__ == '__main__':`"
            if code == 1
            else ""
        )
        return RuntimeError(f"worker {index} died ({how}){hint}")

    @contextmanager
    def _ending_on_error(self) -> Iterator[None]:
        try:
            yield
        except BaseException:
            if self._end.alive:
                for process in self._processes:
                    process.terminate()
            self._end()
            raise


def _error_of(index: int, failure: Failed) -> Exception:
    if failure.user_error is not None:
        return ValueError(f"worker {index}: {failure.user_error}")
    return RuntimeError(f"worker {index} failed:\n{failure.traceback}")


def _end(
    pipes: Sequence[connection.Connection], processes: Sequence[BaseProcess], owner: int
) -> None:
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
    # Libraries read these when they are imported, so processes must be born with them.
    wanted = dict.fromkeys(_THREAD_VARIABLES, str(num_threads))
    wanted[_DRAWING_THREADS] = "0" if num_threads == 1 else str(num_threads)
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
    # Processes are born as deaf to Ctrl-C as this thread; the parent, which hears it, ends them.
    resource_tracker.ensure_running()  # its start would undo the next line
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
