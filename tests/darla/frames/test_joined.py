from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from darla.encoder.bundle import load_encoder
from darla.frames.dataset import FrameDataset
from darla.frames.joined import open_frames
from darla.frames.order import Episodes
from darla.vision.train import train_vision
from toy_datasets import write_dataset
from toy_frames import tiny_config, toy_frames, write_toy_dataset


def two(folder: Path, first: int = 40, second: int = 50) -> list[Path]:
    return [
        write_toy_dataset(folder / "first", first, seed=1, per_look=4),
        write_toy_dataset(folder / "second", second, seed=2, per_look=4),
    ]


def test_joined_datasets_are_read_end_to_end(tmp_path: Path) -> None:
    joined = open_frames(two(tmp_path))
    expected = np.concatenate(
        [toy_frames(40, seed=1, per_look=4)[0], toy_frames(50, seed=2, per_look=4)[0]]
    )
    assert joined.shape == (90, 32, 32, 3) and joined.chunk_size == 20
    for start, stop in ((0, 90), (35, 45), (0, 40), (40, 90), (41, 43), (7, 7)):
        assert np.array_equal(joined.read(start, stop), expected[start:stop])
    assert len(joined.factors["hue"]) == len(joined.actions) == len(joined.rewards) == 90
    with pytest.raises(ValueError, match="frames 80 to 91 are not within 0 to 90"):
        joined.read(80, 91)


def test_actions_of_several_numbers_are_joined_where_they_have_as_many(tmp_path: Path) -> None:
    for name, size in (("a", 2), ("b", 2), ("c", 0)):
        write_dataset(tmp_path / name, num_frames=8, action_size=size)
    joined = open_frames([tmp_path / "a", tmp_path / "b"])
    half = FrameDataset.open(tmp_path / "a").action_vectors
    np.testing.assert_array_equal(joined.action_vectors, np.concatenate([half, half]))
    assert open_frames([tmp_path / "c", tmp_path / "c"]).action_vectors.shape == (16, 0)
    with pytest.raises(ValueError, match="not as many numbers in all of"):
        _ = open_frames([tmp_path / "a", tmp_path / "c"]).action_vectors


def test_no_episode_goes_from_one_dataset_into_the_next(tmp_path: Path) -> None:
    joined = open_frames(two(tmp_path))
    episodes = Episodes.of(joined)
    frames = np.arange(90)
    for draw in (0.0, 0.5, 0.99):
        partners = episodes.partners(frames, np.full(90, draw))
        assert np.array_equal(partners < 40, frames < 40)


def test_one_dataset_is_opened_as_itself(tmp_path: Path) -> None:
    assert type(open_frames(two(tmp_path)[:1])) is FrameDataset


@pytest.mark.parametrize(
    ("other", "message"),
    [
        ({"size": 16}, r"second are \(16, 16, 3\), those of .*first \(32, 32, 3\); collect both"),
        ({"chunk_size": 10}, "second hold 10 frames, those of .*first 20; collect both"),
    ],
)
def test_datasets_that_do_not_fit_are_refused(
    other: dict[str, int], message: str, tmp_path: Path
) -> None:
    first = write_toy_dataset(tmp_path / "first", 40)
    second = write_toy_dataset(tmp_path / "second", 40, **other)
    with pytest.raises(ValueError, match=message):
        open_frames([first, second])


def test_only_the_last_may_end_within_a_chunk(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="first has 50 frames, which is no multiple of its chunks"):
        open_frames(two(tmp_path, first=50))


def test_an_encoder_learns_from_all_and_says_so(tmp_path: Path) -> None:
    data = two(tmp_path)
    config = replace(tiny_config(data[0], tmp_path / "run"), data=tuple(data))
    bundle = load_encoder(train_vision(config).bundle)
    assert bundle.config["dataset"]["shape"] == [90, 32, 32, 3]
    assert [part["seed"] for part in bundle.config["dataset"]["parts"]] == [1, 2]
    assert bundle.config["training"]["data"] == [str(path) for path in data]
    train_vision(config)  # the same command has nothing left to do
