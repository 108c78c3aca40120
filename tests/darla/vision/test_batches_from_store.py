"""Training reads from a store what it reads from a disk, a few chunks ahead and no more."""

import threading
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
import torch

from darla.frames.dataset import FrameDataset
from darla.stores.objects import StoredFolder
from darla.stores.urls import place
from darla.vision.batches import FrameBatches, load_resident
from darla.vision.config import VisionConfig
from darla.vision.frame_samples import sample_chunks
from darla.vision.training_frames import TrainingFrames
from toy_frames import write_toy_dataset
from toy_stores import ToyStore, needs_store, store

__all__ = ["store"]
pytestmark = needs_store

CPU = torch.device("cpu")
COUNT, CHUNK, BATCH = 95, 20, 16
CHUNK_GB = CHUNK * 32 * 32 * 3 / 1e9
URL = "s3://toys/data/toys"


@pytest.fixture
def both(store: ToyStore, tmp_path: Path) -> tuple[FrameDataset, FrameDataset]:
    """The same dataset on the disk and in the store."""
    how = {"count": COUNT, "chunk_size": CHUNK, "per_look": 2}
    return (
        FrameDataset.open(write_toy_dataset(tmp_path / "toys", **how)),
        FrameDataset.open(write_toy_dataset(place(URL), **how)),
    )


@pytest.mark.parametrize("memory", [1.0, 4 * CHUNK_GB, CHUNK_GB])
@pytest.mark.parametrize("paired", [False, True])
def test_batches_are_the_same_from_disk_and_store(
    both: tuple[FrameDataset, FrameDataset], memory: float, paired: bool
) -> None:
    streams = [
        FrameBatches(
            *(dataset, BATCH, (0, 0), memory, CPU, load_resident(dataset, memory, CPU)),
            paired=paired,
        ).starting_at(3)
        for dataset in both
    ]
    for ours, theirs in islice(zip(*streams, strict=True), 12):
        np.testing.assert_array_equal(ours.indices, theirs.indices)
        assert torch.equal(ours.frames, theirs.frames)


def test_samples_and_reference_frames_are_the_same(
    both: tuple[FrameDataset, FrameDataset],
) -> None:
    config = VisionConfig(data=(Path("unused"),), max_memory_gb=CHUNK_GB, seed=3)
    ours, theirs = (TrainingFrames(dataset, config, CPU) for dataset in both)
    np.testing.assert_array_equal(ours.reference, theirs.reference)
    pieces = [*zip(*(sample_chunks(dataset, 60, CPU) for dataset in both), strict=True)]
    assert [len(one) for one, _ in pieces] == [20, 20, 15]
    assert all(torch.equal(one, other) for one, other in pieces)


def test_chunks_are_fetched_ahead_but_never_many(
    both: tuple[FrameDataset, FrameDataset], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, stored = both
    stored.chunks_ahead = 2
    asked: list[str] = []
    read, third = StoredFolder.read, threading.Event()

    def noted(folder: StoredFolder, name: str, most: int) -> bytes:
        """Note what is asked for."""
        asked.append(name)
        if len(asked) >= 3:
            third.set()
        return read(folder, name, most)

    monkeypatch.setattr(StoredFolder, "read", noted)
    chunks = stored.chunks(range(5))
    next(chunks)
    assert third.wait(30), "nothing was read ahead"
    assert len(asked) == 3
    assert len([*chunks]) == 4
    assert len(asked) == 5
