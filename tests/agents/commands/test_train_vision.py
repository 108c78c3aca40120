import os
import signal
import subprocess
import time
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from toy_commands import DARLA, ROOT, run_darla
from toy_frames import write_toy_dataset


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_toy_dataset(tmp_path_factory.mktemp("frames") / "toy", 96, per_look=4)


def command(data: Path, out: Path, *more: str) -> list[str]:
    settings = {
        "--data": data,
        "--out": out,
        "--objective": "look_state_vae",  # which has two stages
        "--channels": "8",
        "--dae-units": 8,
        "--hidden-units": 16,
        "--latents": 4,
        "--dae-epochs": 8,
        "--epochs": 8,
        "--batch-size": 8,
        "--checkpoint-every": 20,
        "--pictures-per-stage": 0,
        "--threads": 1,
        "--device": "cpu",
    }
    flat = [str(part) for pair in settings.items() for part in pair]
    return [*DARLA, "train-vision", *flat, *more]


def kill_at_checkpoint(arguments: list[str], out: Path, least: int) -> None:
    """Start a run and send SIGKILL once it has a checkpoint of step ``least`` or later."""
    process = subprocess.Popen(arguments, cwd=ROOT, stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline and process.poll() is None:
            found = sorted((out / "checkpoints").glob("step_*"))
            if found and int(found[-1].name.removeprefix("step_")) >= least:
                break
            time.sleep(0.005)
        assert process.poll() is None, "the run ended before it could be killed"
    finally:
        os.kill(process.pid, signal.SIGKILL)
        process.wait()


def test_a_killed_run_continues_to_the_same_weights(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    unbroken, broken = tmp_path / "unbroken", tmp_path / "broken"
    assert run_darla(*command(data, unbroken)[len(DARLA) :]) == 0
    told = capsys.readouterr().out
    assert f"darla explore --bundles {unbroken / 'encoder'} --data {data}\n" in told
    kill_at_checkpoint(command(data, broken), broken, least=120)  # in the second stage
    assert run_darla(*command(data, broken)[len(DARLA) :]) == 0
    assert "continuing after step" in capsys.readouterr().out
    first, second = (load_file(out / "encoder" / "model.safetensors") for out in (unbroken, broken))
    for name, tensor in first.items():
        assert torch.equal(tensor, second[name]), f"{name} differs"


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (("--objective", "darlla"), "did you mean 'darla'"),
        (("--dae-learning-rate", "1e18"), "NaN or infinite"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(
    more: tuple[str, ...],
    message: str,
    data: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    arguments = command(data, tmp_path / "run", *more)
    assert run_darla(*arguments[len(DARLA) :]) == 2
    last = capsys.readouterr().err.strip().splitlines()[-1]
    assert last.startswith("error: ") and message in last


def test_several_seeds_are_trained_by_one_command_and_measured_by_another(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, more = tmp_path / "seeds", write_toy_dataset(tmp_path / "more", 400, per_look=4)
    tiny = "--channels 8 --hidden-units 16 --latents 4 --batch-size 8 --epochs 1 --threads 1"
    given = f"--data {data} --out {out} --objective autoencoder {tiny} --device cpu --seeds 3 1"
    assert run_darla("train-vision", *given.split()) == 0
    told = capsys.readouterr().out
    bundles = [out / f"seed_{seed}/encoder" for seed in (3, 1)]
    assert all(f"encoder bundle: {bundle}\n" in told for bundle in bundles)
    assert not (out / "run.json").exists()
    measured = f"--data {more} --out {tmp_path / 'report'} --metrics mig --pairs 50"
    assert run_darla("evaluate-encoder", "--bundles", *map(str, bundles), *measured.split()) == 0
    table = capsys.readouterr().out
    assert "seed_3" in table and "seed_1" in table
