"""Tasks: one function, called for each of many arguments, here or on many machines.

Three places give the same results: this process, worker processes of this machine, and the nodes of
a Ray cluster (:mod:`darla.running.ray_tasks`). Results come in the order in which tasks finish;
:func:`in_order` puts them into that of the arguments. A task may be begun again where its machine
dies, so it must give the same whenever and wherever it is run, and what it writes must be whole or
not there.
"""

import re
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from multiprocessing import connection
from typing import Any, TypeVar

from darla.running.names import nearest
from darla.running.ranges import AtLeastZero, PositiveInt, check_ranges
from darla.running.ray_tasks import connection_to, tasks_on_cluster
from darla.running.worker_pool import WorkerPool

A = TypeVar("A")
R = TypeVar("R")

LOCAL, AUTO = "local", "auto"
_ADDRESS = re.compile(r"(ray://)?[\w.-]+:\d{1,5}|(ray://)?\[[0-9a-fA-F:]+\]:\d{1,5}")


@dataclass(frozen=True, kw_only=True)
class ClusterWords:
    """Where tasks run, and what is set aside for each; fields of commands that have many."""

    cluster: str = LOCAL
    """local: on this machine; ray://HOST:PORT: on the nodes of a Ray cluster, asked from outside;
    HOST:PORT or auto: asked from one of its nodes. Nodes share the current folder, at the same
    path, and have darla installed. Needs darla[cluster]."""
    task_cores: PositiveInt = 1
    """Cores of a node that each task of a cluster takes, and threads that it computes with."""
    task_gpus: AtLeastZero = 0.0
    """Share of a GPU that each task of a cluster takes, such as 0.25; 0: it sees none."""

    @property
    def is_local(self) -> bool:
        """Whether tasks run on this machine, without Ray."""
        return self.cluster == LOCAL

    def cluster_options(self) -> list[str]:
        """Return the options by which another command takes the same; none where all is local."""
        if self.is_local:
            return []
        resources = ["--task-cores", str(self.task_cores), "--task-gpus", str(self.task_gpus)]
        return ["--cluster", self.cluster, *resources]

    def check_cluster(self) -> None:
        """Raise a ValueError for a cluster that is none of these, or numbers out of range."""
        check_ranges(self)
        if self.cluster not in (LOCAL, AUTO) and not _ADDRESS.fullmatch(self.cluster):
            near = nearest(self.cluster, (LOCAL, AUTO, "ray://HOST:PORT"))
            raise ValueError(
                f"unknown cluster {self.cluster!r}; {near}give {LOCAL}, ray://HOST:PORT, HOST:PORT "
                f"or {AUTO}"
            )


@contextmanager
def connected(words: ClusterWords) -> Iterator[None]:
    """Stay connected to a cluster in the block, in which several lists of tasks run.

    Their processes may keep what a task has made for the next one. For errors see
    :func:`run_tasks`.
    """
    if words.is_local:
        yield
        return
    with connection_to(words.cluster):
        yield


def run_tasks(
    function: Callable[[A], R],
    arguments: Iterable[A],
    words: ClusterWords,
    workers: int = 1,
) -> Generator[tuple[int, R], None, None]:
    """Call a function for each argument, and yield results as they come, with their numbers.

    Close what is returned where you stop early (:func:`contextlib.closing`): tasks that are left
    are ended.

    Args:
        function: of a module, so that another process can import it.
        arguments: of picklable values, as results are.
        words: where; in this process when that is this machine and there is one worker.
        workers: processes of this machine.

    Raises:
        ValueError, OSError: a task met one; or Ray is missing, or no cluster answers.
        RuntimeError: a task met another error, or a worker died.
    """
    if not words.is_local:
        cores, gpus = words.task_cores, words.task_gpus
        yield from tasks_on_cluster(function, arguments, words.cluster, cores, gpus)
    elif workers > 1:
        yield from _in_processes(function, arguments, workers)
    else:
        yield from enumerate(map(function, arguments))


def in_order(results: Iterable[tuple[int, R]]) -> Iterator[R]:
    """Yield results in the order of their numbers, from 0; those that come early are held back."""
    early: dict[int, R] = {}
    due = 0
    for index, result in results:
        early[index] = result
        while due in early:
            yield early.pop(due)
            due += 1


class _TaskServer:
    """What a worker process does: it calls the function."""

    def __init__(self, function: Callable[[Any], Any], pipe: connection.Connection) -> None:
        self._function = function

    def call(self, argument: Any) -> Any:
        """Call the function."""
        return self._function(argument)

    def close(self) -> None:
        """Do nothing: a task holds nothing after its end."""


def _in_processes(
    function: Callable[[A], R], arguments: Iterable[A], workers: int
) -> Generator[tuple[int, R], None, None]:
    """Give worker processes argument after argument."""
    waiting = list(enumerate(arguments))
    workers = min(workers, len(waiting))
    if not workers:
        return
    waiting.reverse()
    doing: dict[int, int] = {}
    with WorkerPool([partial(_TaskServer, function)] * workers, named=False) as pool:
        for worker in range(workers):
            doing[worker], argument = waiting.pop()
            pool.send_to(worker, ("call", argument))
        for worker, result in pool.messages():
            index = doing.pop(worker)
            if waiting:
                doing[worker], argument = waiting.pop()
                pool.send_to(worker, ("call", argument))
            yield index, result
            if not doing:
                return
