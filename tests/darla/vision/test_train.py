import dataclasses
import itertools
import json
import os
import shutil
import signal
from collections.abc import Callable, Iterator
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
from darla.vision.batches import Batch, FrameBatches, FrameOrder
from darla.vision.checkpoints import resume
from darla.vision.config import VisionConfig
from darla.vision.train import train_vision
from toy_frames import tiny_config, toy_frames, write_toy_dataset

COUNT = 96


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_toy_dataset(tmp_path_factory.mktemp("frames") / "toy", COUNT, per_look=4)


def test_a_run_leaves_an_encoder_and_pictures(data: Path, tmp_path: Path) -> None:
    config = tiny_config(data, tmp_path / "run")
    bundle = train_vision(config).bundle
    assert bundle == config.out / "encoder"
    for name in ("run.json", "traversals.png", "reconstructions.png"):
        assert (config.out / name).is_file()

    frozen = load_encoder(bundle)
    frames, _ = toy_frames(COUNT, per_look=4)
    latents = frozen.encode(frames)
    np.testing.assert_allclose(frozen.statistics.mean, latents.mean(axis=0), atol=1e-4)
    np.testing.assert_allclose(frozen.statistics.std, latents.std(axis=0), atol=1e-4)
    assert frozen.reference_frames.shape == (64, 32, 32, 3)
    rows = {frame.tobytes() for frame in frames}
    assert {frame.tobytes() for frame in frozen.reference_frames} <= rows


def test_the_bundle_says_what_it_learnt_from(data: Path, tmp_path: Path) -> None:
    config = load_encoder(train_vision(tiny_config(data, tmp_path / "run", beta=3.0)).bundle).config
    assert config["objective"] == {"name": "beta_vae", "settings": {"beta": 3.0, "warmup_steps": 0}}
    assert config["likelihood"] == {"name": "bernoulli"}
    assert config["training"]["seed"] == 0 and config["training"]["steps"] == 12
    _, factors = toy_frames(COUNT, per_look=4)
    assert config["dataset"]["env"] == "Toy-v0"
    assert config["dataset"]["domain"] == {"name": "d_u"}
    hue = config["dataset"]["coverage"]["hue"]
    assert hue["min"] == pytest.approx(factors[:, 0].min())
    assert hue["max"] == pytest.approx(factors[:, 0].max())
    assert config["dataset"]["coverage"]["shape"] == {"counts": {"box": 48, "ball": 48}}


def weights(out: Path) -> dict[str, Tensor]:
    """Return all that a finished run has learnt: bundle and last checkpoint."""
    last = resume(out / "checkpoints", lambda found: found)
    assert last is not None
    found = {**load_file(out / "encoder" / "model.safetensors"), **last.tensors}
    return {"step": torch.tensor(last.step), **found}


def assert_same_weights(left: Path, right: Path) -> None:
    first, second = weights(left), weights(right)
    assert first.keys() == second.keys()
    for name, tensor in first.items():
        assert torch.equal(tensor, second[name]), f"{name} differs"


class Killed(Exception):
    """Stands for a kill: nothing of the library catches it."""


