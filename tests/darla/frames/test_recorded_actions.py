"""What actions a dataset has recorded, alone and joined with others."""

from pathlib import Path

import numpy as np
import pytest

from darla.frames.dataset import FrameDataset
from darla.frames.joined import JoinedFrames
from darla.frames.recorded_actions import action_form, episode_starts, recorded_actions
from darla.frames.writer import FrameWriter, create_frame_dataset
from toy_datasets import attributes_of, random_chunks
from toy_frames import write_toy_dataset

CHUNK = 4


def toy(path: Path, choices: int) -> FrameDataset:
    """Write frames of 32 x 32 with actions of so many choices; of none without any."""
    return FrameDataset.open(
        write_toy_dataset(path, 40, per_look=5, chunk_size=20, choices=choices)
    )


def of_numbers(path: Path, count: int) -> FrameDataset:
    """Write frames with actions of several numbers."""
    attributes = attributes_of(12, CHUNK, action_size=count)
    create_frame_dataset(path, attributes)
    writer = FrameWriter(path)
    for index, chunk in enumerate(random_chunks(attributes)):
        writer.write(index, chunk)
    writer.complete()
    return FrameDataset.open(path)


def test_actions_are_one_of_as_many_choices_as_were_made(tmp_path: Path) -> None:
    dataset = toy(tmp_path / "toy", 3)
    assert action_form(dataset) == (3, 0)
    np.testing.assert_array_equal(recorded_actions(dataset), dataset.actions)
    assert action_form(toy(tmp_path / "none", 0)) is None


def test_actions_of_several_numbers_are_vectors(tmp_path: Path) -> None:
    dataset = of_numbers(tmp_path / "numbers", 2)
    assert action_form(dataset) == (0, 2)
    np.testing.assert_array_equal(recorded_actions(dataset), dataset.action_vectors)


@pytest.mark.parametrize(
    ("choices", "expected"), [((2, 3), (3, 0)), ((3, 0), None), ((0, 0), None)]
)
def test_joined_datasets_have_actions_of_one_kind_or_none(
    tmp_path: Path, choices: tuple[int, int], expected: tuple[int, int] | None
) -> None:
    parts = [toy(tmp_path / str(number), each) for number, each in enumerate(choices)]
    joined = JoinedFrames(parts)
    assert action_form(joined) == expected
    if expected is not None:
        assert len(recorded_actions(joined)) == 80


def test_datasets_with_other_numbers_have_none_in_common(tmp_path: Path) -> None:
    parts = [of_numbers(tmp_path / str(count), count) for count in (2, 3)]
    assert action_form(JoinedFrames(parts)) is None


def test_chunks_begin_episodes_whatever_was_recorded(tmp_path: Path) -> None:
    dataset = of_numbers(tmp_path / "numbers", 2)
    starts = episode_starts(dataset)
    assert starts[::CHUNK].all()
    others = np.arange(12) % CHUNK != 0
    np.testing.assert_array_equal(starts[others], dataset.episode_starts[others])
