"""Which frames are paired, and in which order pairs come."""

from itertools import islice
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from darla.frames.dataset import FrameDataset
from darla.frames.order import Episodes, SequenceOrder
from darla.vision.batches import FrameBatches, load_resident
from darla.vision.frame_samples import sample_pairs
from toy_frames import toy_frames, write_toy_dataset

CPU = torch.device("cpu")
COUNT, CHUNK, BATCH, PER_LOOK = 95, 20, 16, 6
CHUNK_GB = CHUNK * 32 * 32 * 3 / 1e9
INDICES = np.arange(COUNT)
PART = INDICES // CHUNK * COUNT + INDICES // PER_LOOK  # an episode within a chunk
ALONE = np.array([(PART == part).sum() == 1 for part in PART])


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> FrameDataset:
    path = tmp_path_factory.mktemp("frames") / "toy"
    return FrameDataset.open(write_toy_dataset(path, COUNT, chunk_size=CHUNK, per_look=PER_LOOK))


MEMORY = {"resident": 1.0, "streamed by two chunks": 8 * CHUNK_GB, "streamed by one": CHUNK_GB}


def batches_of(dataset: FrameDataset, max_memory_gb: float, seed: int = 0) -> FrameBatches:
    resident = load_resident(dataset, max_memory_gb, CPU) if max_memory_gb == 1.0 else None
    return FrameBatches(dataset, BATCH, (seed, 0), max_memory_gb, CPU, resident, paired=True)


@pytest.fixture(params=MEMORY.values(), ids=MEMORY.keys())
def batches(dataset: FrameDataset, request: pytest.FixtureRequest) -> FrameBatches:
    return batches_of(dataset, request.param)


def pairs_of(batches: FrameBatches, count: int) -> np.ndarray:
    rows = [batch.indices.reshape(2, -1).T for batch in islice(batches.starting_at(0), count)]
    return np.concatenate(rows)


def test_partners_are_other_frames_of_the_same_episode_and_chunk(batches: FrameBatches) -> None:
    first, second = pairs_of(batches, 40).T
    np.testing.assert_array_equal(PART[first], PART[second])
    np.testing.assert_array_equal(first == second, ALONE[first])


