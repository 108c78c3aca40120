"""Whatever stops a run, the same command ends with the weights of an unbroken one."""

import dataclasses
import itertools
import json
import os
import shutil
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from darla.encoder.bundle import load_encoder
from darla.objectives.base import LossTerms
from darla.objectives.beta_vae import BetaVAE
from darla.running.step_folders import step_folders
from darla.vision.batches import FrameOrder
from darla.vision.checkpoints import resume
from darla.vision.train import train_vision
from toy_frames import tiny_config, toy_frames
from toy_runs import COUNT, Killed, assert_same_weights, die_after
from toy_sinks import toy_tracker


@pytest.mark.parametrize(
    ("objective", "changes"),
    [
        ("darla_2017", {"dae_epochs": 1.5}),
        ("annealed_vae", {"max_memory_gb": 1e-4}),
        ("factor_vae", {"discriminator_layers": 1, "discriminator_units": 8}),
        ("ml_vae", {"max_memory_gb": 1e-4, "recolored": 0.5, "learning_rate_decay": 0.5}),
        ("darla_ada", {"dae_epochs": 1.0}),
        ("vq_vae", {"codes": 4}),
        ("qlae", {"codes": 4, "learning_rate_decay": 0.5}),
        ("look_state_qlae", {"codes": 4, "recolored": 1.0}),
        ("vamp_vae", {"pseudo_inputs": 3}),
        ("cvae", {"condition": "shape", "max_memory_gb": 1e-4}),
    ],
    ids=[
        "two stages",
        "streamed",
        "adversary",
        "streamed pairs",
        "two stages and pairs",
        "running means and revived codes",
        "weights that decay",
        "contrasted codes of pairs",
        "pseudo-inputs",
        "streamed factors",
    ],
)
def test_a_resumed_run_ends_with_the_weights_of_an_unbroken_one(
    objective: str, changes: dict[str, Any], data: Path, tmp_path: Path
) -> None:
    unbroken = tiny_config(
        data,
        tmp_path / "unbroken",
        objective=objective,
        checkpoint_every=4,
        **changes,
    )
    train_vision(unbroken)
    broken = dataclasses.replace(unbroken, out=tmp_path / "broken")
    # darla: 9 steps of the denoising autoencoder, then 12 of its own; each run dies somewhere else
    for steps in (6, 1, 4, 5, 6):
        with pytest.MonkeyPatch.context() as monkeypatch:
            die_after(steps, monkeypatch)
            try:
                train_vision(broken)
            except Killed:
                continue
            break
    else:
        train_vision(broken)
    assert_same_weights(unbroken.out, broken.out)


@pytest.mark.parametrize(
    ("number", "raised"), [(signal.SIGINT, KeyboardInterrupt), (signal.SIGTERM, SystemExit)]
)
def test_a_run_that_is_asked_to_stop_loses_nothing(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, raised: type
) -> None:
    config = tiny_config(data, tmp_path / "run", checkpoint_every=1000)
    losses, calls = BetaVAE.losses, itertools.count(1)

    def stop_at_the_fifth(*arguments: Any) -> Any:
        if next(calls) == 5:
            os.kill(os.getpid(), number)
        return losses(*arguments)

    with monkeypatch.context() as stopping:
        stopping.setattr(BetaVAE, "losses", stop_at_the_fifth)
        with pytest.raises(raised):
            train_vision(config)
    kept = resume(config.out / "checkpoints", lambda found: found)
    assert kept is not None and kept.step == 5
    train_vision(config)
    train_vision(dataclasses.replace(config, out=tmp_path / "unbroken"))
    assert_same_weights(config.out, tmp_path / "unbroken")


