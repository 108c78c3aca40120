"""Evaluating and comparing as commands: what is printed, and one line for every mistake."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from toy_agents import make_toy_agent
from toy_commands import PATHS, run_darla
from toy_rows import agent_rows, random_rows, write_rows


def test_from_agents_to_the_table(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    for seed in range(2):
        make_toy_agent(tmp_path / "agents" / f"pixels_{seed}", seed=seed)
    rows = tmp_path / "rows.csv"
    evaluate = ["--agents", tmp_path / "agents", "--out", rows, "--domains", "source", "new_floor"]
    evaluate += ["--episodes", 4, "--random-episodes", 6]
    assert run_darla("evaluate-transfer", *evaluate) == 0
    printed = capfd.readouterr()
    assert f"28 episodes played, 0 were there already: {rows}" in printed.out
    assert f"darla compare --rows {rows}" in printed.out
    assert "28/28" in printed.err
    assert "episodes/s" in printed.err
    assert run_darla("evaluate-transfer", *evaluate) == 0
    assert "0 episodes played, 28 were there already" in capfd.readouterr().out
    assert run_darla("compare", "--rows", rows, "--over", "new_floor") == 0
    printed = capfd.readouterr()
    assert (
        "pixels (2 seeds); 4 episodes for each agent in each domain, 6 of the random" in printed.out
    )
    assert f"table:   {tmp_path / 'rows.md'}" in printed.out
    assert f"plot:    {tmp_path}" in printed.out


def test_comparing_needs_neither_torch_nor_a_display(tmp_path: Path) -> None:
    rows = random_rows({"source": 0.1}) + agent_rows("pixels", 0, {"source": 0.5})
    path = write_rows(tmp_path / "rows.csv", rows)
    code = (
        "import sys; from darla_agents.commands.main import main; "
        "main(['compare', '--rows', sys.argv[1]]); "
        "print([name for name in ('torch', 'miniworld', 'pyglet') if name in sys.modules])"
    )
    environment = {key: value for key, value in os.environ.items() if key != "DISPLAY"}
    result = subprocess.run(
        [sys.executable, "-c", code, str(path)],
        env=environment | {"PYTHONPATH": PATHS},
        capture_output=True,
        text=True,
        check=True,
    )
    assert result.stdout.strip().endswith("[]")


@pytest.mark.parametrize(
    ("command", "arguments", "message"),
    [
        ("evaluate-transfer", "--agents {tmp}/nowhere", "there is no folder"),
        ("evaluate-transfer", "--agents {tmp}", "there is no finished agent in"),
        ("evaluate-transfer", "--episodes 0", "episodes is 0, but must be at least 1"),
        ("evaluate-transfer", "--seed -1", "seed is -1, but must be at least 0"),
        (
            "evaluate-transfer",
            "--agents {tmp}/agent --domains new_flor new_floor",
            "unknown domain 'new_flor'; did you mean 'new_floor'?",
        ),
        ("evaluate-transfer", "--agents {tmp}/agent --out {tmp}/thesis", "not a file of"),
        ("compare", "--rows {tmp}/none.csv", "no transfer rows at"),
        ("compare", "--rows {tmp}/thesis", "is not a file of transfer rows"),
        ("compare", "--rows {tmp}/rows.csv", "no episodes of the random policy in source"),
        ("compare", "--rows {tmp}/rows.csv --over sorce", "did you mean 'source'?"),
        ("compare", "--rows {tmp}/rows.csv --kinds latent pixel", "did you mean 'pixels'?"),
        ("compare", "--resamples 1", "resamples is 1, but must be at least 100"),
    ],
)
def test_wrong_input_is_one_line_and_exit_code_2(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    command: str,
    arguments: str,
    message: str,
) -> None:
    (tmp_path / "thesis").write_text("mine\n")
    write_rows(tmp_path / "rows.csv", agent_rows("pixels", 0, {"source": 0.5}))
    if "agent " in arguments:
        make_toy_agent(tmp_path / "agent")
    monkeypatch.chdir(tmp_path)
    assert run_darla(command, *arguments.format(tmp=tmp_path).split()) == 2
    printed = capfd.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("error: ")
    assert message in printed.err
    assert len(printed.err.strip().split("\n")) == 1
    assert (tmp_path / "thesis").read_text() == "mine\n"


@pytest.mark.parametrize(
    ("command", "options"),
    [
        ("evaluate-transfer", ["--agents", "--domains", "--episodes", "--stochastic", "--out"]),
        ("compare", ["--rows", "--over", "--kinds", "--by", "--without", "--out"]),
    ],
)
def test_every_option_is_explained(
    capfd: pytest.CaptureFixture[str],
    command: str,
    options: list[str],
) -> None:
    assert run_darla(command, "--help") == 0
    out = capfd.readouterr().out
    for option in options:
        assert option in out
    assert f"darla {command} --" in out
