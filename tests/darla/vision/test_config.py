import dataclasses
import json
from pathlib import Path

import pytest

from darla.objectives.beta_vae import BetaVAESettings
from darla.objectives.look_state_vae import LookStateVAESettings
from darla.vision.config import RUN_ONLY, VisionConfig
from darla.vision.train import train_vision
from toy_frames import tiny_config

DATA = (Path("data"),)


def test_the_defaults_can_be_used_with_any_data() -> None:
    VisionConfig(data=DATA).check()


def test_data_are_asked_for() -> None:
    with pytest.raises(ValueError, match="no dataset was given; give the folder of one or more"):
        VisionConfig().check()


def test_the_identity_is_plain_and_whole() -> None:
    identity = VisionConfig(data=DATA, objective=LookStateVAESettings(dae=Path("dae"))).identity()
    assert json.loads(json.dumps(identity)) == identity
    names = {field.name for field in dataclasses.fields(VisionConfig)}
    assert identity.keys() == (names | set(LookStateVAESettings.names())) - set(RUN_ONLY)
    assert identity["dae"] == "dae" and identity["data"] == ["data"]
    assert identity["objective"] == "look_state_vae"


@pytest.mark.parametrize("name", RUN_ONLY)
def test_settings_of_the_run_alone_are_no_part_of_it(name: str) -> None:
    assert hasattr(VisionConfig(), name)


@pytest.mark.parametrize("value", [0.0, -1.0, float("inf"), float("nan")])
@pytest.mark.parametrize("name", ["epochs", "sigma", "max_memory_gb", "gamma"])
def test_numbers_out_of_range_are_named(name: str, value: float) -> None:
    with pytest.raises(ValueError, match=f"{name} is {value}; expected a number above 0"):
        tiny_config(Path("data"), Path("run"), "annealed_vae", **{name: value}).check()


def test_settings_of_an_objective_are_checked_before_anything_is_written(tmp_path: Path) -> None:
    config = VisionConfig(DATA, tmp_path / "run", objective=BetaVAESettings(beta=-1.0))
    with pytest.raises(ValueError, match=r"beta is -1\.0; expected a number of at least 0"):
        train_vision(config)
    with pytest.raises(ValueError, match="objective is 'vae'; give its settings"):
        VisionConfig(DATA, objective="vae").check()  # type: ignore[arg-type]
    assert not (tmp_path / "run").exists()
