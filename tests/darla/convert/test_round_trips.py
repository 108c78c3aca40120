"""From a frame dataset to another format and back, everything is as it was."""

from pathlib import Path

import numpy as np
import pytest

from darla import FrameDataset
from darla.convert import ConvertConfig, convert
from toy_recordings import LENGTHS, assert_same, write_episodes

NEEDS = {"npz": None, "minari": "pyarrow", "lerobot": "pyarrow"}


def there_and_back(dataset: FrameDataset, to: str, folder: Path) -> FrameDataset:
    """Convert a dataset to a format, and what comes out to a dataset."""
    middle = folder / ("frames.npz" if to == "npz" else "frames")
    convert(ConvertConfig(str(dataset.path), middle, to))
    convert(ConvertConfig(str(middle), folder / "back"))
    return FrameDataset.open(folder / "back")


@pytest.mark.parametrize("action_size", [0, 1, 3])
@pytest.mark.parametrize("to", NEEDS)
def test_all_comes_back_to_the_bit(to: str, action_size: int, tmp_path: Path) -> None:
    if NEEDS[to]:
        pytest.importorskip(NEEDS[to])
    dataset = write_episodes(tmp_path / "data", action_size)
    assert_same(dataset, there_and_back(dataset, to, tmp_path))


@pytest.mark.parametrize("to", NEEDS)
def test_frames_without_any_action_come_back(to: str, tmp_path: Path) -> None:
    if NEEDS[to]:
        pytest.importorskip(NEEDS[to])
    dataset = write_episodes(tmp_path / "data", lengths=(2,) * 6)
    FrameDataset.open(tmp_path / "data")
    assert_same(dataset, there_and_back(dataset, to, tmp_path))


def test_pictures_and_episodes_come_back_from_png_files(tmp_path: Path) -> None:
    dataset = write_episodes(tmp_path / "data")
    back = there_and_back(dataset, "pictures", tmp_path)
    np.testing.assert_array_equal(back.read(0, len(back)), dataset.read(0, len(dataset)))
    np.testing.assert_array_equal(back.episode_starts, dataset.episode_starts)
    assert not back.factors and (back.actions == -1).all()
    assert len(list((tmp_path / "frames").iterdir())) == len(LENGTHS)
