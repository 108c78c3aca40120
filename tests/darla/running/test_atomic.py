import os
import subprocess
import sys

import pytest

from darla.running.atomic import write_bytes, write_json
from darla.running.checked_json import read_json


def test_json_survives(tmp_path):
    path = tmp_path / "new folder" / "a.json"
    write_json(path, {"a": [1, 2.5, None]})
    assert read_json(path) == {"a": [1, 2.5, None]}


def test_a_write_that_fails_leaves_the_old_file_and_no_other(tmp_path, monkeypatch):
    path = tmp_path / "a"
    write_bytes(path, b"old")

    def fail(*_):
        raise OSError("the disk is gone")

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(OSError, match="the disk is gone"):
        write_bytes(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_what_a_killed_process_left_is_taken_over(tmp_path):
    (tmp_path / ".a.tmp").write_bytes(b"half of something longer")
    write_bytes(tmp_path / "a", b"new")
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"a": b"new"}


WRITER = """
import sys
from pathlib import Path
from darla.running.atomic import write_bytes
for _ in range(100):
    write_bytes(Path(sys.argv[1]), sys.argv[2].encode() * 100_000)
"""


def test_two_writers_of_one_file_take_turns(tmp_path):
    path = tmp_path / "a"
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, path, each]) for each in "xy"]
    seen = set()
    while any(writer.poll() is None for writer in writers):
        if path.exists():
            seen.add(path.read_bytes())
    assert [writer.wait() for writer in writers] == [0, 0]
    assert seen <= {b"x" * 100_000, b"y" * 100_000} and seen
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("content", [b"{", b"\xff\xfe\x00"])
def test_what_is_not_json_is_named(tmp_path, content):
    path = tmp_path / "a.json"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"a\.json is not valid JSON"):
        read_json(path)
