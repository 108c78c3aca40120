"""The edge of a command: one line and exit code 2 for what a user can mend."""

import errno
from dataclasses import dataclass

import pytest

from darla.running.command import run_command


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


def test_our_own_mistakes_keep_their_traceback(monkeypatch):
    with pytest.raises(RuntimeError, match="a bug"):
        _run(monkeypatch, RuntimeError("a bug"))


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
