from pathlib import Path

import numpy as np
import pytest

import toy_frames
from darla.frames.dataset import FrameDataset
from darla.frames.joined import JoinedFrames
from darla.frames.recorded_factors import encoded_factor, factor_widths
from toy_frames import write_toy_dataset

COUNT = 60
NUMBER = {"kind": "continuous", "unit": "", "categories": [], "role": "state"}


@pytest.fixture
def dataset(tmp_path: Path) -> FrameDataset:
    return FrameDataset.open(write_toy_dataset(tmp_path / "toy", COUNT))


def with_values(dataset: FrameDataset, factor: dict[str, object], values: np.ndarray) -> np.ndarray:
    """Return what stands for other values of the factor x, of another kind."""
    dataset.attributes["factors"]["x"] = factor
    dataset.factors["x"] = values.astype(np.float32)
    return encoded_factor(dataset, "x")


def test_as_many_numbers_stand_for_a_factor_as_it_needs(dataset: FrameDataset) -> None:
    assert factor_widths(dataset) == {"hue": 1, "x": 1, "shape": 2}
    dataset.attributes["factors"]["x"] = {**NUMBER, "kind": "circular", "low": 0.0, "high": 1.0}
    assert factor_widths(dataset)["x"] == 2


def test_a_continuous_factor_is_standardised(dataset: FrameDataset) -> None:
    numbers, hue = encoded_factor(dataset, "hue"), dataset.factors["hue"]
    assert numbers.shape == (COUNT, 1) and numbers.dtype == np.float32
    np.testing.assert_allclose(numbers[:, 0], (hue - hue.mean()) / hue.std(), atol=1e-5)


def test_a_factor_that_never_varies_says_nothing(dataset: FrameDataset) -> None:
    numbers = with_values(dataset, {**NUMBER, "low": None, "high": None}, np.full(COUNT, 7.0))
    assert np.abs(numbers).max() < 1e-3


def test_a_circular_factor_has_no_seam(dataset: FrameDataset) -> None:
    angles = np.linspace(-2.0, 2.0, COUNT)
    factor = {**NUMBER, "kind": "circular", "low": -2.0, "high": 2.0}
    numbers = with_values(dataset, factor, angles)
    np.testing.assert_allclose(numbers[0], numbers[-1], atol=1e-6)
    apart = np.linalg.norm(np.diff(numbers, axis=0), axis=1)
    np.testing.assert_allclose(apart, 2 * np.sin(np.pi / (COUNT - 1)), rtol=1e-4)


def test_categories_are_one_hot_less_how_often_they_are(dataset: FrameDataset) -> None:
    numbers = encoded_factor(dataset, "shape")
    np.testing.assert_array_equal(numbers[:4], [[0.5, -0.5], [-0.5, 0.5]] * 2)


def test_zeros_stand_for_what_is_not_known(dataset: FrameDataset) -> None:
    values = np.arange(COUNT, dtype=np.float64)
    values[::3] = np.nan
    numbers = with_values(dataset, {**NUMBER, "low": None, "high": None}, values)
    assert (numbers[::3] == 0).all()
    assert numbers.mean() == pytest.approx(0.0, abs=1e-6)
    assert numbers[np.isfinite(values)].std() == pytest.approx(1.0, abs=1e-5)
    numbers = with_values(dataset, {**NUMBER, "low": None, "high": None}, np.full(COUNT, np.nan))
    assert (numbers == 0).all()


def test_joined_datasets_have_the_factors_that_they_describe_alike(
    dataset: FrameDataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shape = {**toy_frames.FACTORS["shape"], "categories": ["ball", "box"]}
    monkeypatch.setitem(toy_frames.FACTORS, "shape", shape)
    other = FrameDataset.open(write_toy_dataset(tmp_path / "other", COUNT, seed=1))
    joined = JoinedFrames([dataset, other])
    assert factor_widths(joined) == {"hue": 1, "x": 1}
    numbers = encoded_factor(joined, "hue")
    assert numbers.shape == (2 * COUNT, 1)
    assert numbers.std() == pytest.approx(1.0, abs=1e-5)
    with pytest.raises(KeyError):
        encoded_factor(joined, "shape")
