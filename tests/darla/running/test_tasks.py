"""Tasks: all are done, each once, wherever that is; and clusters that cannot be had."""

import random
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from darla.running.tasks import ClusterWords, in_order, run_tasks
from toy_work import broken, gone, refused, squared

HERE = ClusterWords()


@given(st.integers(0, 30), st.randoms(use_true_random=False))
def test_results_come_in_order_whatever_the_order_of_their_ends(
    count: int, draw: random.Random
) -> None:
    ended = [(number, number * number) for number in range(count)]
    draw.shuffle(ended)
    assert list(in_order(ended)) == [number * number for number in range(count)]


def test_results_that_are_due_do_not_wait_for_later_ones() -> None:
    def results() -> Iterator[tuple[int, str]]:
        yield 1, "b"
        yield 0, "a"
        raise AssertionError("asked for more than is due")

    found = in_order(results())
    assert [next(found), next(found)] == ["a", "b"]


@pytest.mark.parametrize("workers", [1, 2, 9])
def test_every_argument_has_its_result_once(workers: int) -> None:
    found = list(run_tasks(squared, [-3, 1, 2, 4], HERE, workers))
    assert sorted(found) == [(0, 9), (1, 1), (2, 4), (3, 16)]


def test_nothing_is_begun_for_no_arguments() -> None:
    assert list(run_tasks(squared, [], HERE, 4)) == []


@pytest.mark.parametrize("workers", [1, 2])
def test_errors_of_tasks_are_what_they_were(workers: int) -> None:
    with pytest.raises(ValueError, match=r"^3 is not wanted; give another number$"):
        list(run_tasks(refused, [1, 2, 3], HERE, workers))
    with pytest.raises(FileNotFoundError) as missing:
        list(run_tasks(refused, [1, 4], HERE, workers))
    assert missing.value.filename == "four.txt"


def test_processes_say_what_nobody_expected_and_that_they_died() -> None:
    with pytest.raises(RuntimeError, match=r"KeyError: [12]"):
        list(run_tasks(broken, [1, 2], HERE, 2))
    with pytest.raises(OSError, match="exit code 7"):
        list(run_tasks(gone, [1, 2], HERE, 2))


def test_processes_end_with_who_needs_no_more() -> None:
    with closing(run_tasks(squared, range(1000), HERE, 2)) as results:
        next(results)
    assert list(results) == []


@pytest.mark.parametrize("name", ["loca", "ray//head:10001", "head", "ray://head", "auto:x", ""])
def test_unknown_clusters_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match=rf"unknown cluster '{name}'; .*give local, ray://HOST"):
        ClusterWords(cluster=name).check_cluster()


def test_the_nearest_word_is_suggested() -> None:
    with pytest.raises(ValueError, match="did you mean 'local'"):
        ClusterWords(cluster="locla").check_cluster()
    for good in ("local", "auto", "ray://head.lab:10001", "10.0.0.1:6379", "ray://[::1]:10001"):
        ClusterWords(cluster=good).check_cluster()
    with pytest.raises(ValueError, match="task_cores is 0"):
        ClusterWords(task_cores=0).check_cluster()


def test_a_cluster_needs_ray(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(ValueError, match=r"clusters need ray, .*pip install 'darla\[cluster\]'"):
        list(run_tasks(squared, [1], ClusterWords(cluster="auto")))


@pytest.mark.parametrize("scheme", ["ray://", ""])
def test_an_address_that_does_not_answer_is_said_in_a_line(scheme: str) -> None:
    pytest.importorskip("ray", reason="needs pip install 'darla[cluster]'")
    with socket.socket() as taken:  # bound, but nobody listens
        taken.bind(("127.0.0.1", 0))
        address = f"{scheme}127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(ValueError, match=rf"no Ray cluster answers at {address} ") as error:
            list(run_tasks(squared, [1], ClusterWords(cluster=address)))
    assert "\n" not in str(error.value)


def test_without_a_cluster_ray_is_not_imported(tmp_path: Path) -> None:
    code = (
        "import sys; from darla.running.tasks import ClusterWords, run_tasks; import operator\n"
        "assert list(run_tasks(operator.neg, [1, 2], ClusterWords())) == [(0, -1), (1, -2)]\n"
        "assert 'ray' not in sys.modules, 'ray was imported'"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
