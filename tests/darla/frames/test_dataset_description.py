from pathlib import Path

import numpy as np
import pytest

from darla.frames.dataset import FrameDataset
from darla.frames.dataset_description import coverage, describe_dataset
from toy_frames import FACTORS, toy_frames, write_toy_dataset


@pytest.fixture
def dataset(tmp_path: Path) -> FrameDataset:
    return FrameDataset.open(write_toy_dataset(tmp_path / "data", 31))


def test_the_origin_of_frames_is_described(dataset: FrameDataset) -> None:
    description = describe_dataset(dataset)
    assert description["env"] == "Toy-v0" and description["env_kwargs"] == {"domain": "d_u"}
    assert description["shape"] == [31, 32, 32, 3]
    assert description["how"] == "factors" and description["seed"] == 0
    assert description["factors"] == FACTORS
    assert description["domain"] == {"name": "d_u"}


def test_coverage_is_a_range_or_counts(dataset: FrameDataset) -> None:
    _, factors = toy_frames(31)
    covered = coverage(dataset)
    assert covered["hue"] == {"min": factors[:, 0].min(), "max": factors[:, 0].max()}
    assert covered["shape"] == {"counts": {"box": 16, "ball": 15}}


def test_values_that_are_not_there_do_not_count(dataset: FrameDataset) -> None:
    dataset.factors["x"][:5] = np.nan
    dataset.factors["hue"][:] = np.nan
    covered = coverage(dataset)
    assert covered["x"]["min"] == dataset.factors["x"][5:].min()
    assert covered["hue"] == {}
