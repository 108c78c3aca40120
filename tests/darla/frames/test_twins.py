"""Frames that show one state in several looks, and the squares that are learnt from."""

from itertools import islice
from pathlib import Path

import numpy as np
import pytest
import torch

from darla.frames.dataset import FrameDataset
from darla.frames.joined import open_frames
from darla.frames.order import Twins
from darla.vision.batches import FrameBatches, load_resident
from toy_frames import toy_frames, write_toy_dataset

CPU = torch.device("cpu")
COUNT, CHUNK, BATCH = 108, 36, 16
CHUNK_GB = CHUNK * 32 * 32 * 3 / 1e9


def dataset_of(path: Path, per_look: int, looks: int, count: int = COUNT) -> FrameDataset:
    how = {"chunk_size": CHUNK, "per_look": per_look, "looks": looks}
    return FrameDataset.open(write_toy_dataset(path, count, **how))


def squares_of(dataset: FrameDataset, max_memory_gb: float, count: int) -> np.ndarray:
    resident = load_resident(dataset, max_memory_gb, CPU) if max_memory_gb == 1.0 else None
    twins = Twins.of(dataset)
    batches = FrameBatches(
        dataset, BATCH, (0, 0), max_memory_gb, CPU, resident, paired=True, twins=twins
    )
    found = []
    for step, batch in enumerate(islice(batches.starting_at(0), count)):
        np.testing.assert_array_equal(batches.indices(step), batch.indices)
        start = [dataset.read(i, i + 1)[0] for i in batch.indices.tolist()]
        np.testing.assert_array_equal(batch.frames.numpy(), np.stack(start))
        found.append(batch.indices.reshape(4, -1).T)
    return np.concatenate(found)


@pytest.mark.parametrize("max_memory_gb", [1.0, 8 * CHUNK_GB, CHUNK_GB])
@pytest.mark.parametrize(("per_look", "looks"), [(2, 2), (3, 2), (2, 3)])
def test_squares_are_two_states_in_two_looks(
    tmp_path: Path, per_look: int, looks: int, max_memory_gb: float
) -> None:
    dataset = dataset_of(tmp_path / "toy", per_look, looks)
    _, factors = toy_frames(COUNT, per_look=per_look, looks=looks)
    rows = squares_of(dataset, max_memory_gb, COUNT // (BATCH // 4))
    assert sorted(rows[:, 0]) == [*range(COUNT)]
    hue, x = factors[rows, 0].T, factors[rows, 1].T
    frame, twin, partner, twin_of_partner = range(4)
    for one, other in ((frame, partner), (twin, twin_of_partner)):
        np.testing.assert_array_equal(hue[one], hue[other])
        assert (x[one] != x[other]).all()
    for one, other in ((frame, twin), (partner, twin_of_partner)):
        np.testing.assert_array_equal(x[one], x[other])
        assert (hue[one] != hue[other]).all()
    if looks > 2:
        epochs = squares_of(dataset, 1.0, 8 * COUNT // (BATCH // 4))
        met = {twin for frame, twin, *_ in epochs.tolist() if frame == 0}
        assert met == {per_look, 2 * per_look}


def test_frames_without_twins_are_their_own(tmp_path: Path) -> None:
    with_twins, alone = (
        dataset_of(tmp_path / f"{looks}", 2, looks, CHUNK).path for looks in (2, 1)
    )
    assert Twins.of(open_frames([alone])) is None
    twins = Twins.of(open_frames([with_twins, alone]))
    assert twins is not None
    frames = np.arange(2 * CHUNK)
    own = twins.of_frames(frames, np.full(2 * CHUNK, 0.3))
    np.testing.assert_array_equal(own[:CHUNK], frames[:CHUNK] ^ 2)
    np.testing.assert_array_equal(own[CHUNK:], frames[CHUNK:])


def test_a_square_that_was_cut_has_no_twins(tmp_path: Path) -> None:
    twins = Twins.of(dataset_of(tmp_path / "toy", 2, 2, CHUNK + 7))
    assert twins is not None
    last = np.arange(CHUNK + 4, CHUNK + 7)
    np.testing.assert_array_equal(twins.of_frames(last, np.zeros(3)), last)


def test_squares_that_are_left_over_are_refused(tmp_path: Path) -> None:
    dataset = dataset_of(tmp_path / "toy", 2, 2)
    with pytest.raises(ValueError, match="batch_size is 18; batches of squares need a multiple of"):
        FrameBatches(dataset, 18, (0,), 1.0, CPU, paired=True, twins=Twins.of(dataset))
