"""The command ``darla`` itself: what it lists, how fast it answers, and what it completes."""

import ast
import os
import subprocess
import sys
import time
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

import pytest

import darla
from darla_agents.commands.table import COMMANDS, find_command
from toy_commands import DARLA, PATHS, ROOT, run_darla

ENVIRONMENT = {**os.environ, "PYTHONPATH": PATHS}


@pytest.mark.parametrize("arguments", [(), ("--help",), ("-h",)])
def test_help_lists_every_command(
    arguments: tuple[str, ...], capfd: pytest.CaptureFixture[str]
) -> None:
    assert run_darla(*arguments) == 0
    out = capfd.readouterr().out
    for name, summary in COMMANDS.items():
        assert f"  {name} " in out and summary in out
    assert max(map(len, out.splitlines())) <= 80


def test_every_file_of_a_command_is_listed() -> None:
    folder = ROOT / "agents/darla_agents/commands"
    commands = {path.stem for path in folder.glob("*.py") if "def run(" in path.read_text()}
    assert commands == {name.replace("-", "_") for name in COMMANDS}


def test_the_version_is_that_of_the_package(capfd: pytest.CaptureFixture[str]) -> None:
    assert run_darla("--version") == 0
    assert capfd.readouterr().out == f"darla {darla.__version__}\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("colect",), "unknown command 'colect'; did you mean 'collect'? known: collect, "),
        (("train_visoin", "--help"), "did you mean 'train-vision'?"),
        (("--verson",), "unknown option '--verson'; did you mean '--version'?"),
        (("--tyro-print-completion",), "expected the name of a shell: bash, zsh, tcsh or fish"),
        (("--tyro-print-completion", "bsh"), "unknown shell 'bsh'; did you mean 'bash'?"),
        (("--tyro-write-completion", "bash"), "expected the path of the file to write"),
    ],
)
def test_a_mistake_is_one_line_and_exit_code_2(
    arguments: tuple[str, ...], message: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert run_darla(*arguments) == 2
    printed = capfd.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("error: ") and printed.err.count("\n") == 1
    assert message in printed.err


def test_an_interrupt_while_a_command_is_imported_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def interrupted(name: str) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("darla_agents.commands.main.find_command", interrupted)
    assert run_darla("collect") == 130
    assert capfd.readouterr().err == "interrupted before it began\n"


def test_an_unknown_option_of_a_command_ends_with_exit_code_2(
    capfd: pytest.CaptureFixture[str],
) -> None:
    assert run_darla("compare", "--rosw", "x.csv") == 2
    assert "--rows" in capfd.readouterr().err  # the nearest is suggested


@pytest.mark.parametrize("arguments", ["", "--help", "--version", "colect"])
def test_help_and_mistakes_are_answered_without_anything_heavy(arguments: str) -> None:
    code = (
        "import sys\nfrom darla_agents.commands.main import main\n"
        f"try: main({arguments.split()!r})\nexcept SystemExit: pass\n"
        "heavy = ('torch', 'tyro', 'numpy', 'gymnasium')\n"
        "print([name for name in heavy if name in sys.modules])"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], env=ENVIRONMENT, capture_output=True, text=True, check=True
    )
    assert result.stdout.splitlines()[-1] == "[]"


def test_help_answers_in_under_half_a_second() -> None:
    def seconds() -> float:
        began = time.perf_counter()
        subprocess.run([*DARLA, "--help"], env=ENVIRONMENT, capture_output=True, check=True)
        return time.perf_counter() - began

    assert min(seconds() for _ in range(5)) < 0.5  # the fastest: other processes run beside


@pytest.mark.parametrize("name", COMMANDS)
def test_a_script_of_the_same_name_runs_from_a_clone(name: str) -> None:
    path = ROOT / "scripts" / f"{name.replace('-', '_')}.py"
    imported = [
        node for node in ast.parse(path.read_text()).body if isinstance(node, ast.ImportFrom)
    ]
    assert [node.module for node in imported] == [f"darla_agents.commands.{path.stem}"]
    assert callable(find_command(name).run)


def test_a_script_shows_the_help_of_its_command() -> None:
    command = [sys.executable, str(ROOT / "scripts/compare.py"), "--help"]
    result = subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True, check=True)
    assert "compare.py [-h]" in result.stdout
    assert "darla compare --rows" in result.stdout


@pytest.fixture(scope="module")
def bash_script() -> str:
    """Return what a shell reads to complete the command."""
    with redirect_stdout(StringIO()) as out:
        assert run_darla("--tyro-print-completion", "bash") == 0
    return out.getvalue()


def completed(script: str, *words: str) -> set[str]:
    """Return what bash offers for the last word of a command line."""
    line = " ".join(words)
    ask = (
        f"\nCOMP_WORDS=({' '.join(repr(word) for word in words)}); COMP_CWORD={len(words) - 1}"
        f"\nCOMP_LINE={line!r}; COMP_POINT={len(line)}"
        "\nfunction=$(complete -p darla | sed 's/.*-F \\([^ ]*\\).*/\\1/')"
        '\n$function; printf "%s\\n" "${COMPREPLY[@]}"'
    )
    result = subprocess.run(["bash", "-c", script + ask], capture_output=True, text=True)
    return set(result.stdout.split())


def test_a_shell_completes_commands_and_their_options(bash_script: str) -> None:
    assert set(COMMANDS) <= completed(bash_script, "darla", "")
    assert completed(bash_script, "darla", "train-") == {"train-vision", "train-agent"}
    assert "--num-frames" in completed(bash_script, "darla", "collect", "--num")
    assert "--rows" in completed(bash_script, "darla", "compare", "--r")
    gamma = completed(bash_script, "darla", "train-vision", "--objective", "factor_vae", "--ga")
    assert "--gamma" in gamma  # which only some objectives have


def test_a_command_alone_can_be_completed_too(tmp_path: Path) -> None:
    written = tmp_path / "darla-compare"
    assert run_darla("compare", "--tyro-write-completion", "bash", written) == 0
    assert "--rows" in written.read_text()
