"""The libraries themselves keep what TensorBoard is given; nothing is asked of the network."""

import importlib.util
import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from toy_commands import ROOT
from toy_sinks import scalars_of

PATHS = os.pathsep.join([str(ROOT), str(ROOT / "tests"), *filter(None, sys.path)])
NEEDS = {"wandb": ["wandb"], "mlflow": ["mlflow", "sqlalchemy", "alembic"], "trackio": ["trackio"]}
CONFIG = {"seed": 3, "objective": "beta_vae", "data": ["a", "b"], "settings": {"rate": 0.5}}

# Three numbers at each step; at the last a picture, a text and a histogram. Hosts that are looked
# up are printed.
WRITE = """
import json, socket, sys
from pathlib import Path
import numpy as np
asked, look_up = [], socket.getaddrinfo
def noting(host, *rest, **more):
    if host not in (None, "", "localhost", "127.0.0.1", "::1"):
        asked.append(str(host))
    return look_up(host, *rest, **more)
socket.getaddrinfo = noting
from darla.tracking.run_writer import RunWriter
from darla.tracking.tracked_run import TrackedRun
name, config, first, last, interrupted = json.loads(sys.argv[1])
run = TrackedRun(name, "runs/vision/beta_vae", "runs/vision", config)
writer = RunWriter(Path("events"), first - 1, run)
try:
    try:
        for step in range(first, last + 1):
            for tag in ("loss/total", "kl_latent/0", "beta"):
                writer.add_scalar(tag, step + len(tag) / 7, step)
            writer.send()
        if interrupted:
            raise KeyboardInterrupt
        writer.add_image("pictures/a", np.full((8, 8, 3), 9, np.uint8), step, dataformats="HWC")
        writer.add_text("warnings", "all has collapsed", step)
        writer.add_histogram("kl_per_latent", np.arange(5.0), step)
    finally:
        writer.close()
except KeyboardInterrupt:
    pass
print("asked", json.dumps(asked))
"""


def skip_without(name: str) -> None:
    """Skip a test where a tracker's libraries are not installed."""
    if not all(importlib.util.find_spec(each) for each in NEEDS[name]):
        pytest.skip(f"needs darla[{name}]")


def in_process(folder: Path, *words: str, events: str = ".") -> str:
    """Run Python where all libraries keep what they are given in a folder; return its output.

    Events are written into a folder within it.
    """
    (folder / events).mkdir(exist_ok=True)
    own = {
        "PYTHONPATH": PATHS,
        "HOME": str(folder),
        "WANDB_MODE": "offline",
        "WANDB_ERROR_REPORTING": "false",
        "MLFLOW_TRACKING_URI": f"sqlite:///{folder}/mlflow.db",
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "TRACKIO_DIR": str(folder / "trackio"),
        "HF_HUB_OFFLINE": "1",
    }
    ours = ("WANDB_", "MLFLOW_", "TRACKIO_", "HF_")
    others = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    ran = subprocess.run(
        [sys.executable, *words],
        cwd=folder / events,
        env=others | own,
        capture_output=True,
        text=True,
    )
    assert ran.returncode == 0, ran.stderr
    assert "TensorBoard goes on alone" not in ran.stderr
    return ran.stdout


@pytest.mark.parametrize("name", NEEDS)
def test_a_run_that_is_continued_is_one_run_with_the_numbers_of_tensorboard(
    name: str, tmp_path: Path
) -> None:
    skip_without(name)
    for first, last, interrupted in ((1, 6, True), (5, 9, False)):
        told = json.dumps([name, CONFIG, first, last, interrupted])
        assert "asked []" in in_process(tmp_path, "-c", WRITE, told)
    (run,) = json.loads(in_process(tmp_path, "-m", "toy_read_back", name).splitlines()[-1])
    assert (run["name"], run["group"]) == ("runs/vision/beta_vae", "runs/vision")
    check_config(name, run["config"])
    expected = scalars_of(tmp_path / "events")
    assert [step for step, _ in expected["beta"]] == list(range(1, 10))
    assert run["scalars"].keys() == expected.keys()
    for tag, points in run["scalars"].items():
        assert [tuple(each) for each in points] == [
            (step, pytest.approx(value, rel=1e-6)) for step, value in expected[tag]
        ]
    assert run["pictures"] == {"pictures/a": [9]}
    assert run["texts"] == {"warnings": [[9, "all has collapsed"]]}
    assert run["histograms"] == ({} if name == "mlflow" else {"kl_per_latent": [9]})
    assert run.get("status", "FINISHED") == "FINISHED"


def test_trainings_side_by_side_make_one_store_of_mlflow(tmp_path: Path) -> None:
    skip_without("mlflow")
    told = json.dumps(["mlflow", CONFIG, 1, 3, False])
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(lambda own: in_process(tmp_path, "-c", WRITE, told, events=own), "abc"))
    runs = json.loads(in_process(tmp_path, "-m", "toy_read_back", "mlflow").splitlines()[-1])
    assert [len(run["scalars"]["beta"]) for run in runs] == [3, 3, 3]


def check_config(name: str, config: dict[str, Any]) -> None:
    """Check that a run's configuration is what it was told; MLflow's is flat, and of texts."""
    if name == "mlflow":
        flat = {"seed": "3", "objective": "beta_vae", "data": "['a', 'b']", "settings.rate": "0.5"}
        assert config == flat
    else:
        assert config == CONFIG
