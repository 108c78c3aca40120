"""Tasks on the nodes of a Ray cluster: the only module that knows Ray.

Ray does all of it: it finds a node with the cores that a task asks for, notices nodes that die, and
begins elsewhere what was running there. Nothing is uploaded: nodes have darla installed, and share
the folder that the command is begun in. What goes to a node and comes back is pickled, by Ray too,
so that whoever can reach a cluster can run code on it.
"""

import math
import os
import pickle
import platform
import re
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import islice
from types import ModuleType
from typing import Any, TypeVar

from darla.running.extras import extra
from darla.running.one_line import one_line
from darla.running.threads import thread_variables
from darla.running.worker_process import Failed

A = TypeVar("A")
R = TypeVar("R")

RETRIES = 5
"""How often a task is begun again because its node or its process died."""
_ANSWERS_WITHIN = 10.0  # seconds
_ASK_EVERY = 10.0  # seconds, for how many cores there are
_ATTEMPTS = "RAY_gcs_server_port_wait_time_s"  # of a driver: how often it asks
_AHEAD = 2  # tasks for each core that Ray knows of, so that none waits for its next one
_AHEAD_AT_LEAST = 64  # a cluster may grow when tasks wait


@dataclass(frozen=True)
class _Place:
    """Where a command was begun, for tasks to be at home there too."""

    folder: str
    paths: tuple[str, ...]
    """Where Python finds modules."""
    threads: int

    def enter(self) -> None:
        """Make this process be there; a ValueError where the node does not have the folder."""
        os.environ.update(thread_variables(self.threads))  # before libraries are imported
        try:
            os.chdir(self.folder)
        except OSError as error:
            raise ValueError(
                f"the node {platform.node()} has no folder {self.folder} "
                f"({error.strerror}); nodes of a cluster share the folder that a command is begun "
                "in, at the same path"
            ) from error
        sys.path += [each for each in self.paths if each not in sys.path]


def tasks_on_cluster(
    function: Callable[[A], R], arguments: Iterable[A], address: str, cores: int, gpus: float
) -> Generator[tuple[int, R], None, None]:
    """Call a function on the nodes of a cluster; see :func:`darla.running.tasks.run_tasks`.

    Args:
        function: of a module, so that nodes can import it.
        arguments: of picklable values, as results are.
        address: ``ray://HOST:PORT``, ``HOST:PORT`` or ``auto``.
        cores: that each task takes.
        gpus: the share of a GPU that each task takes.

    Raises:
        ValueError, OSError: a task met one; Ray is missing; no cluster answers; or a task was begun
            again as often as may be.
        RuntimeError: a task met another error.
    """
    place = _Place(os.getcwd(), tuple(filter(None, sys.path)), cores)
    waiting = enumerate(arguments)
    under_way: dict[Any, int] = {}
    with connection_to(address) as ray:
        window = _Window(ray)
        remote = ray.remote(num_cpus=cores, num_gpus=gpus, max_retries=RETRIES)(_call)
        try:
            while True:
                for index, argument in islice(waiting, window.room(len(under_way))):
                    asked = pickle.dumps((function, argument))
                    under_way[remote.remote(place, asked)] = index
                if not under_way:
                    return
                for finished in _finished(ray, list(under_way)):
                    index = under_way.pop(finished)
                    yield index, _result(ray, finished, index)
        finally:
            for each in under_way:
                with suppress(Exception):  # the cluster may be gone
                    ray.cancel(each, force=True)


def _call(place: _Place, asked: bytes) -> Any:
    """Do a task, in a process of a node; an error is returned, for not all can be pickled."""
    try:
        place.enter()
        function, argument = pickle.loads(asked)
        return function(argument)
    except Exception as error:
        return Failed.of(error)


class _Window:
    """How many tasks Ray is handed at a time, for it holds all that it has in memory."""

    def __init__(self, ray: ModuleType) -> None:
        self._ray = ray
        self._most, self._asked = 0, -math.inf

    def room(self, under_way: int) -> int:
        """Return how many more tasks to hand to Ray."""
        if time.monotonic() - self._asked > _ASK_EVERY:
            cores = int(self._ray.cluster_resources().get("CPU", 0))
            self._most, self._asked = max(_AHEAD_AT_LEAST, _AHEAD * cores), time.monotonic()
        return max(0, self._most - under_way)


def _finished(ray: ModuleType, under_way: list[Any]) -> list[Any]:
    """Wait until a task has finished, and return all that have."""
    ray.wait(under_way, num_returns=1)
    finished, _ = ray.wait(under_way, num_returns=len(under_way), timeout=0)
    return list(finished)


def _result(ray: ModuleType, finished: Any, index: int) -> Any:
    """Return what a task has returned; raise what it has met."""
    try:
        result = ray.get(finished)
    except ray.exceptions.RayTaskError as error:  # before _call could begin
        raise ValueError(
            f"a node of the cluster cannot run tasks of darla ({one_line(error)[-300:]}); install "
            "the same darla on all of them"
        ) from None
    except ray.exceptions.RayError as error:
        raise ChildProcessError(
            f"task {index} was begun {RETRIES + 1} times, and its process or its node died each "
            f"time ({type(error).__name__}), often because memory ran out; what is finished is "
            "kept, and the same command continues"
        ) from error
    if isinstance(result, Failed):
        raise result.error(f"task {index}", named=False)
    return result


@contextmanager
def connection_to(address: str) -> Iterator[ModuleType]:
    """Be connected to a cluster in the block, and yield Ray; a connection that is there is kept.

    A ValueError where Ray is missing, or no cluster answers.
    """
    ray = extra("ray", "cluster", "clusters")
    if ray.is_initialized():
        yield ray
        return
    _check_answers(address)
    with _handlers_kept(), _one_attempt():
        try:
            ray.init(address, log_to_driver=False, logging_level="ERROR")
        except (ConnectionError, ImportError, RuntimeError, TimeoutError, ValueError) as error:
            raise _no_cluster(address, error) from error
    try:
        yield ray
    finally:
        ray.shutdown()


@contextmanager
def _one_attempt() -> Iterator[None]:
    """Let Ray wait once for a cluster, half a minute, where it would wait twenty times as long."""
    given = _ATTEMPTS in os.environ
    os.environ.setdefault(_ATTEMPTS, "1")
    try:
        yield
    finally:
        if not given:
            del os.environ[_ATTEMPTS]


@contextmanager
def _handlers_kept() -> Iterator[None]:
    """Keep what happens on SIGTERM, which Ray would change."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.getsignal(signal.SIGTERM)
    try:
        yield
    finally:
        if before is not None:  # as it is where it was not set by Python
            signal.signal(signal.SIGTERM, before)


def _check_answers(address: str) -> None:
    """Raise a ValueError where nothing listens at an address, which Ray would wait for for long."""
    found = re.fullmatch(r"(?:ray://)?\[?(.+?)\]?:(\d+)", address)
    if found is None:
        return
    try:
        socket.create_connection((found[1], int(found[2])), _ANSWERS_WITHIN).close()
    except (OSError, OverflowError) as error:
        raise _no_cluster(address, error) from error


def _no_cluster(address: str, error: Exception) -> ValueError:
    """Return the error for a cluster that does not answer."""
    return ValueError(
        f"no Ray cluster answers at {address} ({one_line(error)[:300]}); begin one with ray start "
        "--head, or give another --cluster"
    )
