"""LeRobot datasets of version 3.0, as its documentation lays them out."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from darla import FrameDataset
from darla.convert import ConvertConfig, convert
from toy_recordings import write_episodes
from toy_videos import greys_of, write_video

pa: Any = pytest.importorskip("pyarrow")
parquet: Any = pytest.importorskip("pyarrow.parquet")

COLUMN = {"dtype": "int64", "shape": [1], "names": None}


def written(tmp_path: Path, action_size: int = 3) -> tuple[FrameDataset, Path]:
    """Write a frame dataset as LeRobot's."""
    dataset = write_episodes(tmp_path / "data", action_size)
    convert(ConvertConfig(str(dataset.path), tmp_path / "lerobot", "lerobot", fps=20))
    return dataset, tmp_path / "lerobot"


def change_info(folder: Path, **changes: Any) -> None:
    """Change what a dataset says of itself."""
    file = folder / "meta/info.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), **changes}))


def test_rows_hold_what_was_taken_at_their_frame(tmp_path: Path) -> None:
    dataset, folder = written(tmp_path)
    table = parquet.read_table(folder / "data/chunk-000/file-000.parquet").to_pydict()
    ends = np.append(dataset.episode_starts[1:], True)
    assert table["next.done"] == ends.tolist()
    for row in np.flatnonzero(~ends):
        np.testing.assert_array_equal(table["action"][row], dataset.action_vectors[row + 1])
        assert table["next.reward"][row] == dataset.rewards[row + 1]
    assert table["action"][4] == table["action"][3]  # the last frame of an episode has none
    assert table["episode_index"][:7] == [0] * 5 + [1, 2]
    assert table["frame_index"][:7] == [0, 1, 2, 3, 4, 0, 0]
    np.testing.assert_allclose(table["timestamp"][:6], [0, 0.05, 0.1, 0.15, 0.2, 0])
    assert table["index"] == [*range(23)]


def test_what_is_said_of_the_data_is_true(tmp_path: Path) -> None:
    dataset, folder = written(tmp_path)
    info = json.loads((folder / "meta/info.json").read_text())
    assert info["codebase_version"] == "v3.0" and info["fps"] == 20
    assert (info["total_frames"], info["total_episodes"]) == (23, 5)
    assert info["features"]["observation.image"]["shape"] == [32, 40, 3]
    stats = json.loads((folder / "meta/stats.json").read_text())
    pixels = dataset.read(0, 23).reshape(-1, 3) / 255
    np.testing.assert_allclose(np.ravel(stats["observation.image"]["mean"]), pixels.mean(axis=0))
    np.testing.assert_allclose(np.ravel(stats["observation.image"]["std"]), pixels.std(axis=0))
    lightest = np.ravel(stats["observation.image"]["max"])
    np.testing.assert_allclose(lightest, pixels.max(axis=0))
    assert np.ravel(stats["observation.image"]["min"]).tolist() == pixels.min(axis=0).tolist()
    known = dataset.factors["x"][np.isfinite(dataset.factors["x"])].astype(np.float64)
    np.testing.assert_allclose(stats["factor.x"]["std"], [known.std()])
    assert stats["factor.x"]["min"] == [known.min()] and stats["factor.x"]["count"] == [23]
    episodes = parquet.read_table(folder / "meta/episodes/chunk-000/file-000.parquet").to_pydict()
    assert episodes["length"] == [5, 1, 9, 2, 6]
    assert episodes["dataset_from_index"] == [0, 5, 6, 15, 17]
    assert episodes["stats/factor.hue/max"][1] == [dataset.factors["hue"][5]]
    groups = parquet.ParquetFile(folder / "data/chunk-000/file-000.parquet").num_row_groups
    assert groups == 5


def test_the_state_of_others_becomes_factors(tmp_path: Path) -> None:
    dataset, folder = written(tmp_path)
    (folder / "meta/darla.json").unlink()
    file = folder / "data/chunk-000/file-000.parquet"
    table = parquet.read_table(file)
    state = np.arange(46, dtype=np.float32).reshape(23, 2)
    table = table.append_column("observation.state", pa.array(list(state)))
    parquet.write_table(table, file)
    features = json.loads((folder / "meta/info.json").read_text())["features"]
    features["observation.state"] = {"dtype": "float32", "shape": [2], "names": ["x", "y"]}
    change_info(folder, features=features)
    convert(ConvertConfig(str(folder), tmp_path / "back"))
    back = FrameDataset.open(tmp_path / "back")
    np.testing.assert_array_equal(np.stack([*back.factors.values()], axis=1), state)
    assert list(back.factors) == ["x", "y"]
    np.testing.assert_array_equal(back.read(0, 23), dataset.read(0, 23))


