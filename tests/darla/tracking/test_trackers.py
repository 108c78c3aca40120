"""Trackers by name, and what is said where their libraries are missing."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from darla.tracking.trackers import TRACKERS, check_tracker
from darla_agents.learning.config import TrainAgentConfig
from toy_commands import run_darla
from toy_frames import tiny_config

OURS = ("wandb", "mlflow", "trackio")


def test_the_trackers_are_these() -> None:
    assert set(OURS) <= set(TRACKERS)
    check_tracker(None)


@pytest.mark.parametrize("name", OURS)
def test_a_missing_library_is_named_with_its_extra(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, name, None)
    said = f"need {name}, which is not installed; pip install 'darla[{name}]'"
    out = tmp_path / "run"
    for command in (["train-agent", "--kind", "pixels"], ["train-vision", "--data", str(tmp_path)]):
        assert run_darla(*command, "--out", str(out), "--tracker", name) == 2
        error = capsys.readouterr().err
        assert said in error and error.count("\n") == 1
    assert not out.exists()


def test_an_unknown_tracker_is_refused_with_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"unknown tracker 'wandbb'; did you mean 'wandb'\?"):
        TrainAgentConfig(tracker="wandbb").check()
    with pytest.raises(ValueError, match=r"unknown tracker 'mlfow'; did you mean 'mlflow'\?"):
        replace(tiny_config(tmp_path, tmp_path / "run"), tracker="mlfow").check()


def test_no_library_is_imported_unless_it_is_asked_for() -> None:
    code = (
        "import sys, darla, darla.vision.train, darla_agents.learning.train as train\n"
        "train.TrainAgentConfig(kind='pixels').check()\n"
        f"print([each for each in {OURS} if each in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert ran.stdout.strip() == "[]", ran.stderr
