"""Batches of trials: what is drawn follows from their size, and neither from kills nor nodes."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch

from darla_agents.sweeping import study, trial
from toy_cluster import needs_ray, toy_cluster
from toy_commands import run_darla
from toy_sweeps import PROBE, of_encoders

pytest.importorskip("optuna", reason="needs pip install 'darla[sweep]'")


@pytest.fixture(autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


def sweep(file: Path, out: Path, *options: object, trials: int = 4, batch: int = 2) -> int:
    numbers = ("--trials", trials, "--batch", batch)
    return run_darla("sweep", file, "--out", out, "--no-progress", *numbers, *options)


def outcomes(out: Path) -> list[tuple[str, dict[str, Any], list[float]]]:
    found = json.loads((out / "sweep.json").read_text())["trials"]
    assert [each["number"] for each in found] == list(range(len(found)))
    return [(each["state"], each["drawn"], each["values"]) for each in found]


def test_a_batch_that_was_cut_goes_on_to_the_same_trials(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = of_encoders(tmp_path, PROBE)
    assert sweep(file, tmp_path / "whole") == 0
    whole = outcomes(tmp_path / "whole")
    assert [state for state, _, _ in whole] == ["complete"] * 4
    run, draw, out = trial.run_trial, study.SweepStudy._draw, tmp_path / "cut"

    def cut_in(number: int):
        def run_or_stop(*given: Any, **more: Any) -> tuple[float, ...]:
            if given[2].name == f"{number:04d}":
                raise KeyboardInterrupt
            return run(*given, **more)

        return run_or_stop

    for number in (1, 2):  # the second of a batch, and the first
        monkeypatch.setattr(trial, "run_trial", cut_in(number))
        assert sweep(file, out) == 130
    monkeypatch.undo()
    assert sweep(file, out) == 0
    assert outcomes(out) == whole

    out = tmp_path / "half"
    drawn: list[Any] = []

    def stop_after_one(asked: study.SweepStudy) -> Any:
        if drawn:
            raise KeyboardInterrupt
        drawn.append(draw(asked))
        return drawn[-1]

    monkeypatch.setattr(study.SweepStudy, "_draw", stop_after_one)
    assert sweep(file, out) == 130
    monkeypatch.undo()
    assert sweep(file, out) == 0
    assert outcomes(out) == whole


def test_a_trial_that_fails_leaves_the_others_of_its_batch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = trial.run_trial

    def fail_or_run(*given: Any, **more: Any) -> tuple[float, ...]:
        if given[2].name == "0001":
            raise ValueError("it is\nof no use")
        return (float("nan"),) if given[2].name == "0002" else run(*given, **more)

    monkeypatch.setattr(trial, "run_trial", fail_or_run)
    assert sweep(of_encoders(tmp_path, PROBE), tmp_path / "out") == 0
    found = json.loads((tmp_path / "out/sweep.json").read_text())["trials"]
    assert [each["state"] for each in found] == ["complete", "failed", "failed", "complete"]
    assert found[1]["failure"] == "it is of no use"


def test_a_batch_is_part_of_what_a_sweep_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(trial, "run_trial", lambda *given, **more: (float(given[2].name),))
    file, out = of_encoders(tmp_path, PROBE), tmp_path / "out"
    assert sweep(file, out, trials=3) == 2
    assert "trials is 3, but they are drawn 2 at a time" in capsys.readouterr().err
    assert sweep(file, out, "--cluster", "auto", batch=1) == 2
    assert "one runs at a time; give as batch how many" in capsys.readouterr().err
    assert sweep(file, out) == 0
    assert sweep(file, out, batch=4) == 2
    assert "holds a sweep with batch=2, not 4" in capsys.readouterr().err
    assert sweep(file, out, batch=1) == 2
    assert "holds a sweep with batch=2, not None" in capsys.readouterr().err


@needs_ray
@pytest.mark.slow
def test_nodes_find_what_one_machine_finds(tmp_path: Path) -> None:
    file = of_encoders(tmp_path, PROBE)
    assert sweep(file, tmp_path / "alone") == 0
    with toy_cluster(nodes=2) as cluster:
        assert sweep(file, tmp_path / "many", "--cluster", cluster.address) == 0
    assert outcomes(tmp_path / "many") == outcomes(tmp_path / "alone")
