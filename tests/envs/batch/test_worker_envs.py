"""Worker processes: their errors, their ends, and what reaches them."""

import gc
import multiprocessing
import os
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from gymnasium import error
from gymnasium.vector import AutoresetMode

from darla_envs.batch.batched_envs import BatchedEnvs
from darla_envs.batch.worker_envs import WorkerEnvs
from toy_processes import children_of, is_running, wait_until
from toy_worlds import ToyWorlds, assert_same, tell_threads

TESTS = Path(__file__).resolve().parents[2]
needs_proc = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")


def make(num_worlds: int = 3, workers: int = 2, **toy: object) -> WorkerEnvs:
    return WorkerEnvs(partial(ToyWorlds, **toy), num_worlds, workers, AutoresetMode.SAME_STEP)


def zeros(envs: WorkerEnvs) -> np.ndarray:
    return np.zeros(envs.num_worlds, dtype=np.int64)


def assert_ended(envs: WorkerEnvs) -> None:
    assert not multiprocessing.active_children()
    with pytest.raises(error.ClosedEnvironmentError, match="closed"):
        envs.step(zeros(envs))
    envs.close()
    assert envs.closed


def test_a_users_error_while_making_worlds_keeps_its_text():
    with pytest.raises(ValueError, match=r"^worker 0: the toy is given nonsense$"):
        make(failure="value", fails_at="make")
    assert not multiprocessing.active_children()


def test_another_error_while_making_worlds_shows_where_it_happened():
    with pytest.raises(RuntimeError, match=r"(?s)worker 0 failed:.*toy_worlds.py.*the toy breaks"):
        make(failure="error", fails_at="make")
    assert not multiprocessing.active_children()


def test_a_users_error_in_a_reset_leaves_the_workers_running():
    envs = make(failure="value", fails_at="reset", fails_in=7)
    with pytest.raises(ValueError, match=r"^worker 1: the toy is given nonsense$"):
        envs.reset([5, 6, 7])
    start = envs.reset([5, 6, 8])
    assert start.frames[1:, 1, 1, 0].tolist() == [6, 8]
    with pytest.raises(ValueError, match=r"^worker 0: unknown factor 'size'$"):
        envs.reset(settings=[{}, {"size": 1}, {"size": 1}])
    assert envs.reset([1, 2, 3]).frames[:, 1, 1, 0].tolist() == [1, 2, 3]
    envs.close()


@pytest.mark.parametrize(
    ("failure", "kind", "text"),
    [
        ("value", ValueError, r"^worker 1: the toy is given nonsense$"),
        ("error", RuntimeError, r"(?s)^worker 1 failed:.*toy_worlds.py.*the toy breaks"),
        ("die", RuntimeError, r"^worker 1 died \(exit code -9: killed by signal 9"),
    ],
)
def test_errors_in_a_step_end_all_workers(failure, kind, text):
    envs = make(failure=failure, fails_in=2)
    envs.reset([0, 1, 2])
    envs.step(zeros(envs))
    with pytest.raises(kind, match=text):
        envs.step(zeros(envs))
    assert_ended(envs)


def test_a_worker_killed_between_steps_is_named():
    envs = make()
    envs.reset([0, 1, 2])
    victim = min(multiprocessing.active_children(), key=lambda process: process.name)
    os.kill(victim.pid, signal.SIGKILL)
    victim.join()
    with pytest.raises(RuntimeError, match=r"^worker 0 died \(exit code -9"):
        envs.step(zeros(envs))
    assert_ended(envs)


def test_domains_reach_running_workers():
    envs = make()
    envs.reset([0, 1, 2])
    before = {process.pid for process in multiprocessing.active_children()}
    envs.set_domain("bright")
    assert envs.reset([0, 1, 2]).frames[:, 1, 1, 2].tolist() == [100, 100, 100]
    with pytest.raises(ValueError, match=r"^worker 0: unknown domain 'nowhere'$"):
        envs.set_domain("nowhere")
    assert envs.reset([0, 1, 2]).frames[:, 1, 1, 2].tolist() == [100, 100, 100]
    assert {process.pid for process in multiprocessing.active_children()} == before
    envs.close()


def test_a_reset_forgets_the_step_under_way():
    envs = make()
    envs.reset([0, 1, 2])
    envs.step_async(zeros(envs))
    with pytest.raises(error.AlreadyPendingCallError):
        envs.step_async(zeros(envs))
    assert envs.reset([3, 4, 5]).frames[:, 1, 1].tolist() == [[3, 0, 0], [4, 0, 0], [5, 0, 0]]
    with pytest.raises(error.NoAsyncCallError):
        envs.step_wait()
    assert envs.step(zeros(envs)).rewards.tolist() == [3, 4, 5]
    envs.step_async(zeros(envs))
    envs.close()
    assert not multiprocessing.active_children()


