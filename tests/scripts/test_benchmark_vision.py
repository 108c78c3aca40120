"""The benchmark of training as a command: both sides measured, one line for every mistake."""

import json
import runpy
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "scripts/tools/benchmark_vision.py"


def run(monkeypatch: pytest.MonkeyPatch, arguments: str) -> int:
    """Run the script in this process, and return its exit code."""
    monkeypatch.setattr(sys, "argv", [str(SCRIPT), *arguments.split()])
    try:
        runpy.run_path(str(SCRIPT), run_name="__main__")
    except SystemExit as stop:
        return int(stop.code or 0)
    return 0


@pytest.mark.slow
def test_both_sides_are_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "rates.json"
    small = f"--batch-sizes 8 --frames 16 --num-frames 16 --threads 1 --busy 1 --out {out}"
    assert run(monkeypatch, small) == 0
    assert "beside 1 busy processes, 16 frames seen" in capfd.readouterr().out
    for row in json.loads(out.read_text()):
        assert row["batch_size"] == 8
        assert row["threads"] == 1
        assert set(row["rates"]) == {"plain loop", "beta_vae", "look_state_nce"}
        assert all(rate > 0 for rate in row["rates"].values())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("--frames 0", "frames is 0, but must be at least 1"),
        ("--batch-sizes 2", "batch_sizes must be 4 or more each"),
        ("--num-frames 16", "frames and num_frames must be enough for a batch"),
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
