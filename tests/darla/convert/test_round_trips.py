"""From a frame dataset to another format and back, everything is as it was."""

import zipfile
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
    assert_same(dataset, there_and_back(dataset, to, tmp_path))


def test_pictures_and_episodes_come_back_from_png_files(tmp_path: Path) -> None:
    dataset = write_episodes(tmp_path / "data")
    back = there_and_back(dataset, "pictures", tmp_path)
    np.testing.assert_array_equal(back.read(0, len(back)), dataset.read(0, len(dataset)))
    np.testing.assert_array_equal(back.episode_starts, dataset.episode_starts)
    assert not back.factors and (back.actions == -1).all()
    assert len(list((tmp_path / "frames").iterdir())) == len(LENGTHS)


def test_twins_are_known_only_while_all_frames_are_there(tmp_path: Path) -> None:
    dataset = write_episodes(
        tmp_path / "data", lengths=(2,) * 8, frames_per_look=2, looks_per_state=2
    )
    back = there_and_back(dataset, "npz", tmp_path)
    assert back.attributes["looks_per_state"] == 2
    arrays = dict(np.load(tmp_path / "frames.npz"))
    said = arrays.pop("darla.json")
    fewer = {name: values[:6] for name, values in arrays.items()}
    with (tmp_path / "fewer.npz").open("wb") as file:
        np.savez(file, **fewer)
    with zipfile.ZipFile(tmp_path / "fewer.npz", "a") as archive:
        archive.writestr("darla.json", bytes(said))
    convert(ConvertConfig(str(tmp_path / "fewer.npz"), tmp_path / "fewer"))
    attributes = FrameDataset.open(tmp_path / "fewer").attributes
    assert "looks_per_state" not in attributes and attributes["domain"] == {"name": "d_u"}
