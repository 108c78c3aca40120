import json
import subprocess

import pytest

import toy_tasks  # noqa: F401 - registers
from toy_commands import DARLA, PATHS, run_darla
from toy_encoder import make_toy_bundle

SMALL = "--total-timesteps 32 --num-envs 2 --eval-episodes 2 --threads 1 --out run"
SETTINGS = "--settings n_steps=8 batch_size=16 n_epochs=1"


def run(folder, arguments):
    command = [*DARLA, "train-agent", *arguments.split()]
    environment = {"PYTHONPATH": PATHS, "PATH": "/usr/bin:/bin", "HOME": str(folder)}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)


def test_an_agent_is_trained_once(tmp_path, monkeypatch, capsys):
    make_toy_bundle(tmp_path / "encoder")
    command = f"--task toy_tasks:Toy/BrightSide-v0 --encoder encoder {SMALL} {SETTINGS}"
    first = run(tmp_path, command)
    assert first.returncode == 0, first.stderr
    assert "the agent is in run" in first.stdout
    assert "darla evaluate-transfer --agents run --trust toy_tasks\n" in first.stdout
    assert "32/32" in first.stderr  # the progress bar
    assert "Warning" not in first.stderr
    monkeypatch.chdir(tmp_path)
    assert run_darla("train-agent", *command.split()) == 0
    assert "run is finished" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("--kind latents", "did you mean 'latent'"),
        ("--num-envs 0", "num_envs is 0"),
        ("--encoder nowhere", "no encoder bundle at nowhere"),
    ],
)
def test_a_mistake_is_one_line(tmp_path, monkeypatch, capsys, arguments, message):
    monkeypatch.chdir(tmp_path)
    assert run_darla("train-agent", *arguments.split()) == 2
    (line,) = capsys.readouterr().err.strip().splitlines()
    assert message in line


def test_an_encoder_that_has_failed_is_refused_unless_taken_anyway(tmp_path, capsys):
    config = make_toy_bundle(tmp_path / "encoder") / "config.json"
    told = {"kept_variance": 0.0, "active_latents": 0, "state_movement": None}
    verdict = {**told, "failure": "all 2 latents have collapsed; lower beta"}
    config.write_text(json.dumps({**json.loads(config.read_text()), "verdict": verdict}))
    arguments = f"train-agent --env Toy/BrightSide-v0 --encoder {tmp_path}/encoder --no-progress"
    arguments += f" {SMALL} {SETTINGS} --out {tmp_path}/run"
    assert run_darla(*arguments.split()) == 2
    (line,) = capsys.readouterr().err.strip().splitlines()
    assert "has failed: all 2 latents have collapsed; lower beta; or take it with --any" in line
    assert not (tmp_path / "run").exists()
    assert run_darla(*arguments.split(), "--anyway") == 0
    assert run_darla(*arguments.split()) == 0  # it is finished
