import dataclasses
import json
from pathlib import Path

import pytest

from darla.vision.config import RUN_ONLY, VisionConfig
from toy_frames import tiny_config


def test_the_defaults_can_be_used() -> None:
    VisionConfig().check()


def test_the_identity_is_plain_and_whole() -> None:
    identity = VisionConfig(dae=Path("dae")).identity()
    assert json.loads(json.dumps(identity)) == identity
    names = {field.name for field in dataclasses.fields(VisionConfig)}
    assert identity.keys() == names - set(RUN_ONLY)
    assert identity["dae"] == "dae" and identity["data"] == ["data/go_to_object"]


@pytest.mark.parametrize("name", RUN_ONLY)
def test_settings_of_the_run_alone_are_no_part_of_it(name: str) -> None:
    assert hasattr(VisionConfig(), name)


@pytest.mark.parametrize("value", [0.0, -1.0, float("inf"), float("nan")])
@pytest.mark.parametrize("name", ["epochs", "sigma", "max_memory_gb", "gamma"])
def test_numbers_out_of_range_are_named(name: str, value: float) -> None:
    with pytest.raises(ValueError, match=f"{name} is {value}; expected a number above 0"):
        tiny_config(Path("data"), Path("run"), **{name: value}).check()
