"""A Ray cluster of several nodes on this machine, of which some can be killed."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
os.environ.setdefault("RAY_worker_niceness", "0")  # else tests wait for all other processes

needs_ray = pytest.mark.skipif(
    "not __import__('importlib').util.find_spec('ray')", reason="needs pip install 'darla[cluster]'"
)


class ToyCluster:
    """Nodes of one core each, besides a head that has none."""

    def __init__(self, cluster: Any) -> None:
        self._cluster = cluster
        self._nodes: list[Any] = []

    @property
    def address(self) -> str:
        """What ``--cluster`` takes."""
        return str(self._cluster.address)

    def have_nodes(self, count: int) -> None:
        """Add nodes until there are so many."""
        while len(self._nodes) < count:
            self._nodes.append(self._cluster.add_node(num_cpus=1))

    def kill_node(self) -> None:
        """Kill the processes of a node, without a word to the others."""
        self._cluster.remove_node(self._nodes.pop(), allow_graceful=False)


@contextmanager
def toy_cluster(nodes: int, **head: Any) -> Iterator[ToyCluster]:
    """Run a cluster in the block."""
    from ray.cluster_utils import Cluster

    cluster = Cluster(
        initialize_head=True, head_node_args={"num_cpus": 0, "include_dashboard": False, **head}
    )
    try:
        made = ToyCluster(cluster)
        made.have_nodes(nodes)
        yield made
    finally:
        cluster.shutdown()


@contextmanager
def killing(cluster: ToyCluster, when: Callable[[], bool], seconds: float = 300) -> Iterator[list]:
    """Kill a node while the block runs, when something is so.

    Yields a list that gets an entry when it has been killed.
    """
    killed: list[float] = []

    def watch() -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end and not stop.is_set():
            if when():
                cluster.kill_node()
                killed.append(time.monotonic())
                return
            time.sleep(0.02)

    stop = threading.Event()
    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield killed
    finally:
        stop.set()
        thread.join()