def test_several_cameras_ask_for_a_key(tmp_path: Path) -> None:
    _, folder = written(tmp_path)
    features = json.loads((folder / "meta/info.json").read_text())["features"]
    depth = {**features["observation.image"], "info": {"is_depth_map": True}}
    features["observation.depth"] = depth
    change_info(folder, features=features)
    convert(ConvertConfig(str(folder), tmp_path / "one"))
    features["observation.images.wrist"] = features["observation.image"]
    change_info(folder, features=features)
    with pytest.raises(ValueError, match=r"several cameras: observation.image, .*--key"):
        convert(ConvertConfig(str(folder), tmp_path / "two"))
    with pytest.raises(ValueError, match=r"did you mean 'observation.image'"):
        convert(ConvertConfig(str(folder), tmp_path / "two", key="observation.imag"))
    convert(ConvertConfig(str(folder), tmp_path / "two", key="observation.image"))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"codebase_version": "v2.1"}, "of version v2.1, expected v3.0"),
        ({"total_frames": 24}, "has 23 frames, and says that it has 24"),
        ({"total_frames": 22}, "has more frames, and says that it has 22"),
        ({"total_frames": -1}, "total_frames is -1"),
        ({"features": {}}, "has no camera"),
        ({"features": {"a/b": {"dtype": "image", "shape": [3]}}}, "cannot be the name of a folder"),
        ({"features": {"a": {"dtype": "image", "shape": [3]}}}, "has no column 'a'"),
        ({"features": {"action": {"dtype": "image", "shape": [3]}}}, "in place of pictures"),
    ],
)
def test_wrong_descriptions_are_said(changes: dict[str, Any], message: str, tmp_path: Path) -> None:
    _, folder = written(tmp_path)
    change_info(folder, **changes)
    with pytest.raises(ValueError, match=message) as raised:
        convert(ConvertConfig(str(folder), tmp_path / "back"))
    assert "\n" not in str(raised.value) and not (tmp_path / "back").exists()


def test_a_damaged_table_is_said(tmp_path: Path) -> None:
    _, folder = written(tmp_path)
    file = folder / "data/chunk-000/file-000.parquet"
    file.write_bytes(file.read_bytes()[:-100])
    with pytest.raises(ValueError, match=r"file-000.parquet cannot be read"):
        convert(ConvertConfig(str(folder), tmp_path / "back"))


def test_videos_of_several_episodes_are_cut_by_their_times(tmp_path: Path) -> None:
    pytest.importorskip("av")
    folder, camera = tmp_path / "lerobot", "observation.images.top"
    videos = folder / "videos" / camera / "chunk-000"
    videos.mkdir(parents=True)
    write_video(videos / "file-000.mp4", [10, 30, 50, 70, 90, 110])  # 70 belongs to no episode
    write_video(videos / "file-001.mp4", [130, 150])
    (folder / "meta/episodes/chunk-000").mkdir(parents=True)
    episodes = {
        "episode_index": [0, 1, 2],
        "length": [3, 2, 2],
        f"videos/{camera}/chunk_index": [0, 0, 0],
        f"videos/{camera}/file_index": [0, 0, 1],
        f"videos/{camera}/from_timestamp": [0.0, 0.4, 0.0],
    }
    parquet.write_table(pa.table(episodes), folder / "meta/episodes/chunk-000/file-000.parquet")
    rows = {
        "action": [5, 6, 7, 1, 2, 3, 4],
        "episode_index": [0, 0, 0, 1, 1, 2, 2],
        "frame_index": [0, 1, 2, 0, 1, 0, 1],
    }
    (folder / "data/chunk-000").mkdir(parents=True)
    parquet.write_table(pa.table(rows), folder / "data/chunk-000/file-000.parquet")
    video = {"dtype": "video", "shape": [48, 64, 3], "names": None}
    said = {
        "codebase_version": "v3.0",
        "total_frames": 7,
        "total_episodes": 3,
        "fps": 10,
        "features": {camera: video, **dict.fromkeys(rows, COLUMN)},
    }
    (folder / "meta/info.json").write_text(json.dumps(said))
    convert(ConvertConfig(str(folder), tmp_path / "out"))
    np.testing.assert_allclose(greys_of(tmp_path / "out"), [10, 30, 50, 90, 110, 130, 150], atol=3)
    dataset = FrameDataset.open(tmp_path / "out")
    assert dataset.actions.tolist() == [-1, 5, 6, -1, 1, -1, 3]
    (videos / "file-001.mp4").unlink()
    with pytest.raises(ValueError, match=r"file-001.mp4 cannot be read as a video"):
        convert(ConvertConfig(str(folder), tmp_path / "again"))