def die_after(steps: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the run die when it asks for the batch after ``steps`` more batches."""
    original = FrameBatches.starting_at
    taken = 0

    def dying(batches: FrameBatches, step: int) -> Iterator[Batch]:
        nonlocal taken
        for batch in original(batches, step):
            if taken == steps:
                raise Killed
            taken += 1
            yield batch

    monkeypatch.setattr(FrameBatches, "starting_at", dying)


@pytest.mark.parametrize(
    ("objective", "changes"),
    [
        ("darla_2017", {"dae_epochs": 1.5}),
        ("annealed_vae", {"max_memory_gb": 1e-4}),
        ("factor_vae", {"discriminator_layers": 1, "discriminator_units": 8}),
        ("ml_vae", {"max_memory_gb": 1e-4, "recolored": 0.5, "learning_rate_decay": 0.5}),
        ("darla_ada", {"dae_epochs": 1.0}),
    ],
    ids=["two stages", "streamed", "adversary", "streamed pairs", "two stages and pairs"],
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


def test_the_seed_decides_everything(data: Path, tmp_path: Path) -> None:
    first = tiny_config(data, tmp_path / "first", seed=3)
    state = torch.get_rng_state()
    train_vision(first)
    assert torch.equal(state, torch.get_rng_state()), "the caller's random numbers were touched"
    torch.manual_seed(99)
    train_vision(dataclasses.replace(first, out=tmp_path / "again"))
    assert_same_weights(tmp_path / "first", tmp_path / "again")
    train_vision(dataclasses.replace(first, out=tmp_path / "other", seed=4))
    with pytest.raises(AssertionError, match="differs"):
        assert_same_weights(tmp_path / "first", tmp_path / "other")


def test_how_often_is_logged_and_saved_changes_nothing(data: Path, tmp_path: Path) -> None:
    rare = tiny_config(data, tmp_path / "rare")
    often = dataclasses.replace(rare, out=tmp_path / "often", log_every=1, checkpoint_every=1)
    train_vision(rare)
    train_vision(often)
    assert_same_weights(rare.out, often.out)


def test_a_finished_run_says_so_at_once(
    data: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    config = tiny_config(data, tmp_path / "run")
    train_vision(config)
    monkeypatch.setattr("darla.vision.train.VisionRun", None)
    capsys.readouterr()
    assert train_vision(dataclasses.replace(config, log_every=7)).bundle == config.out / "encoder"
    assert "already trained" in capsys.readouterr().out


def test_a_run_from_before_a_setting_existed_had_its_default(data: Path, tmp_path: Path) -> None:
    config = tiny_config(data, tmp_path / "run")
    train_vision(config)
    record = json.loads((config.out / "run.json").read_text())
    del record["config"]["free_bits"]
    (config.out / "run.json").write_text(json.dumps(record))
    assert train_vision(config).bundle == config.out / "encoder"
    with pytest.raises(ValueError, match=r"free_bits=0\.0, not 0\.5"):
        train_vision(tiny_config(data, tmp_path / "run", free_bits=0.5))


def test_missing_results_are_made_again(data: Path, tmp_path: Path) -> None:
    config = tiny_config(data, tmp_path / "run")
    train_vision(config)
    before = load_file(config.out / "encoder" / "model.safetensors")
    (config.out / "traversals.png").unlink()
    (config.out / "encoder" / "config.json").unlink()
    train_vision(config)
    assert (config.out / "traversals.png").is_file()
    after = load_file(config.out / "encoder" / "model.safetensors")
    assert all(torch.equal(before[name], after[name]) for name in before)


def test_other_settings_in_the_same_folder_are_refused(data: Path, tmp_path: Path) -> None:
    config = tiny_config(data, tmp_path / "run")
    train_vision(config)
    with pytest.raises(ValueError, match=r"latents=4, not 5.*another --out"):
        train_vision(tiny_config(data, tmp_path / "run", latents=5))


def test_other_data_under_the_same_name_are_refused(tmp_path: Path) -> None:
    data = write_toy_dataset(tmp_path / "data", 32)
    config = tiny_config(data, tmp_path / "run")
    train_vision(config)
    (config.out / "traversals.png").unlink()
    data.rename(tmp_path / "old")
    write_toy_dataset(tmp_path / "data", 48)
    with pytest.raises(ValueError, match="was trained on the dataset"):
        train_vision(config)


def test_a_folder_with_something_else_is_left_alone(data: Path, tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "thesis.tex").write_text("years of work")
    with pytest.raises(ValueError, match="already holds something else"):
        train_vision(tiny_config(data, tmp_path / "run"))
    assert [path.name for path in (tmp_path / "run").iterdir()] == ["thesis.tex"]


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


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"objective": "beta_vea"}, "did you mean 'beta_vae'"),
        ({"objective": "vae", "beta": 2.0}, "the objective 'vae' has no setting 'beta'; leave it"),
        ({"btea": 2.0}, "unknown beta_vae setting 'btea'; did you mean 'beta'"),
        ({"likelihood": "laplace"}, "unknown likelihood 'laplace'"),
        ({"beta": -1.0}, "beta is -1.0"),
        ({"beta": float("nan")}, "beta is nan"),
        ({"epochs": 0.0}, "epochs is 0.0"),
        ({"batch_size": 0}, "batch_size is 0"),
        ({"learning_rate": -1e-3}, "learning_rate is -0.001"),
        ({"mask": 1.5, "objective": "dae"}, "mask is 1.5"),
        ({"seed": -1}, "seed is -1"),
        ({"latents": 0}, "latents=0"),
        ({"objective": "ml_vae", "batch_size": 15}, "batch_size is 15, but 'ml_vae' learns from"),
        (
            {"objective": "factor_vae", "batch_size": 3},
            "batch_size is 3, but 'factor_vae' compares",
        ),
        (
            {"objective": "factor_vae", "discriminator_units": 0},
            "discriminator_units is 0; expected",
        ),
        ({"look_latents": 2}, "the objective 'beta_vae' has no setting 'look_latents'"),
        ({"objective": "ml_vae", "look_latents": 0}, "look_latents is 0"),
        ({"channels": (8,) * 6}, "multiples of 64"),
        ({"device": "gpu"}, "unknown device 'gpu'"),
        ({"data": (Path("nowhere"),)}, "no frame dataset at nowhere"),
    ],
)
def test_bad_settings_leave_nothing_behind(
    changes: dict, message: str, data: Path, tmp_path: Path
) -> None:
    with pytest.raises((ValueError, FileNotFoundError), match=message) as error:
        train_vision(tiny_config(data, tmp_path / "run", **changes))
    assert "\n" not in str(error.value)
    assert not (tmp_path / "run").exists()


def test_pairs_need_episodes_of_several_frames(tmp_path: Path) -> None:
    data = write_toy_dataset(tmp_path / "data", 20)
    for objective in ("ada_gvae", "look_state_vae"):
        with pytest.raises(ValueError, match=r"every episode of .* has one frame") as caught:
            train_vision(tiny_config(data, tmp_path / "run", objective=objective))
        assert "\n" not in str(caught.value)
        assert not (tmp_path / "run").exists()


def test_frames_of_an_odd_size_are_refused(tmp_path: Path) -> None:
    data = write_toy_dataset(tmp_path / "data", 20, size=40)
    with pytest.raises(ValueError, match="multiples of 16 from 32 to 128"):
        train_vision(tiny_config(data, tmp_path / "run"))


def test_bfloat16_and_float32_learn_much_the_same(data: Path, tmp_path: Path) -> None:
    def kl(precision: str) -> float:
        config: VisionConfig = tiny_config(
            data, tmp_path / precision, precision=precision, epochs=8.0, beta=1.0
        )
        return float(load_encoder(train_vision(config).bundle).statistics.kl.sum())

    assert kl("bfloat16") == pytest.approx(kl("float32"), rel=0.3)


def test_collapse_is_said_plainly(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    train_vision(tiny_config(data, tmp_path / "run", beta=1e4, epochs=8.0))
    lines = [line for line in capsys.readouterr().err.splitlines() if "have collapsed" in line]
    assert len(lines) == 1


def test_the_loop_reports_progress(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    train_vision(tiny_config(data, tmp_path / "run"))
    shown = capsys.readouterr().err
    assert "train beta_vae" in shown and "frames/s" in shown


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
