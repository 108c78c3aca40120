import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from darla.encoder.bundle import load_encoder
from darla.vision.config import VisionConfig
from darla.vision.train import train_vision
from toy_frames import tiny_config, toy_frames
from toy_runs import COUNT, assert_same_weights


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
