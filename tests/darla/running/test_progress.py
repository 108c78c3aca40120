"""Progress bars: how often they are written, and what they say."""

import io
import sys

import pytest

from darla.running.progress import progress_bar


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        """Say so."""
        return True


def written(stream: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> int:
    """Return how often a bar is written while a minute passes in 100 steps."""
    now = [0.0]
    monkeypatch.setattr(sys, "stderr", stream)
    with progress_bar(100, "frames", "collect") as bar:
        bar._time = lambda: now[0]
        bar.start_t = bar.last_print_t = 0.0
        for _ in range(100):
            now[0] += 0.6
            bar.update()
    return stream.getvalue().count("\r")


def test_a_log_gets_a_bar_every_ten_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    assert written(io.StringIO(), monkeypatch) <= 10
    assert written(Terminal(), monkeypatch) >= 50


def test_it_says_how_much_of_what_is_done(capsys: pytest.CaptureFixture[str]) -> None:
    with progress_bar(40_000, "frames", "collect", done=10_000, scaled=True) as bar:
        bar.update(30_000)
    shown = capsys.readouterr().err
    assert "collect" in shown
    assert "40.0k/40.0k" in shown
    assert " frames/s" in shown


def test_it_can_be_silent(capsys: pytest.CaptureFixture[str]) -> None:
    with progress_bar(10, "frames", shown=False) as bar:
        bar.update(10)
    assert capsys.readouterr().err == ""
