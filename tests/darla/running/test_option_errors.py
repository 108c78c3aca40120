"""Words that no option takes are said in one line: which, what was expected, where to read on."""

import io
import sys
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import pytest
import tyro

from darla.running.command import run_command
from darla.running.option_errors import parsed_in_one_line


@dataclass(frozen=True)
class Config:
    number: int = 1
    """How many."""
    share: float | None = None
    names: dict[str, int] = field(default_factory=dict)
    """Names and numbers by turns."""


@dataclass(frozen=True)
class Required:
    source: tyro.conf.Positional[Path]
    """Where it comes from. More is said here."""
    out: Path
    """Where it goes, a folder."""
    seed: int = 0


@dataclass(frozen=True)
class Other:
    seed: int = 0


Words = (
    Annotated[Required, tyro.conf.subcommand("write", prefix_name=False)]
    | Annotated[Other, tyro.conf.subcommand("read", prefix_name=False)]
)


def refused(capfd, kind, *words):
    with pytest.raises(SystemExit) as stopped:
        run_command(kind, lambda _: None, "a command", arguments=words, program="darla it")
    assert stopped.value.code == 2
    printed = capfd.readouterr()
    assert printed.out == "" and printed.err.count("\n") == 1
    return printed.err.rstrip("\n")


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (("--number", "abc"), "--number takes a whole number, not 'abc'"),
        (("--number",), "--number takes a value, but none follows it"),
        (("--share", "much"), "--share takes a number or None, not 'much'"),
        (("--nmber", "3"), "unknown option --nmber; perhaps --number was meant"),
        (("--zzz",), "unknown option --zzz"),
        (("--number", "3", "4"), "no option takes '4'"),
    ],
)
def test_a_wrong_option_is_one_line(capfd, words, line):
    assert refused(capfd, Config, *words) == f"error: {line}; see darla it --help"


def test_a_value_of_another_form_says_what_is_expected(capfd):
    line = refused(capfd, Config, "--names", "a")
    assert line.startswith("error: --names: ")
    assert "Names and numbers by turns." in line


def test_several_unknown_options_are_all_named(capfd):
    line = refused(capfd, Config, "--nmber", "3", "--shar", "0.5")
    assert "unknown option --nmber and --shar; perhaps " in line
    assert "--number" in line and "--share" in line


def test_what_is_missing_is_named_with_its_first_sentence(capfd):
    line = refused(capfd, Required)
    assert line.startswith("error: darla it needs PATH: Where it comes from; --out PATH: ")
    assert line.endswith("Where it goes, a folder; see darla it --help")
    line = refused(capfd, Required, "here", "--sed", "1")
    assert line.startswith("error: darla it needs --out PATH: ")
    assert line.endswith("; unknown: --sed; see darla it --help")
    assert "source must be given" in refused(capfd, Required, "--sed", "1")


def test_a_word_in_place_of_a_command_is_answered_with_all(capfd):
    line = refused(capfd, Words, "wite", "--seed", "1")
    assert line.startswith("error: unknown word 'wite'; did you mean 'write'? known: ")
    assert line.endswith("; see darla it --help") and line.count(" ") < 20
    several = refused(capfd, Words, "wite", "--out", "x", "--source", "y")
    assert several == line  # whatever else it is given
    assert refused(capfd, Words).startswith("error: a word is missing: ")


@pytest.mark.parametrize("words", [("--nmber", "3"), ("--number", "abc"), ("--names", "a")])
def test_a_terminal_without_lines_to_draw_shows_the_same(capfd, words):
    line = refused(capfd, Config, *words)
    with redirect_stdout(io.StringIO()):  # of no encoding that has them
        assert refused(capfd, Config, *words) == line


def test_help_and_what_is_written_otherwise_pass(capfd):
    with pytest.raises(SystemExit) as stopped:
        run_command(Config, lambda _: None, "a command", arguments=["--help"], program="darla it")
    assert not stopped.value.code
    assert "How many." in capfd.readouterr().out


def test_a_box_of_another_form_is_shown_as_it_is(capfd):
    def parse():
        print("usage: see --help", file=sys.stderr)
        sys.exit(2)

    with pytest.raises(SystemExit) as stopped:
        parsed_in_one_line(parse)
    assert stopped.value.code == 2
    assert capfd.readouterr().err == "usage: see --help\n"
