"""The benchmarks of learning as commands: all sides measured, one line for every mistake."""

import json
import subprocess
from pathlib import Path

import pytest

from toy_commands import run_script

TOOLS = Path(__file__).parents[2] / "scripts/tools"


def run(script: str, arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run a benchmark in this process."""
    return run_script(TOOLS / f"benchmark_{script}.py", *arguments.split())


@pytest.mark.slow
@pytest.mark.parametrize(
    ("script", "arguments", "heading", "sides"),
    [
        (
            "vision",
            "--batch-sizes 8 --frames 16 --num-frames 16 --threads 1 --busy 1",
            "Frames/s on 1 threads, beside 1 busy processes, 16 frames seen:",
            {"plain loop", "beta_vae", "look_state_nce"},
        ),
        (
            "agents",
            "--num-envs 2 --threads 1 --steps 1024",
            "Steps/s, encoded in",
            {"latent", "pixels", "encoding alone"},
        ),
    ],
)
def test_all_sides_are_measured(
    tmp_path: Path,
    script: str,
    arguments: str,
    heading: str,
    sides: set[str],
) -> None:
    out = tmp_path / "rates.json"
    done = run(script, f"{arguments} --out {out}")
    assert done.returncode == 0
    assert heading in done.stdout
    rows = json.loads(out.read_text())
    assert rows
    for row in rows:
        assert set(row["rates"]) == sides
        assert all(rate > 0 for rate in row["rates"].values())


@pytest.mark.parametrize(
    ("script", "arguments", "message"),
    [
        ("vision", "--frames 0", "frames is 0, but must be at least 1"),
        ("vision", "--batch-sizes 2", "batch_sizes must be 4 or more each"),
        ("vision", "--num-frames 16", "frames and num_frames must be enough for a batch"),
        ("agents", "--steps 8", "steps is 8, but must be at least 1024"),
        ("agents", "--num-envs 0", "num_envs is (0,), but must be at least 1"),
        ("agents", "--num-envs 256", "num_envs is 256, but must be at most 128"),
    ],
)
def test_wrong_input_is_one_line_and_exit_code_2(script: str, arguments: str, message: str) -> None:
    done = run(script, arguments)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("error: ")
    assert message in done.stderr
    assert len(done.stderr.strip().split("\n")) == 1
