"""The benchmark as a command: a table that grows, numbers in a file, one line for every mistake."""

import json
import runpy
import sys
from pathlib import Path

import pytest

from benchmark.spread_worlds import ages

SCRIPT = Path(__file__).parents[2] / "scripts/tools/benchmark_render.py"


def run(monkeypatch: pytest.MonkeyPatch, arguments: str) -> int:
    """Run the script in this process, and return its exit code."""
    monkeypatch.setattr(sys, "argv", [str(SCRIPT), *arguments.split()])
    try:
        runpy.run_path(str(SCRIPT), run_name="__main__")
    except SystemExit as stop:
        return int(stop.code or 0)
    return 0


@pytest.mark.parametrize(
    "task", ["Darla/GoToObject-v0", pytest.param("MiniWorld-OneRoom-v0", marks=pytest.mark.slow)]
)
def test_both_sides_are_measured(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    task: str,
) -> None:
    out = tmp_path / "rates.json"
    arguments = f"--tasks {task} --worlds 2 --cores 1 --seconds 0.05 --out {out}"
    assert run(monkeypatch, arguments) == 0
    *_, heading, name, first, second, _ = capfd.readouterr().out.splitlines()
    assert heading.split()[:3] == ["cores", "worlds", "samples"]
    assert name == task
    assert first.split()[:3] == ["1", "2", "4"]
    assert second.split()[:3] == ["1", "2", "1"]
    rows = json.loads(out.read_text())
    assert [row["samples"] for row in rows] == [4, 1]
    for row in rows:
        assert row["step_ratio"] == row["ours"]["step"] / row["stock"]["step"]
        for side in ("stock", "ours"):
            assert row[side]["draw"] > 0
            assert 50 < row[side]["megabytes"] < 2000


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("--worlds 0", "worlds is 0, but must be at least 1"),
        ("--cores 4096", "cores is 4096, but must be from 1 to"),
        ("--seconds 0", "seconds is 0.0, but must be more than 0"),
        ("--tasks MiniWorld-Mase-v0", "did you mean 'MiniWorld-Maze-v0'?"),
        ("--tasks CartPole-v1", "CartPole-v1 is no MiniWorld environment"),
    ],
)
def test_wrong_input_is_one_line_and_exit_code_2(
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    arguments: str,
    message: str,
) -> None:
    assert run(monkeypatch, arguments) == 2
    printed = capfd.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("error: ")
    assert message in printed.err
    assert len(printed.err.strip().split("\n")) == 1


def test_episodes_are_in_all_stages() -> None:
    assert ages(4, 40) == [5, 15, 25, 35]
