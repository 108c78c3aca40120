"""Minari's own datasets become frame datasets, and Minari reads what is written."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from gymnasium import spaces

from darla import FrameDataset
from darla.convert import ConvertConfig, convert
from toy_recordings import write_episodes

minari: Any = pytest.importorskip("minari")
pytest.importorskip("pyarrow")

RGB = spaces.Box(0, 255, (40, 48, 3), np.uint8)
SPACES: dict[str, spaces.Space[Any]] = {
    "rgb": RGB,
    "grey": spaces.Box(0, 255, (40, 48), np.uint8),
    "first": spaces.Box(0, 255, (3, 40, 48), np.uint8),
    "dict": spaces.Dict({"eye": RGB, "state": spaces.Box(-1, 1, (2,), np.float32)}),
}
LENGTHS = (4, 1, 6)  # steps; there is one observation more


def episodes(space: spaces.Space[Any], action: spaces.Space[Any]) -> list[Any]:
    """Return episodes of random observations and actions, whose rewards count."""
    from minari.data_collector.episode_buffer import EpisodeBuffer

    space.seed(0), action.seed(0)
    found = []
    for length in LENGTHS:
        seen = [space.sample() for _ in range(length + 1)]
        observations: Any = np.stack(seen) if isinstance(space, spaces.Box) else None
        if isinstance(space, spaces.Dict):
            observations = {name: np.stack([each[name] for each in seen]) for name in space}
        found.append(
            EpisodeBuffer(
                observations=observations,
                actions=np.stack([np.asarray(action.sample()) for _ in range(length)]),
                rewards=np.arange(1.0, length + 1),
                terminations=np.zeros(length, bool),
                truncations=np.arange(length) == length - 1,
            )
        )
    return found


def save(folder: Path, space: spaces.Space[Any], action: spaces.Space[Any], **how: Any) -> Any:
    """Write episodes with Minari, and return them."""
    from minari.dataset.minari_storage import MinariStorage

    folder.mkdir(parents=True)
    storage = MinariStorage.new(folder / "data", space, action, **how)
    found = episodes(space, action)
    storage.update_episodes(found)
    return found


@pytest.mark.parametrize("data_format", ["arrow", "parquet", "hdf5"])
@pytest.mark.parametrize("kind", SPACES)
def test_observations_of_every_form_are_read(kind: str, data_format: str, tmp_path: Path) -> None:
    if data_format == "hdf5":
        pytest.importorskip("h5py")
    source, space = tmp_path / "toy-v0", SPACES[kind]
    made = save(source, space, spaces.Discrete(3), data_format=data_format, jpeg_encoding=False)
    convert(ConvertConfig(str(source), tmp_path / "out"))
    dataset = FrameDataset.open(tmp_path / "out")
    seen = [each.observations["eye"] if kind == "dict" else each.observations for each in made]
    pictures = np.concatenate(seen)
    if kind == "grey":
        pictures = np.repeat(pictures[..., None], 3, axis=-1)
    elif kind == "first":
        pictures = np.moveaxis(pictures, 1, -1)
    np.testing.assert_array_equal(dataset.read(0, len(dataset)), pictures)
    led = np.concatenate([[-1, *each.actions] for each in made])
    np.testing.assert_array_equal(dataset.actions, led)
    assert dataset.rewards.tolist() == [0, 1, 2, 3, 4, 0, 1, 0, 1, 2, 3, 4, 5, 6]
    assert np.flatnonzero(dataset.episode_starts).tolist() == [0, 5, 7]


@pytest.mark.parametrize("data_format", ["arrow", "hdf5"])
def test_jpeg_pictures_and_vectors_of_actions_are_read(data_format: str, tmp_path: Path) -> None:
    if data_format == "hdf5":
        pytest.importorskip("h5py")
    source, action = tmp_path / "toy-v0", spaces.Box(-1, 1, (2, 2), np.float32)
    made = save(source, RGB, action, data_format=data_format, jpeg_encoding=True)
    convert(ConvertConfig(str(source), tmp_path / "out", image_size=(16,)))
    dataset = FrameDataset.open(tmp_path / "out")
    assert dataset.shape == (14, 16, 16, 3)
    np.testing.assert_array_equal(dataset.action_vectors[1:5], made[0].actions.reshape(4, 4))
    assert np.isnan(dataset.action_vectors[dataset.episode_starts]).all()
    assert (dataset.actions == -1).all()


def test_actions_that_are_no_numbers_are_left_out(tmp_path: Path) -> None:
    from minari.data_collector.episode_buffer import EpisodeBuffer
    from minari.dataset.minari_storage import MinariStorage

    action = spaces.Dict({"jump": spaces.Discrete(2)})
    storage = MinariStorage.new(tmp_path / "data", RGB, action, data_format="arrow")
    buffer = EpisodeBuffer(
        observations=np.zeros((2, *RGB.shape), np.uint8),
        actions={"jump": np.array([1])},
        rewards=np.ones(1),
        terminations=np.ones(1, bool),
        truncations=np.zeros(1, bool),
    )
    storage.update_episodes([buffer])
    result = convert(ConvertConfig(str(tmp_path / "data"), tmp_path / "out"))
    assert result.recording.left_out[0].startswith("actions, which are Dict(")
    assert (FrameDataset.open(tmp_path / "out").actions == -1).all()


@pytest.mark.parametrize("action_size", [0, 3])
def test_minari_reads_what_is_written(
    action_size: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MINARI_DATASETS_PATH", str(tmp_path / "store"))
    dataset = write_episodes(tmp_path / "data", action_size, lengths=(5, 9, 2))
    convert(ConvertConfig(str(dataset.path), tmp_path / "store/toy/look-v0", "minari"))
    assert list(minari.list_local_datasets()) == ["toy/look-v0"]
    start = 0
    for episode in minari.load_dataset("toy/look-v0"):
        stop = start + len(episode.observations)
        np.testing.assert_array_equal(episode.observations, dataset.read(start, stop))
        led = dataset.action_vectors if action_size else dataset.actions
        np.testing.assert_array_equal(episode.actions, led[start + 1 : stop])
        np.testing.assert_array_equal(episode.rewards, dataset.rewards[start + 1 : stop])
        hue = dataset.factors["hue"][start:stop]
        np.testing.assert_array_equal(episode.infos["factor.hue"], hue)
        assert episode.truncations[-1] and not episode.terminations.any()
        start = stop
    assert start == len(dataset)
    convert(ConvertConfig("toy/look-v0", tmp_path / "back"))  # by its name in the store
    assert len(FrameDataset.open(tmp_path / "back")) == len(dataset)


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        ({"observation_space": '{"type": "Box"}'}, "describes no space that is known"),
        ({"observation_space": '{"type": "Discrete", "n": 2, "start": 0}'}, "no picture"),
        ({"total_steps": 99}, "says that it has 102; it is damaged"),
        ({"total_episodes": 9}, "has no file of an episode"),
        ({"data_format": "pickle"}, "data_format is 'pickle'"),
        ({"action_space": "["}, "not valid JSON"),
    ],
)
def test_wrong_metadata_are_said(damage: dict[str, Any], message: str, tmp_path: Path) -> None:
    save(tmp_path / "toy", RGB, spaces.Discrete(3), data_format="arrow", jpeg_encoding=False)
    header = tmp_path / "toy/data/metadata.json"
    header.write_text(json.dumps({**json.loads(header.read_text()), **damage}))
    with pytest.raises(ValueError, match=message) as raised:
        convert(ConvertConfig(str(tmp_path / "toy"), tmp_path / "out"))
    assert "\n" not in str(raised.value) and not (tmp_path / "out").exists()


@pytest.mark.parametrize("damage", ["cut", "scrambled", "gone"])
def test_damaged_episodes_are_said(damage: str, tmp_path: Path) -> None:
    save(tmp_path / "toy", RGB, spaces.Discrete(3), data_format="arrow", jpeg_encoding=False)
    file = tmp_path / "toy/data/1/part-0.arrow"
    data = file.read_bytes()
    if damage == "gone":
        file.unlink()
    else:
        file.write_bytes(data[:-300] if damage == "cut" else b"x" * len(data))
    with pytest.raises(ValueError, match=r"part-0.arrow cannot be read|has no file of an episode"):
        convert(ConvertConfig(str(tmp_path / "toy"), tmp_path / "out"))
    assert not (tmp_path / "out").exists()


def test_nothing_of_another_file_is_read(tmp_path: Path) -> None:
    h5py = pytest.importorskip("h5py")
    save(tmp_path / "toy", RGB, spaces.Discrete(3), data_format="hdf5", jpeg_encoding=False)
    save(tmp_path / "other", RGB, spaces.Discrete(3), data_format="hdf5", jpeg_encoding=False)
    with h5py.File(tmp_path / "toy/data/main_data.hdf5", "a") as file:
        del file["episode_1"]["observations"]
        other = str(tmp_path / "other/data/main_data.hdf5")
        file["episode_1"]["observations"] = h5py.ExternalLink(other, "/episode_1/observations")
    with pytest.raises(ValueError, match="its observations lie in another file"):
        convert(ConvertConfig(str(tmp_path / "toy"), tmp_path / "out"))
