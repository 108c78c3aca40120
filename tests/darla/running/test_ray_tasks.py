"""Tasks on a cluster of several nodes: a node that dies takes nothing with it."""

import importlib.util
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from darla.running.tasks import ClusterWords, run_tasks
from toy_cluster import ToyCluster, killing, needs_ray, toy_cluster
from toy_work import Noted, broken, noted, refused

pytestmark = [needs_ray, pytest.mark.slow]


@pytest.fixture(scope="module")
def cluster() -> Iterator[ToyCluster]:
    with toy_cluster(nodes=3) as made:
        yield made


def test_what_a_node_was_at_when_it_died_is_done_elsewhere(
    cluster: ToyCluster, tmp_path: Path
) -> None:
    cluster.have_nodes(3)
    tasks = [Noted(tmp_path, number, seconds=1.0) for number in range(9)]

    def all_nodes_work() -> bool:
        return len({each.suffix for each in tmp_path.glob("begun*")}) == 3  # processes

    with killing(cluster, all_nodes_work) as killed:
        found = list(run_tasks(noted, tasks, ClusterWords(cluster=cluster.address)))
    assert killed
    assert sorted(number for number, _ in found) == list(range(9))
    assert {result for _, result in found} == {(n, os.getcwd(), "1") for n in range(9)}
    assert len([*tmp_path.glob("begun*")]) > 9  # one was begun twice


def test_errors_of_tasks_are_what_they_were(cluster: ToyCluster, tmp_path: Path) -> None:
    words = ClusterWords(cluster=cluster.address)
    with pytest.raises(ValueError, match=r"^3 is not wanted; give another number$"):
        list(run_tasks(refused, [1, 2, 3], words))
    with pytest.raises(FileNotFoundError) as missing:
        list(run_tasks(refused, [4], words))
    assert missing.value.filename == "four.txt"
    with pytest.raises(RuntimeError, match="KeyError: 1"):
        list(run_tasks(broken, [1], words))


def test_a_folder_that_nodes_do_not_share_is_said(
    cluster: ToyCluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.setattr(os, "getcwd", lambda: str(gone / "elsewhere"))
    with pytest.raises(ValueError, match=r"has no folder .*elsewhere .*nodes of a cluster share"):
        list(run_tasks(refused, [1], ClusterWords(cluster=cluster.address)))


AFAR = """
from darla.running.tasks import ClusterWords, run_tasks
from toy_work import refused
words = ClusterWords(cluster="ray://127.0.0.1:{port}")
print(sorted(run_tasks(refused, [1, 2], words)))
try:
    list(run_tasks(refused, [3], words))
except ValueError as error:
    print(error)
"""


@pytest.mark.skipif(importlib.util.find_spec("grpc") is None, reason="needs ray[client]")
def test_a_cluster_can_be_asked_from_elsewhere() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with toy_cluster(nodes=1, ray_client_server_port=port):
        code = [sys.executable, "-c", AFAR.format(port=port)]
        paths = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        done = subprocess.run(code, env=paths, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "[(0, 1), (1, 2)]\n3 is not wanted; give another number\n"