@pytest.mark.parametrize("damage", ["a tensor less", "random numbers", "another stage", "NaN"])
def test_a_damaged_checkpoint_gives_way_to_the_one_before(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], damage: str
) -> None:
    config = tiny_config(data, tmp_path / "run", checkpoint_every=3)
    train_vision(config)
    newest = step_folders(config.out / "checkpoints")[-1]
    tensors = load_file(newest / "state.safetensors")
    info = json.loads((newest / "state.json").read_text())
    average = next(name for name in tensors if name.endswith("exp_avg"))
    if damage == "a tensor less":
        del tensors[next(name for name in tensors if name.startswith("model."))]
    elif damage == "random numbers":
        tensors["random.cpu"] = tensors["random.cpu"][:10].clone()
    elif damage == "another stage":
        info["stage"] = 7
    else:
        tensors[average] = torch.full_like(tensors[average], float("nan"))
    save_file(tensors, newest / "state.safetensors")
    (newest / "state.json").write_text(json.dumps(info))
    before = (config.out / "encoder/model.safetensors").read_bytes()
    shutil.rmtree(config.out / "encoder")
    train_vision(config)
    assert "passing over the damaged checkpoint" in capsys.readouterr().err
    assert (config.out / "encoder/model.safetensors").read_bytes() == before


def make_nan_at(step_of_nan: int) -> Callable[..., LossTerms]:
    original = BetaVAE.losses

    def losses(objective: BetaVAE, pictures: Tensor, step: Tensor) -> LossTerms:
        terms = original(objective, pictures, step)
        poison = torch.where(step == step_of_nan, torch.nan, 1.0)
        return dataclasses.replace(terms, total=terms.total * poison)

    return losses


def test_nan_stops_the_run_and_names_step_and_batch(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tiny_config(data, tmp_path / "run", checkpoint_every=3)
    with monkeypatch.context() as broken:
        broken.setattr(BetaVAE, "losses", make_nan_at(7))
        with pytest.raises(ValueError, match="at step 7 of stage 'beta_vae'") as error:
            train_vision(config)
    assert "\n" not in str(error.value)
    report = json.loads((config.out / "not_finite.json").read_text())
    expected = FrameOrder(COUNT, 20, 5, (0, 0)).indices(7 * 16, 8 * 16).tolist()
    assert report == {"stage": "beta_vae", "step": 7, "frames": expected}
    assert str(expected[0]) in str(error.value)

    kept = resume(config.out / "checkpoints", lambda found: found)
    assert kept is not None and kept.step == 6
    assert all(torch.isfinite(tensor).all() for tensor in kept.tensors.values())
    assert not (config.out / "encoder").exists()

    train_vision(config)  # the trouble is over: it goes on from that checkpoint
    train_vision(dataclasses.replace(config, out=tmp_path / "unbroken"))
    assert_same_weights(config.out, tmp_path / "unbroken")


def test_an_exploding_gradient_stops_the_run(data: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="NaN or infinite"):
        train_vision(tiny_config(data, tmp_path / "run", learning_rate=1e18))
    assert not step_folders(tmp_path / "run" / "checkpoints")


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
@pytest.mark.parametrize("max_memory_gb", [1.0, 1e-4], ids=["resident", "streamed"])
def test_a_gpu_needs_no_flag(max_memory_gb: float, data: Path, tmp_path: Path) -> None:
    config = tiny_config(
        data,
        tmp_path / "run",
        objective="darla_2017",
        device="auto",
        max_memory_gb=max_memory_gb,
        checkpoint_every=4,
    )
    with pytest.MonkeyPatch.context() as monkeypatch:
        die_after(15, monkeypatch)
        with pytest.raises(Killed):
            train_vision(config)
    frozen = load_encoder(train_vision(config), device="cuda")
    frames, _ = toy_frames(COUNT, per_look=4)
    assert frozen.device.type == "cuda"
    np.testing.assert_allclose(
        frozen.encode(frames), load_encoder(config.out / "encoder").encode(frames), atol=1e-2
    )


def test_a_resumed_run_is_the_same_run_of_a_tracker(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tiny_config(data, tmp_path / "run", checkpoint_every=4, log_every=1, tracker="toy")
    steps = 2 * COUNT // config.batch_size
    with toy_tracker() as toy:
        with monkeypatch.context() as patch:
            die_after(7, patch)
            with pytest.raises(Killed):
                train_vision(config)
        train_vision(config)
    assert toy.opened == [("run0", False), ("run0", True)]
    assert toy.ended == [("run0", False), ("run0", True)]
    assert [step for step, _ in toy.scalars()["loss/total"]] == list(range(1, steps + 1))
