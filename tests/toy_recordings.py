"""Tiny frame datasets with episodes, as they are collected: nothing leads to a first frame."""

from pathlib import Path
from typing import Any

import numpy as np

from darla import FrameDataset
from darla.frames.writer import FrameChunk, FrameWriter, create_frame_dataset
from toy_datasets import attributes_of
from toy_frames import FACTORS

LENGTHS = (5, 1, 9, 2, 6)
"""Frames of the episodes; chunks of four cut some of them."""


def write_episodes(
    path: Path,
    action_size: int = 0,
    size: tuple[int, int] = (32, 40),
    lengths: tuple[int, ...] = LENGTHS,
    **attributes: Any,
) -> FrameDataset:
    """Write a finished dataset whose numbers are all different, and open it."""
    count, random = sum(lengths), np.random.default_rng(0)
    starts = np.zeros(count, bool)
    starts[np.cumsum([0, *lengths[:-1]])] = True
    actions = np.where(starts, -1, np.arange(count) % 7)
    vectors = np.where(starts[:, None], np.nan, random.normal(size=(count, action_size or 1)))
    factors = random.uniform(size=(count, 3)).astype(np.float32)
    factors[2, 1] = np.nan  # of an object that is not there
    factors[:, 2] = np.arange(count) % 2
    frames = random.integers(0, 256, (count, *size, 3), dtype=np.uint8)
    rewards = np.where(starts, 0, random.normal(size=count)).astype(np.float32)
    said = {
        **attributes_of(count, 4, size, 0, action_size),
        "factors": FACTORS,
        "domain": {"name": "d_u"},
        **attributes,
    }
    create_frame_dataset(path, said)
    writer = FrameWriter(path)
    for index, start in enumerate(range(0, count, 4)):
        part = slice(start, start + 4)
        writer.write(
            index,
            FrameChunk(
                frames[part],
                factors[part],
                np.full(count, -1)[part] if action_size else actions[part],
                rewards[part],
                starts[part],
                vectors[part].astype(np.float32) if action_size else None,
            ),
        )
    writer.complete()
    return FrameDataset.open(path)


def assert_same(dataset: FrameDataset, other: FrameDataset) -> None:
    """Assert that two datasets hold the same, to the bit, and say the same of themselves."""
    for name in ("actions", "action_vectors", "rewards", "episode_starts"):
        one, two = getattr(dataset, name), getattr(other, name)
        assert one.dtype == two.dtype
        np.testing.assert_array_equal(one, two, err_msg=name)
    np.testing.assert_array_equal(dataset.read(0, len(dataset)), other.read(0, len(other)))
    assert list(dataset.factors) == list(other.factors)
    for name, values in dataset.factors.items():
        np.testing.assert_array_equal(values, other.factors[name], err_msg=name)
    assert dataset.attributes == other.attributes