def test_every_frame_comes_first_once_an_epoch_with_partners_of_all_kinds(
    batches: FrameBatches,
) -> None:
    pairs = pairs_of(batches, 12 * COUNT // (BATCH // 2))
    for epoch in range(11):
        assert sorted(pairs[epoch * COUNT : (epoch + 1) * COUNT, 0]) == list(range(COUNT))
    met = set(pairs[pairs[:, 0] == 1, 1].tolist())
    assert met <= {0, 2, 3, 4, 5} and len(met) >= 3


def test_batches_hold_the_frames_that_they_name_partners_second(batches: FrameBatches) -> None:
    frames, factors = toy_frames(COUNT, per_look=PER_LOOK)
    for batch in islice(batches.starting_at(0), 14):
        assert batch.frames.shape == (BATCH, 32, 32, 3) and batch.frames.dtype == torch.uint8
        np.testing.assert_array_equal(batch.frames.numpy(), frames[batch.indices])
        hue = factors[batch.indices, 0]
        np.testing.assert_array_equal(hue[: BATCH // 2], hue[BATCH // 2 :])


@pytest.mark.parametrize("step", [1, 5, 11, 13, 30])
def test_a_stream_can_start_at_any_step(batches: FrameBatches, step: int) -> None:
    unbroken = list(islice(batches.starting_at(0), step + 3))[step:]
    resumed = list(islice(batches.starting_at(step), 3))
    for before, after in zip(unbroken, resumed, strict=True):
        np.testing.assert_array_equal(before.indices, after.indices)
        assert torch.equal(before.frames, after.frames)
    np.testing.assert_array_equal(batches.indices(step), resumed[0].indices)


def test_the_seed_alone_decides_the_pairs(dataset: FrameDataset) -> None:
    first, again, other = (batches_of(dataset, 1.0, seed).indices(3) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


@given(st.lists(st.integers(1, 9), min_size=1, max_size=5), st.integers(0, 2**32))
def test_partners_are_uniform_over_the_others(lengths: list[int], seed: int) -> None:
    first = np.repeat(np.cumsum([0, *lengths[:-1]]), lengths)
    length = np.repeat(lengths, lengths)
    episodes = Episodes(first, length)
    frames = np.arange(len(first))
    for frame in frames:
        others = length[frame] - 1
        draws = (np.arange(others) + np.random.default_rng(seed).random()) / max(others, 1)
        partners = episodes.partners(np.full(others, frame), draws)
        mates = set(range(first[frame], first[frame] + length[frame])) - {frame}
        assert len(partners) == others and set(partners.tolist()) == mates
    np.testing.assert_array_equal(
        episodes.partners(frames, np.full(len(frames), 0.5)) == frames, length == 1
    )


@pytest.mark.parametrize("max_memory_gb", [1.0, CHUNK_GB])
def test_a_sample_of_pairs_spreads_over_the_dataset(
    dataset: FrameDataset, max_memory_gb: float
) -> None:
    frames, _ = toy_frames(COUNT, per_look=PER_LOOK)
    resident = load_resident(dataset, max_memory_gb, CPU)
    chunks = list(sample_pairs(dataset, 40, CPU, 0, resident))
    shown = np.concatenate([chunk[: len(chunk) // 2].numpy() for chunk in chunks])
    np.testing.assert_array_equal(shown, np.concatenate([frames[:20], frames[80:]]))
    for chunk in chunks:
        first, second = (half.numpy() for half in chunk.chunk(2))
        np.testing.assert_array_equal(first[:, 0, 0, :2], second[:, 0, 0, :2])  # one background
        assert (first != second).any()


def test_a_dataset_without_pairs_says_what_to_do(tmp_path: Path) -> None:
    dataset = FrameDataset.open(write_toy_dataset(tmp_path / "alone", 20))
    with pytest.raises(ValueError, match=r"has one frame.*--frames-per-look") as caught:
        FrameBatches(dataset, BATCH, (0,), 1.0, CPU, paired=True)
    assert "\n" not in str(caught.value)


def test_half_a_pair_is_refused(dataset: FrameDataset) -> None:
    with pytest.raises(ValueError, match="batch_size is 15; batches of pairs need a multiple of 2"):
        FrameBatches(dataset, 15, (0,), 1.0, CPU, paired=True)


LENGTH = 4


def sequences_of(dataset: FrameDataset, max_memory_gb: float) -> FrameBatches:
    resident = load_resident(dataset, max_memory_gb, CPU) if max_memory_gb == 1.0 else None
    own = (dataset, BATCH, (0, 0), max_memory_gb, CPU, resident)
    numbers = np.arange(len(dataset), dtype=np.float32)[:, None]
    return FrameBatches(*own, given=numbers, sequence_length=LENGTH)


@pytest.mark.parametrize("gigabytes", MEMORY.values(), ids=MEMORY.keys())
def test_sequences_are_frames_in_a_row_first_ones_first(
    dataset: FrameDataset, gigabytes: float
) -> None:
    batches, frames = sequences_of(dataset, gigabytes), toy_frames(COUNT, per_look=PER_LOOK)[0]
    streamed = list(islice(batches.starting_at(0), 40))
    for number, batch in enumerate(streamed):
        rows = batch.indices.reshape(LENGTH, BATCH // LENGTH)
        np.testing.assert_array_equal(rows - rows[0], np.arange(LENGTH)[:, None] + 0 * rows)
        np.testing.assert_array_equal(batch.frames.numpy(), frames[batch.indices])
        assert batch.given is not None
        np.testing.assert_array_equal(batch.given[:, 0], batch.indices)
        np.testing.assert_array_equal(batches.indices(number), batch.indices)
    resumed = next(iter(batches.starting_at(7)))
    np.testing.assert_array_equal(resumed.indices, streamed[7].indices)


@given(
    frames=st.integers(1, 60),
    chunk=st.integers(1, 30),
    length=st.integers(2, 12),
    window=st.integers(1, 4),
    epoch=st.integers(0, 3),
)
def test_an_epoch_of_sequences_passes_over_the_frames_about_once(
    frames: int, chunk: int, length: int, window: int, epoch: int
) -> None:
    if length > frames:
        with pytest.raises(ValueError, match="give shorter ones, or collect more frames"):
            SequenceOrder(frames, chunk, window, (0,), length)
        return
    order = SequenceOrder(frames, chunk, window, (0,), length)
    rows = np.concatenate(list(order.windows(epoch)))
    assert rows.shape == (order.num_rows, length)
    assert rows.min() >= 0 and rows.max() < frames
    assert (np.diff(rows, axis=1) == 1).all()
    if chunk >= length and frames % chunk == 0:  # rows lie within chunks, and hardly overlap
        assert (rows[:, 0] // chunk == rows[:, -1] // chunk).all()
        assert np.bincount(rows.ravel()).max() <= 2
        assert frames - rows.size < frames // chunk * length


def test_every_frame_may_begin_a_sequence() -> None:
    order = SequenceOrder(20, 10, 2, (0,), 3)
    firsts = {int(row[0]) for epoch in range(60) for rows in order.windows(epoch) for row in rows}
    assert firsts == {*range(8), *range(10, 18)}