def test_last_views_come_from_the_worlds_whose_episodes_ended():
    ours = make(5, 3, extras=True)
    alone = BatchedEnvs(ToyWorlds(5, extras=True), AutoresetMode.SAME_STEP)
    seeds = [0, 1, 2, 3, 4]
    ours.reset(seeds), alone.reset(seeds)
    counts = set()
    for _ in range(12):
        mine, other = ours.step(zeros(ours)).finals, alone.step(zeros(ours)).finals
        assert (mine is None) == (other is None)
        if mine is not None and other is not None:
            assert_same(vars(mine), vars(other))
            counts.add(len(mine.indices))
    assert len(counts) > 1
    ours.close()


def test_steps_without_infos_tell_of_ends_only():
    envs = WorkerEnvs(ToyWorlds, 3, 2, AutoresetMode.SAME_STEP, infos=False)
    assert envs.reset([0, 1, 2]).infos == {}
    steps = [envs.step(zeros(envs)) for _ in range(6)]
    assert all(step.infos == {} for step in steps)
    ends = [step.finals for step in steps if step.finals is not None]
    assert all(end.infos["_is_success"].all() for end in ends)
    assert len(ends) > 1
    envs.close()


@pytest.mark.parametrize(("options", "threads"), [({}, 1), ({"num_threads": 2}, 2)])
def test_libraries_in_workers_use_few_threads(monkeypatch, options, threads):
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    with pytest.raises(ValueError, match=f"worker 0: {threads} and {threads}"):
        WorkerEnvs(tell_threads, 2, 1, **options)
    assert os.environ["OMP_NUM_THREADS"] == "7"


@pytest.mark.parametrize("workers", [0, 4, -1])
def test_there_must_be_a_world_for_each_worker(workers):
    with pytest.raises(ValueError, match=f"workers is {workers}, but must be from 1 to .* 3"):
        make(3, workers)


def test_workers_end_with_their_batch():
    envs = make()
    frames = envs.reset([0, 1, 2]).frames
    del envs
    gc.collect()
    assert not multiprocessing.active_children()
    assert frames[:, 1, 1, 0].tolist() == [0, 1, 2]  # the memory stays while somebody has it


_SCRIPT = """
import os, sys, time
from functools import partial
from toy_worlds import ToyWorlds
from darla_envs.batch.worker_envs import WorkerEnvs
if __name__ == "__mp_main__":
    {beginning}
if __name__ == "__main__":
    envs = WorkerEnvs(ToyWorlds, 3, 2)
    frames = envs.reset([0, 1, 2]).frames
    envs.step([0, 0, 0])
    print("ready", flush=True)
    {ending}
"""


def _start(tmp_path: Path, ending: str, beginning: str = "pass") -> subprocess.Popen[str]:
    script = tmp_path / "script.py"
    script.write_text(_SCRIPT.format(ending=ending, beginning=beginning))
    path = os.pathsep.join(map(str, (TESTS, TESTS.parent, TESTS.parent / "envs")))
    return subprocess.Popen(
        [sys.executable, str(script)],
        env={**os.environ, "PYTHONPATH": path},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


@pytest.mark.parametrize(
    "ending", ["envs.close()", "pass", "envs.step_async([0, 0, 0])", "del envs"]
)
def test_nothing_is_said_at_the_end_of_a_script(tmp_path, ending):
    process = _start(tmp_path, ending)
    out, err = process.communicate(timeout=60)
    assert (out, err, process.returncode) == ("ready\n", "", 0)


def test_an_interruption_ends_all_with_one_traceback(tmp_path):
    process = _start(tmp_path, "time.sleep(60)")
    assert process.stdout is not None and process.stdout.readline() == "ready\n"
    os.killpg(process.pid, signal.SIGINT)  # as Ctrl-C does
    _, err = process.communicate(timeout=60)
    assert err.count("Traceback") == 1
    assert err.strip().endswith("KeyboardInterrupt")


def test_an_interruption_while_workers_begin_ends_all_with_one_traceback(tmp_path):
    process = _start(tmp_path, "pass", 'os.write(1, b"begun\\n"); time.sleep(0.5)')
    assert process.stdout is not None and process.stdout.readline() == "begun\n"
    os.killpg(process.pid, signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert err.count("Traceback") == 1
    assert err.strip().endswith("KeyboardInterrupt")


@needs_proc
def test_workers_end_when_the_parent_is_killed(tmp_path):
    process = _start(tmp_path, "time.sleep(60)")
    assert process.stdout is not None and process.stdout.readline() == "ready\n"
    children = children_of(process.pid)
    assert len(children) >= 2
    process.send_signal(signal.SIGKILL)
    _, err = process.communicate(timeout=60)
    wait_until(lambda: not any(is_running(child) for child in children))
    assert err == ""
