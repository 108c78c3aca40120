"""The edge of a command: one line and exit code 2 for what a user can mend."""

import errno
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from darla.running.command import run_command, run_parsed


@dataclass(frozen=True)
class Config:
    number: int = 1


def _run(monkeypatch, error, *arguments):
    monkeypatch.setattr("sys.argv", ["command", *arguments])

    def main(_):
        if error is not None:
            raise error

    run_command(Config, main, "a command")


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (ValueError("beta is -1,\n   but must be 0 or more"), "error: beta is -1, but must be"),
        (FileNotFoundError("no dataset at x"), "error: no dataset at x"),
        (OSError(errno.ENOSPC, "No space left on device", "x"), "error: the disk is full"),
    ],
)
def test_what_a_user_can_mend_is_one_line(monkeypatch, capsys, error, line):
    with pytest.raises(SystemExit) as stopped:
        _run(monkeypatch, error)
    assert stopped.value.code == 2
    written = capsys.readouterr().err
    assert written.startswith(line) and written.count("\n") == 1


def test_an_interrupt_says_how_to_go_on(monkeypatch, capsys):
    with pytest.raises(SystemExit) as stopped:
        _run(monkeypatch, KeyboardInterrupt())
    assert stopped.value.code == 130
    assert "same command" in capsys.readouterr().err


def test_an_unknown_option_is_refused(monkeypatch):
    with pytest.raises(SystemExit) as stopped:
        _run(monkeypatch, None, "--nmber", "3")
    assert stopped.value.code == 2


def test_a_command_has_defaults_of_its_own(monkeypatch):
    found = []
    for arguments in ([], ["--number", "5"]):
        monkeypatch.setattr("sys.argv", ["command", *arguments])
        run_command(Config, found.append, "a command", Config(3))
    assert [config.number for config in found] == [3, 5]


def test_what_nobody_expected_is_a_line_and_a_report(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)

    def fail(_: object) -> None:
        raise KeyError("two\nlines")

    with pytest.raises(SystemExit) as ended:
        run_parsed(lambda: None, fail)
    assert ended.value.code == 1
    (line,) = capsys.readouterr().err.splitlines()
    (report,) = tmp_path.iterdir()
    assert line.startswith("error: unexpected KeyError") and str(report) in line
    text = report.read_text()
    assert "Traceback" in text and "torch " in text and "command: " in text


def test_memory_that_runs_out_is_no_fault_of_ours(capsys: pytest.CaptureFixture[str]) -> None:
    def fail(_: object) -> None:
        raise MemoryError("Unable to allocate 29.1 TiB")

    with pytest.raises(SystemExit) as ended:
        run_parsed(lambda: None, fail)
    assert ended.value.code == 2
    assert capsys.readouterr().err.startswith("error: memory ran out (Unable to allocate 29.1 TiB)")


WRITES = """
import errno, sys
from torch.utils.tensorboard import SummaryWriter
from tensorboard.summary.writer.record_writer import RecordWriter
from darla.running.command import run_command
from test_command import Config

def fail(*_):
    raise OSError(errno.ENOSPC, "No space left on device", "events")

def main(folder):
    writer = SummaryWriter(folder)
    RecordWriter.write = fail
    writer.add_scalar("loss", 1.0, 0)
    writer.close()

folder = sys.argv.pop()
run_command(Config, lambda _: main(folder), "a command")
"""


def test_what_tensorboards_thread_could_not_write_is_said_once(tmp_path):
    command = [sys.executable, "-c", WRITES, tmp_path]
    here = os.pathsep.join([str(Path(__file__).parent), *sys.path])
    done = subprocess.run(
        command, env={**os.environ, "PYTHONPATH": here}, capture_output=True, text=True
    )
    assert done.returncode == 2
    assert done.stderr == "error: the disk is full (events); free some space and run this again\n"
