"""One process at a time writes a folder; a lock ends with its process, however that ends."""

import subprocess
import sys

import pytest

from darla.running.exclusive import exclusive

HOLDER = """
import sys, time
from pathlib import Path
from darla.running.exclusive import exclusive

with exclusive(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(600)
"""


def test_a_folder_is_made_and_can_be_locked_again(tmp_path):
    for _ in range(2):
        with exclusive(tmp_path / "a/run"):
            assert (tmp_path / "a/run").is_dir()
    assert not any((tmp_path / "a/run").iterdir())


def test_another_process_is_kept_out_until_the_first_has_died(tmp_path):
    folder = tmp_path / "run"
    command = [sys.executable, "-c", HOLDER, str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as holder:
        try:
            assert holder.stdout.readline() == "held\n"
            with pytest.raises(ValueError, match=r"another process is writing to .*run; wait for"):
                with exclusive(folder):
                    pass
        finally:
            holder.kill()
    with exclusive(folder):
        pass


def test_an_error_in_the_block_gives_the_lock_back(tmp_path):
    with pytest.raises(RuntimeError, match="a bug"), exclusive(tmp_path):
        raise RuntimeError("a bug")
    with exclusive(tmp_path):
        pass
