"""Children end with the process that began them, and hand that on to their own."""

import signal
import subprocess
import sys

import pytest

from toy_processes import is_running, wait_until

PARENT = """
import signal, sys, time
from darla.running.children import end_together, start

signal.signal(signal.SIGINT, signal.default_int_handler)  # which tests in the background ignore
end_together()
generations = int(sys.argv[1])
if generations:
    start([sys.executable, "-c", sys.argv[2], str(generations - 1), sys.argv[2]])
print(__import__("os").getpid(), flush=True)
time.sleep(600)
"""


@pytest.mark.parametrize("asked", [signal.SIGTERM, signal.SIGINT])
def test_a_process_takes_its_children_and_theirs_with_it(asked):
    command = [sys.executable, "-c", PARENT, "2", PARENT]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, text=True, **pipes) as parent:
        family = [int(parent.stdout.readline()) for _ in range(3)]
        assert all(map(is_running, family))
        parent.send_signal(asked)  # to the parent alone
        assert parent.wait(timeout=30) == 128 + asked
        assert "the same command continues" in parent.stderr.readline() + parent.stderr.readline()
    wait_until(lambda: not any(map(is_running, family)))
