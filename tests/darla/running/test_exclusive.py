"""One process at a time writes a folder; a lock ends with its process, however that ends."""

import subprocess
import sys
from pathlib import Path

import pytest

from darla.running.exclusive import exclusive, exclusive_name

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


def test_the_name_of_something_that_is_not_there_yet_is_held_and_left_without_a_trace(
    tmp_path: Path,
) -> None:
    path = tmp_path / "new/data"
    with exclusive_name(path):
        with pytest.raises(ValueError, match=r"another process is writing to .*new/data"):
            with exclusive_name(path):
                pass
        path.mkdir()
    with exclusive_name(path):
        pass
    assert [each.name for each in path.parent.iterdir()] == ["data"]


def test_what_a_killed_process_has_left_is_removed(tmp_path: Path) -> None:
    (tmp_path / "best").mkdir()
    (tmp_path / "best/.agent.json.123.tmp").write_text("half")
    (tmp_path / "checkpoints/.step_3.123.tmp").mkdir(parents=True)
    (tmp_path / "run.json").write_text("{}")
    with exclusive(tmp_path):
        left = sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*"))
    assert left == ["best", "checkpoints", "run.json"]
