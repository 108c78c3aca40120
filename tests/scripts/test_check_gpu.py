"""The check of a GPU, on a CPU: that it runs to its end, and writes down what it finds."""

import json
import runpy
import sys
from pathlib import Path
from typing import Any

import pytest

SCRIPT = Path(__file__).parents[2] / "scripts/check_gpu.py"


def run(monkeypatch: pytest.MonkeyPatch, arguments: str) -> int:
    """Run the script in this process, and return its exit code."""
    monkeypatch.setattr(sys, "argv", [str(SCRIPT), *arguments.split()])
    monkeypatch.setattr(sys, "path", [*sys.path])
    try:
        runpy.run_path(str(SCRIPT), run_name="__main__")
    except SystemExit as stop:
        return int(stop.code or 0)
    return 0


def found(out: Path) -> dict[str, Any]:
    """Return what was written."""
    told: dict[str, Any] = json.loads(out.read_text())
    return told


def test_rates_are_a_table_and_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "gpu.json"
    arguments = f"--device cpu --quick --parts tests encoding --seconds 0.01 --out {out}"
    assert run(monkeypatch, arguments) == 0
    told = found(out)
    assert told["device"] == "CPU" and told["failed"] == {} and told["left_out"] == []
    assert "need a GPU" in told["tests"]["last"]
    rows = told["rows"]
    assert [(row["size"], row["way"]) for row in rows] == [
        (size, way) for way in ("bfloat16", "float32") for size in (1, 8)
    ]
    for row in rows:
        assert row["rate"] * row["milliseconds"] == pytest.approx(1000 * row["size"])
    lines = capsys.readouterr().out.splitlines()
    assert sum(line.startswith("encoding rooms") for line in lines) == 4
    assert lines[-1] == f"all numbers: {out}"


def test_what_there_is_no_time_for_is_left_out_and_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "gpu.json"
    arguments = f"--device cpu --quick --parts encoding vision agents --minutes 1e-9 --out {out}"
    assert run(monkeypatch, arguments) == 0
    told = found(out)
    assert told["rows"] == [] and told["recipe_minutes"] is None
    assert {"encoding 8 float32", "agents"} < set(told["left_out"])
    assert "left out, for want of time: encoding 1 bfloat16; " in capsys.readouterr().out


def test_a_part_that_fails_is_said_and_the_others_are_checked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: Any) -> Any:
        raise RuntimeError("no\nagents today")

    monkeypatch.setattr("gpu_check.rates.agent_rates", fails)
    out = tmp_path / "gpu.json"
    arguments = f"--device cpu --quick --parts agents encoding --seconds 0.01 --out {out}"
    assert run(monkeypatch, arguments) == 1
    told = found(out)
    assert told["failed"] == {"agents": "RuntimeError: no agents today"}
    assert len(told["rows"]) == 4


@pytest.mark.parametrize(
    ("arguments", "message"),
    [("--device cuda:99", "cuda:99"), ("--minutes 0", "minutes is 0"), ("--parts all", "all")],
)
def test_what_cannot_be_checked_is_said(
    arguments: str,
    message: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(monkeypatch, arguments) == 2
    assert message in capsys.readouterr().err


@pytest.mark.slow
def test_all_of_it_runs_on_a_cpu(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "gpu.json"
    assert run(monkeypatch, f"--device cpu --quick --seconds 0.1 --minutes 60 --out {out}") == 0
    rows = found(out)["rows"]
    assert [row["part"] for row in rows] == [*3 * ["vision"], *4 * ["encoding"], "agents"]
    assert [row["what"].partition(",")[2] for row in rows[:3]] == ["", " 8 seeds", ""]
    assert [row["way"] for row in rows[:3]] == ["eager", "eager", "compiled"]
    one, eight = (row["milliseconds"] for row in rows[:2])
    assert rows[1]["note"] == f"{eight / one:.2f} times one seed's step"
    assert [row["note"] for row in (rows[0], *rows[2:])] == [""] * 7
