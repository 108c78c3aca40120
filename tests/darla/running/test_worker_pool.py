"""A pool of worker processes, with a toy for what works in them."""

import errno
import gc
import multiprocessing
import os
import signal
import time
from functools import partial

import pytest

from darla.running.worker_pool import WorkerDiedError, WorkerPool
from toy_servers import ToyServer


def pool(count=2, **options):
    return WorkerPool([partial(ToyServer, f"toy {i}") for i in range(count)], **options)


def nobody_works():
    return not [each for each in multiprocessing.active_children() if "worker" in each.name]


def test_each_worker_answers_its_own_request_with_its_own_server():
    with pool() as workers:
        assert len(workers) == 2
        assert workers.ask([("say", 1), ("say",)]) == [("toy 0", 1), ("toy 1",)]
    assert nobody_works() and not workers.running
    workers.close()
    with pytest.raises(RuntimeError, match="workers have ended; make new ones"):
        workers.send([("say",)] * 2)


def test_messages_come_before_the_answer_and_say_from_whom():
    with pool() as workers:
        workers.send([("count", 3), ("count", 1)])
        found = {0: [], 1: []}
        for worker, message in workers.messages():
            found[worker].append(message)
            if found[0][-1:] == found[1][-1:] == ["end"]:
                break
    assert found == {0: [0, 1, 2, "end"], 1: [0, "end"]}


def test_a_users_mistake_can_be_survived_and_keeps_its_text():
    with pool() as workers:
        requests = [("say",), ("fail", ValueError("blue is no number"))]
        with pytest.raises(ValueError, match=r"^worker 1: blue is no number$"):
            workers.ask(requests, survivable=True)
        assert workers.ask([("say",)] * 2) == [("toy 0",), ("toy 1",)]
        with pytest.raises(ValueError, match=r"^worker 1: blue is no number$"):
            workers.ask(requests)
        assert nobody_works()


def test_an_operating_systems_error_keeps_its_number_and_file():
    with pool(1, named=False) as workers:
        full = OSError(errno.ENOSPC, "No space left on device", "x")
        with pytest.raises(OSError, match="No space left") as caught:
            workers.ask([("fail", full)], survivable=True)
        assert (caught.value.errno, caught.value.filename) == (errno.ENOSPC, "x")
        assert str(caught.value) == str(full)
        assert not workers.running


@pytest.mark.parametrize(
    ("request_", "text"),
    [
        (("fail", KeyError("who")), r"(?s)^toy 0 failed:.*toy_servers.py.*KeyError: 'who'"),
        (("answer_what_cannot_be_sent",), "(?s)^toy 0 failed:.*lambda"),
        (("no_such_method",), "(?s)^toy 0 failed:.*no_such_method"),
    ],
)
def test_another_error_shows_where_it_happened_and_ends_all(request_, text):
    with pool(2, who="toy") as workers:
        with pytest.raises(RuntimeError, match=text):
            workers.ask([request_, ("say",)], survivable=True)
        assert not workers.running


def test_an_error_of_what_makes_a_server_is_told():
    with pytest.raises(RuntimeError, match=r"(?s)^worker 0 failed:.*no such toy"):
        with WorkerPool([partial(ToyServer, "broken")]) as workers:
            workers.ask([("say",)])
    assert nobody_works()


def test_a_death_says_whose_and_how():
    with pool() as workers:
        with pytest.raises(WorkerDiedError, match=r"^worker 1 died \(exit code 7\)$") as caught:
            workers.ask([("say",), ("die", 7)])
        assert (caught.value.index, caught.value.how) == (1, "exit code 7")
    with pool(1) as workers:
        victim = next(each for each in multiprocessing.active_children() if "worker" in each.name)
        os.kill(victim.pid, signal.SIGKILL)
        with pytest.raises(WorkerDiedError, match="killed by signal 9, often because memory"):
            workers.ask([("say",)])


def test_an_error_of_the_parents_own_ends_busy_workers_at_once():
    started = time.monotonic()
    with pytest.raises(KeyError), pool(1) as workers:
        workers.ask([("say",)])
        workers.send([("count", 10**9)])
        raise KeyError
    assert nobody_works() and time.monotonic() - started < 60


def test_libraries_use_few_threads_and_the_environment_stays(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    before = dict(os.environ)
    with pool(1, num_threads=2) as workers:
        assert workers.ask([("variable", "OMP_NUM_THREADS")]) == ["2"]
    assert dict(os.environ) == before


def test_workers_end_with_their_pool():
    workers = pool()
    del workers
    gc.collect()
    assert nobody_works()


def test_the_death_of_a_worker_is_one_line_at_the_edge_of_a_command() -> None:
    assert issubclass(WorkerDiedError, OSError)  # which commands say in one line
