"""That the renderer is being compiled is said when it takes long, and by one of those who wait."""

import threading
from pathlib import Path

import pytest

from darla_envs.render import compile_note as module
from darla_envs.render.compile_note import compile_note


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Let a process begin anew, without patience, in a folder of its own."""
    monkeypatch.setattr(module, "_PATIENCE", 0.05)
    monkeypatch.setattr(module, "_is_compiled", threading.Event())
    monkeypatch.setattr(module, "_SAYING", tmp_path / "compile_note.lock")
    return tmp_path


def draw_for(seconds: float) -> None:
    with compile_note():
        threading.Event().wait(seconds)


def test_several_who_wait_say_it_once(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    waiting = [threading.Thread(target=draw_for, args=(2.0,)) for _ in range(4)]
    for each in waiting:
        each.start()
    for each in waiting:
        each.join()
    assert capsys.readouterr().err.count("compiling the renderer") == 1


def test_nothing_is_said_when_it_is_quick_or_was_compiled_before(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_PATIENCE", 60.0)
    draw_for(0.0)
    monkeypatch.setattr(module, "_PATIENCE", 0.0)
    draw_for(0.5)
    assert capsys.readouterr().err == ""


def test_it_is_said_where_nothing_can_be_written(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_SAYING", folder / "missing" / "compile_note.lock")
    draw_for(2.0)
    assert "this is done once" in capsys.readouterr().err
