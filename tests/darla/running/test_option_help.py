"""What a command's help says of its options: running text, whatever lines its docstrings have."""

from dataclasses import dataclass, field

import pytest

from darla.running.command import run_command
from darla.running.option_help import running_text


@dataclass(frozen=True)
class Inner:
    depth: int = 2
    """How deep it goes; as many layers as this are laid one upon the other, and the
    last is ``linear``, from below."""


@dataclass(frozen=True)
class Outer:
    names: tuple[str, ...] = ()
    """Names of what is to be looked at, as many as are wanted, or none at all where each
    is wanted.

    A second paragraph stays one."""
    inner: Inner = field(default_factory=Inner)


def shown(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the help in lines of 80 columns, without its frame."""
    monkeypatch.setenv("COLUMNS", "80")
    with pytest.raises(SystemExit) as ended:
        run_command(Outer, print, "a command", arguments=["--help"], program="it")
    assert ended.value.code == 0
    return [line.strip("│ ") for line in capsys.readouterr().out.splitlines()]


def test_a_help_fills_its_lines(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = shown(capsys, monkeypatch)
    assert max(map(len, lines)) <= 80
    begin = next(index for index, line in enumerate(lines) if "Names of what" in line)
    first, second, third = lines[begin : begin + 3]
    assert first.endswith("as many as are")
    assert (second, third) == ("wanted, or none at all where each is wanted.", "")
    assert "and the last is `linear`, from below. (default: 2)" in " ".join(lines)


def test_options_are_read_as_before(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["--names", "a", "b", "--inner.depth", "3"]
    run_command(Outer, print, "a command", arguments=words)
    assert capsys.readouterr().out.strip() == str(Outer(("a", "b"), Inner(3)))


def test_paragraphs_stay_and_lines_do_not() -> None:
    assert (
        running_text("One\n    line.\n\n    Another ``word``.\n") == "One line.\n\nAnother `word`."
    )
