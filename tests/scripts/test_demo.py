"""The whole way, in small: frames, encoder, agents, transfer rows, table."""

import csv
import subprocess
import sys
from pathlib import Path

import pytest

import darla
from darla_envs.description.domains import target_names
from darla_envs.description.tasks import GO_TO_OBJECT

SCRIPT = Path(__file__).parents[2] / "scripts" / "demo.py"


def _demo(out, *arguments):
    command = [sys.executable, str(SCRIPT), "--out", str(out), *arguments]
    return subprocess.run(command, capture_output=True, text=True)


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    out = tmp_path_factory.mktemp("demo")
    size = ["--num-frames", "500", "--epochs", "0.5", "--total-timesteps", "1024"]
    size += ["--anyway", "--no-mask-look"]  # so young an encoder sees nothing yet
    size += ["--eval-episodes", "1", "--episodes", "1", "--random-episodes", "1"]
    return out, _demo(out, *size), size


def test_every_step_leaves_its_result(small):
    out, result, _ = small
    assert result.returncode == 0, result.stderr[-2000:]
    seed = out / "seed0"
    assert len(darla.FrameDataset.open(seed / "frames")) == 500
    assert darla.load_encoder(seed / "vision/encoder").latent_dim == 32
    for kind in ("latent", "pixels", "factors"):
        assert (seed / "agents" / kind / "agent.safetensors").is_file()
    for name in ("transfer.csv", "transfer.md", "transfer.json"):
        assert (out / name).is_file()
    assert list(out.glob("*.png"))


def test_the_rows_hold_every_kind_in_every_domain(small):
    out, _, _ = small
    with open(out / "transfer.csv") as file:
        rows = list(csv.DictReader(file))
    for kind in ("latent", "pixels", "factors", "random"):
        domains = {row["domain"] for row in rows if row["kind"] == kind}
        assert domains == {"source", *target_names(GO_TO_OBJECT)}
        seeds = {row["episode_seed"] for row in rows if row["kind"] == kind}
        assert {row["episode_seed"] for row in rows if row["kind"] == "latent"} <= seeds


def test_every_step_is_a_command_that_can_be_pasted(small):
    _, result, _ = small
    steps = [line.split() for line in result.stdout.splitlines() if line.startswith("$ ")]
    assert [step[2] for step in steps] == [
        "collect",
        "train-vision",
        *["train-agent"] * 3,
        "evaluate-transfer",
        "compare",
    ]
    assert {Path(step[1]).name for step in steps} == {"darla"}


def test_it_ends_by_saying_where_everything_is(small):
    _, result, _ = small
    assert "floor_and_wall" in result.stdout
    assert "traversals.png" in result.stdout
    assert "tensorboard --logdir" in result.stdout


@pytest.mark.slow  # every command's own tests run it twice
def test_a_second_run_skips_what_is_finished(small):
    out, _, size = small
    before = (out / "seed0/agents/latent/agent.safetensors").stat().st_mtime_ns
    again = _demo(out, *size)
    assert again.returncode == 0
    assert (out / "seed0/agents/latent/agent.safetensors").stat().st_mtime_ns == before


def test_what_fails_ends_the_demo_with_its_line(tmp_path):
    result = _demo(tmp_path, "--num-frames", "0")
    assert result.returncode == 2
    assert "num_frames is a whole number from 1, not 0" in result.stderr
    assert "Traceback" not in result.stderr
    assert result.stdout.count("$ ") == 1  # the steps after it were not tried


def test_no_seed_is_named(tmp_path):
    result = _demo(tmp_path, "--seeds")
    assert result.returncode == 2
