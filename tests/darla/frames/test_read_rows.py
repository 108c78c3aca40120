"""Frames at any rows, and all of them chunk by chunk."""

from pathlib import Path

import numpy as np

from darla.frames.dataset import FrameDataset
from darla.frames.pictures import resize_frames
from darla.frames.read_rows import read_chunks, read_rows
from toy_frames import toy_frames, write_toy_dataset


def test_rows_come_in_the_order_asked_for(tmp_path: Path) -> None:
    dataset = FrameDataset.open(write_toy_dataset(tmp_path / "toy", 50, chunk_size=20))
    frames, _ = toy_frames(50)
    rows = np.array([49, 3, 3, 21, 0])
    np.testing.assert_array_equal(read_rows(dataset, rows, (32, 32)), frames[rows])
    smaller = read_rows(dataset, rows, (16, 16))
    np.testing.assert_array_equal(smaller, resize_frames(frames[rows], (16, 16)))
    assert read_rows(dataset, rows[:0], (32, 32)).shape == (0, 32, 32, 3)


def test_chunks_are_all_frames(tmp_path: Path) -> None:
    dataset = FrameDataset.open(write_toy_dataset(tmp_path / "toy", 50, chunk_size=20))
    chunks = list(read_chunks(dataset, (32, 32)))
    assert [len(chunk) for chunk in chunks] == [20, 20, 10]
    np.testing.assert_array_equal(np.concatenate(chunks), toy_frames(50)[0])
