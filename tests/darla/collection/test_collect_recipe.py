"""Which datasets a further collection continues, and which it leaves alone."""

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest

from darla.collection.collect import collect
from toy_collections import config_of
from toy_datasets import contents


@pytest.mark.parametrize(
    ("changes", "difference"),
    [
        ({"num_frames": 100}, "num_frames=90, not 100"),
        ({"size": (16, 24)}, r"size=\[16, 16\], not \[16, 24\]"),
        ({"seed": 7}, "seed=0, not 7"),
        ({"rendering": "stock"}, "rendering=batched, not stock"),
        ({"env": "Toy/CountingDict-v0"}, "env=Toy/Counting-v0, not Toy/CountingDict-v0"),
        ({"env_kwargs": {"size": 16, "episode_length": 3}}, "env_kwargs=.*'episode_length': 3"),
    ],
)
def test_a_dataset_of_another_configuration_is_left_alone(
    tmp_path_factory: pytest.TempPathFactory, changes: dict[str, Any], difference: str
) -> None:
    folder = _finished_once(tmp_path_factory)
    before = contents(folder)
    with pytest.raises(ValueError, match=f"already holds a dataset with {difference}") as caught:
        collect(dataclasses.replace(config_of(folder / "toys"), **changes))
    assert "\n" not in str(caught.value)
    assert contents(folder) == before


_FINISHED: list[Path] = []


def _finished_once(factory: pytest.TempPathFactory) -> Path:
    if not _FINISHED:
        _FINISHED.append(factory.mktemp("finished"))
        collect(config_of(_FINISHED[0] / "toys"))
    return _FINISHED[0]


def test_a_dataset_that_does_not_say_was_drawn_one_by_one(tmp_path: Path) -> None:
    config = config_of(tmp_path / "toys", "Toy/ManyCounting-v0", rendering="stock")
    collect(config)
    header = tmp_path / "toys/zarr.json"
    attributes = json.loads(header.read_text())
    for name in ("rendering", "renderer"):
        assert attributes["attributes"].pop(name) == "stock"
    header.write_text(json.dumps(attributes))
    assert collect(config).new_frames == 0
    with pytest.raises(ValueError, match="with rendering=stock, not batched"):
        collect(dataclasses.replace(config, rendering="batched"))


def test_a_dataset_that_does_not_say_has_a_look_for_each_frame(tmp_path: Path) -> None:
    config = config_of(tmp_path / "toys", "Toy/ManyFactors-v0", policy="factors", frames_per_look=1)
    collect(config)
    header = tmp_path / "toys/zarr.json"
    attributes = json.loads(header.read_text())
    assert attributes["attributes"].pop("frames_per_look") == 1
    header.write_text(json.dumps(attributes))
    assert collect(config).new_frames == 0
    with pytest.raises(ValueError, match="with frames_per_look=1, not 4"):
        collect(dataclasses.replace(config, frames_per_look=4))


def test_a_dataset_is_continued_by_the_renderer_that_began_it(tmp_path: Path) -> None:
    config = config_of(tmp_path / "toys", env_kwargs={"size": 16, "fail_at": 60})
    with pytest.raises(RuntimeError):
        collect(config)
    header = tmp_path / "toys/zarr.json"
    header.write_text(header.read_text().replace('"renderer": "stock"', '"renderer": "batched"'))
    with pytest.raises(ValueError, match=r"was begun when .* was drawn by the batched renderer"):
        collect(config)


@pytest.mark.parametrize(
    ("env", "how"),
    [
        ("Toy/Counting-v0", "random"),
        ("Toy/Factors-v0", "factors"),
        ("Toy/ManyFactors-v0", "factors"),
    ],
)
def test_where_no_policy_is_asked_for_it_is_the_one_that_suits(
    env: str, how: str, tmp_path: Path
) -> None:
    config = config_of(tmp_path / "toys", env, policy=None, num_frames=20)
    assert collect(config).dataset.attributes["how"] == how
    assert collect(config).new_frames == 0
    assert collect(dataclasses.replace(config, policy=how)).new_frames == 0
