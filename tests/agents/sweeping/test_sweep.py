"""The command itself: whole sweeps of toy trials, their report, kills, and what is refused."""

import json
import os
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch
from PIL import Image

from darla.encoder.bundle import load_encoder
from darla_agents.agent.saved_agent import load_agent
from darla_agents.playing.rows import read_rows
from toy_commands import DARLA, PATHS, run_darla
from toy_sweeps import MOVEMENT, PROBE, RETURN, of_agents, of_both, of_encoders


@pytest.fixture(autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


def sweep(file: Path, out: Path, trials: int, *more: str) -> int:
    return run_darla("sweep", file, "--out", out, "--trials", trials, "--no-progress", *more)


def numbers(out: Path) -> dict:
    return json.loads((out / "sweep.json").read_text())


def test_a_sweep_of_encoders_and_agents(tmp_path, capsys):
    pytest.importorskip("optuna")
    file, out = of_both(tmp_path), tmp_path / "out"
    assert sweep(file, out, 2) == 0
    found = numbers(out)
    assert [each["state"] for each in found["trials"]] == ["complete"] * 2
    for trial in found["trials"]:
        folder = out / f"trials/{trial['number']:04d}"
        encoder, agent = load_encoder(folder / "vision/encoder"), load_agent(folder / "agent")
        training = encoder.config["training"]
        assert training["learning_rate"] == trial["drawn"]["vision.learning_rate"]
        assert training["beta"] == trial["drawn"]["vision.beta"]
        assert agent.spec.encoder == str(folder / "vision/encoder")
        assert agent.spec.settings["batch_size"] == trial["drawn"]["agent.settings.batch_size"]
        rows = read_rows(folder / "validation.csv")
        assert {row.domain for row in rows} == {"validation"} and len(rows) == 4
        assert trial["values"] == [sum(row.episode_return for row in rows) / 4]
        assert len(trial["seen"]) == 4  # every 16 of 64 steps
    best = max(found["trials"], key=lambda trial: trial["values"][0])
    assert found["trials"][found["best"][0]]["values"] == best["values"]
    report = capsys.readouterr().out
    assert report.startswith((out / "sweep.md").read_text().rstrip("\n"))
    assert f"## Best: trial {found['best'][0]}" in report
    lines = found["commands"][str(found["best"][0])]
    assert [shlex.split(line)[:2] for line in lines] == [
        ["darla", "train-vision"],
        ["darla", "train-agent"],
    ]
    assert all(line in report for line in lines)
    for name in ("history.png", "parallel.png"):
        assert f"picture: {out / name}" in report
        Image.open(out / name).verify()
    assert f"{best['drawn']['vision.learning_rate']:.3g}" in report

    assert sweep(file, out, 3) == 0  # adds one, and leaves the others as they are
    assert numbers(out)["trials"][:2] == found["trials"]
    assert {path.name for path in (out / "trials").iterdir()} == {"0000", "0001", "0002"}


def test_a_sweep_is_continued_with_what_it_began_with(tmp_path, capsys):
    pytest.importorskip("optuna")
    file, out = of_agents(tmp_path), tmp_path / "out"
    assert sweep(file, out, 1) == 0
    capsys.readouterr()
    text = file.read_text()
    for change, more, message in (
        (("high = 2", "high = 3"), (), "search="),
        (("episodes = 4", "episodes = 5"), (), "objectives="),
        (("[agent]", '[agent]\nkey = "x"\n'), (), "agent="),
        (("", ""), ("--seed", "1"), "seed=0, not 1"),
    ):
        file.write_text(text.replace(*change, 1))
        assert sweep(file, out, 2, *more) == 2
        said = capsys.readouterr().err
        assert f"{out} holds a sweep with {message}" in said and said.count("\n") == 1
    (tmp_path / "other").mkdir()
    (tmp_path / "other/file").touch()
    file.write_text(text)
    assert sweep(file, tmp_path / "other", 1) == 2
    assert "already holds something else" in capsys.readouterr().err


def test_encoders_are_judged_by_probes_and_by_how_far_their_state_moves(tmp_path):
    pytest.importorskip("optuna")
    file, out = of_encoders(tmp_path, PROBE + MOVEMENT), tmp_path / "out"
    assert sweep(file, out, 2) == 0
    found = numbers(out)
    for trial in found["trials"]:
        forecast, movement = trial["values"]
        assert forecast < 0.9 and 0 < movement < 2
        assert trial["seen"] == {}
    assert [each["direction"] for each in found["objectives"]] == ["maximize", "minimize"]
    assert "On the front" in (out / "sweep.md").read_text()
    Image.open(out / "front.png").verify()


def test_a_state_that_is_not_told_apart_fails_a_trial(tmp_path, capsys):
    pytest.importorskip("optuna")
    file = of_encoders(tmp_path, PROBE.replace('"all"', '"state"'))
    assert sweep(file, tmp_path / "out", 1) == 0
    assert "trial 0: an encoder of beta_vae does not say which latents" in capsys.readouterr().out
    assert "No trial is complete." in (tmp_path / "out/sweep.md").read_text()


def test_a_sweep_killed_while_it_trains_ends_as_if_it_had_not_been(tmp_path):
    pytest.importorskip("optuna")
    file = of_both(tmp_path)
    text = file.read_text().replace("epochs = 1\n", "epochs = 10\n")
    file.write_text(text.replace("checkpoint_every = 2", "checkpoint_every = 8"))
    cut, whole = tmp_path / "cut", tmp_path / "whole"
    words = [*DARLA, "sweep", str(file), "--out", str(cut), "--trials", "2", "--no-progress"]
    python = os.pathsep.join([PATHS, *sys.path])
    process = subprocess.Popen(
        words, env={**os.environ, "PYTHONPATH": python}, stderr=subprocess.DEVNULL
    )
    try:
        end = time.monotonic() + 240
        while time.monotonic() < end and process.poll() is None:
            if any((cut / "trials/0001/vision/checkpoints").glob("step_*")):
                break
            time.sleep(0.01)
        assert process.poll() is None, "the sweep ended before it could be killed"
    finally:
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    assert not (cut / "trials/0001/vision/encoder").exists()
    assert sweep(file, cut, 2) == 0
    assert sweep(file, whole, 2) == 0
    assert numbers(cut)["trials"] == numbers(whole)["trials"]


def test_without_optuna_one_line_says_what_to_install(tmp_path, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "optuna", None)
    assert sweep(of_agents(tmp_path), tmp_path / "out", 1) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1 and "pip install 'darla[sweep]'" in said
    assert not (tmp_path / "out").exists()


def test_a_target_is_refused_before_anything_is_written(tmp_path, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "optuna", sys.modules[__name__])  # is not asked for anything
    monkeypatch.setattr("darla_agents.sweeping.sweep.optuna_library", lambda: None)
    file = of_agents(tmp_path, objectives=RETURN.replace('"validation"', '"new_floor"'))
    assert sweep(file, tmp_path / "out", 1) == 2
    said = capsys.readouterr().err
    assert "'new_floor', which agents of" in said and said.count("\n") == 1
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("trials", ["0", "-1"])
def test_how_many_trials_must_be_a_number_above_0(tmp_path, capsys, trials):
    assert sweep(of_agents(tmp_path), tmp_path / "out", int(trials)) == 2
    assert f"trials is {trials}; expected a number above 0" in capsys.readouterr().err
