"""Runs begun by version 0.1, whose record has all settings and some in groups, go on."""

import json
from pathlib import Path
from typing import Any

import pytest

from darla.vision.config import VisionConfig
from darla.vision.resuming import holds_this_run
from toy_frames import tiny_config

# What version 0.1 wrote for settings that it was not given.
EARLIER: dict[str, Any] = {
    "objective": "darla",
    "beta": None,
    "beta_warmup": None,
    "free_bits": 0.0,
    "latents": 32,
    "channels": [32, 32, 64, 64],
    "hidden_units": 256,
    "likelihood": "bernoulli",
    "sigma": 0.5,
    "capacity": 20.0,
    "capacity_steps": None,
    "gamma": 100.0,
    "dae": None,
    "dae_epochs": 3.0,
    "dae_learning_rate": 0.001,
    "dae_units": 128,
    "mask": 0.5,
    "feature_layer": "bottleneck",
    "feature_scaling": "whiten",
    "pixel_weight": 0.02,
    "look_latents": None,
    "beta_look": None,
    "recolored": None,
    "state_likeness": None,
    "epochs": 2.0,
    "batch_size": 16,
    "learning_rate": 0.003,
    "learning_rate_decay": 0.0,
    "seed": 0,
    "max_memory_gb": 8.0,
    "precision": "auto",
    "contractive": {"weight": 0.1, "projections": 1},
    "factor_vae": {"gamma": 10.0, "layers": 4, "units": 256, "learning_rate": 0.001},
    "beta_tcvae": {"estimate": "weighted"},
    "dip_vae": {"lambda_od": 10.0, "lambda_d": None},
    "info_vae": {"alpha": 0.0, "weight": 1000.0, "kernel": "rbf", "bandwidth": 1.0},
}
UNTINY = {"channels": (32, 32, 64, 64), "hidden_units": 256, "latents": 32}
DAE = {"dae_units": 128, "dae_learning_rate": 0.001}


def begun_earlier(folder: Path, **changes: Any) -> Path:
    """Write the record of a run of version 0.1."""
    folder.mkdir()
    record = {"config": {"data": ["data"], "out": str(folder), **EARLIER, **changes}}
    (folder / "run.json").write_text(json.dumps(record))
    return folder


def now(out: Path, objective: str, **changes: Any) -> VisionConfig:
    own = {**UNTINY, **(DAE if objective in ("dae", "darla", "look_state_vae") else {})}
    return tiny_config(Path("data"), out, objective, **{**own, **changes})


@pytest.mark.parametrize("objective", ["darla", "look_state_vae"])
@pytest.mark.parametrize("before", ["darla", "look_state_vae"])
def test_a_run_goes_on_under_either_name(before: str, objective: str, tmp_path: Path) -> None:
    out = begun_earlier(tmp_path / "run", objective=before)
    assert holds_this_run(now(out, objective))
    with pytest.raises(ValueError, match=r"holds a run with beta=0\.5, not 2\.0"):
        holds_this_run(now(out, objective, beta=2.0))
    with pytest.raises(ValueError, match="holds a run with objective=look_state_vae, not vae"):
        holds_this_run(now(out, "vae"))


def test_settings_in_groups_are_found(tmp_path: Path) -> None:
    own = {"gamma": 3.0, "layers": 2, "units": 9, "learning_rate": 0.01}
    out = begun_earlier(tmp_path / "run", objective="factor_vae", factor_vae=own)
    same = {"discriminator_layers": 2, "discriminator_units": 9, "gamma": 3.0}
    assert holds_this_run(now(out, "factor_vae", discriminator_learning_rate=0.01, **same))
    with pytest.raises(ValueError, match=r"discriminator_learning_rate=0\.01, not 0\.001"):
        holds_this_run(now(out, "factor_vae", **same))


def test_what_depends_on_other_settings_still_does(tmp_path: Path) -> None:
    out = begun_earlier(tmp_path / "dip", objective="dip_vae_ii")
    assert holds_this_run(now(out, "dip_vae_ii"))
    out = begun_earlier(tmp_path / "ml", objective="ml_vae", beta=2.0)
    assert holds_this_run(now(out, "ml_vae", beta=2.0))


def test_one_dataset_was_a_text_at_first(tmp_path: Path) -> None:
    out = begun_earlier(tmp_path / "run", objective="vae", data="data")
    assert holds_this_run(now(out, "vae"))


@pytest.mark.parametrize("objective", [{}, [], None, 3, "", "x" * 1000])
def test_a_record_that_names_no_objective_is_damaged(tmp_path: Path, objective: Any) -> None:
    out = begun_earlier(tmp_path / "run", objective=objective)
    with pytest.raises(ValueError, match=r"run\.json is damaged: objective .*; give another --out"):
        holds_this_run(now(out, "vae"))


@pytest.mark.parametrize("group", [[], None, "x", 3])
def test_a_group_of_settings_that_is_none_names_no_settings(tmp_path: Path, group: Any) -> None:
    out = begun_earlier(tmp_path / "run", objective="factor_vae", factor_vae=group)
    with pytest.raises(ValueError, match="discriminator_layers=4, not 3"):
        holds_this_run(now(out, "factor_vae", discriminator_layers=3))
