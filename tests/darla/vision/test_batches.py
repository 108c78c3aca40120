from collections.abc import Iterator
from itertools import islice

import numpy as np
import pytest
import torch

from darla.frames.dataset import FrameDataset
from darla.vision.batches import (
    Batch,
    FrameBatches,
    FrameOrder,
    load_resident,
    window_chunks,
)
from darla.vision.frame_samples import sample_chunks
from toy_frames import toy_frames, write_toy_dataset

CPU = torch.device("cpu")
COUNT, CHUNK, BATCH = 95, 20, 16
CHUNK_GB = CHUNK * 32 * 32 * 3 / 1e9


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> FrameDataset:
    path = write_toy_dataset(tmp_path_factory.mktemp("frames") / "toy", COUNT, chunk_size=CHUNK)
    return FrameDataset.open(path)


def batches_of(dataset: FrameDataset, max_memory_gb: float, seed: int = 0) -> FrameBatches:
    resident = load_resident(dataset, max_memory_gb, CPU)
    return FrameBatches(dataset, BATCH, (seed, 0), max_memory_gb, CPU, resident)


MEMORY = {"resident": 1.0, "streamed by two chunks": 4 * CHUNK_GB, "streamed by one": CHUNK_GB}


@pytest.fixture(params=MEMORY.values(), ids=MEMORY.keys())
def batches(dataset: FrameDataset, request: pytest.FixtureRequest) -> FrameBatches:
    return batches_of(dataset, request.param)


def test_every_frame_comes_exactly_once_an_epoch(batches: FrameBatches) -> None:
    stream = batches.starting_at(0)
    indices = np.concatenate([batch.indices for batch in islice(stream, 3 * COUNT // BATCH)])
    for epoch in range(2):
        part = indices[epoch * COUNT : (epoch + 1) * COUNT]
        assert sorted(part) == list(range(COUNT))
    assert not np.array_equal(indices[:COUNT], indices[COUNT : 2 * COUNT])


def test_batches_hold_the_frames_that_they_name(batches: FrameBatches) -> None:
    frames, _ = toy_frames(COUNT)
    for batch in islice(batches.starting_at(0), 14):
        assert batch.frames.shape == (BATCH, 32, 32, 3) and batch.frames.dtype == torch.uint8
        np.testing.assert_array_equal(batch.frames.numpy(), frames[batch.indices])


@pytest.mark.parametrize("step", [1, 5, 6, 13])
def test_a_stream_can_start_at_any_step(batches: FrameBatches, step: int) -> None:
    unbroken = list(islice(batches.starting_at(0), step + 3))[step:]
    resumed = list(islice(batches.starting_at(step), 3))
    for before, after in zip(unbroken, resumed, strict=True):
        np.testing.assert_array_equal(before.indices, after.indices)
        assert torch.equal(before.frames, after.frames)
    np.testing.assert_array_equal(batches.indices(step), resumed[0].indices)


def test_the_seed_alone_decides_the_order(dataset: FrameDataset) -> None:
    first, again, other = (batches_of(dataset, 1.0, seed).indices(0) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_windows_mix_several_chunks() -> None:
    order = FrameOrder(num_frames=100, chunk_size=10, window_chunks=5, seed=(0,))
    windows = list(order.windows(epoch=0))
    assert [len(window) for window in windows] == [50, 50]
    for window in windows:
        chunks = set(window // 10)
        assert len(chunks) == 5
        assert len(set(window[:10] // 10)) > 1, "chunks came one after the other"
        assert chunks != set(range(5)), "chunks were not shuffled"


def test_memory_decides_the_windows(dataset: FrameDataset) -> None:
    assert window_chunks(dataset, 1.0) == 5
    assert window_chunks(dataset, 4.1 * CHUNK_GB) == 2
    assert window_chunks(dataset, 1e-9) == 1
    assert load_resident(dataset, 4.1 * CHUNK_GB, CPU) is None


def test_batches_may_be_larger_than_the_dataset(dataset: FrameDataset) -> None:
    large = FrameBatches(dataset, 200, (0,), CHUNK_GB, CPU)
    batch = next(large.starting_at(1))
    assert len(batch.indices) == 200 and len(batch.frames) == 200


@pytest.mark.parametrize("max_memory_gb", [1.0, CHUNK_GB])
def test_a_sample_spreads_over_the_dataset(dataset: FrameDataset, max_memory_gb: float) -> None:
    frames, _ = toy_frames(COUNT)
    resident = load_resident(dataset, max_memory_gb, CPU)
    few = torch.cat(list(sample_chunks(dataset, 40, CPU, resident)))
    np.testing.assert_array_equal(few.numpy(), np.concatenate([frames[:20], frames[80:]]))
    everything = torch.cat(list(sample_chunks(dataset, 1000, CPU, resident)))
    np.testing.assert_array_equal(everything.numpy(), frames)


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
@pytest.mark.parametrize("max_memory_gb", MEMORY.values(), ids=MEMORY.keys())
@pytest.mark.parametrize("free", [10**12, 0], ids=["room on the GPU", "no room"])
def test_a_gpu_is_given_the_same_batches_without_being_waited_for(
    dataset: FrameDataset, max_memory_gb: float, free: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda _: (free, free))
    gpu = torch.device("cuda")
    resident = load_resident(dataset, max_memory_gb, gpu)
    assert (resident is None) == (not free and max_memory_gb < 1.0)
    own = FrameBatches(dataset, BATCH, (0, 0), max_memory_gb, gpu, resident)
    for here, there in zip(
        islice(batches_of(dataset, max_memory_gb).starting_at(3), 8),
        _unwaited(own.starting_at(3)),
        strict=False,
    ):
        np.testing.assert_array_equal(here.indices, there.indices)
        assert there.frames.device.type == "cuda" and torch.equal(there.frames.cpu(), here.frames)


def _unwaited(batches: Iterator[Batch]) -> Iterator[Batch]:
    """Yield batches; an error where making one waits for the GPU."""
    while True:
        torch.cuda.set_sync_debug_mode("error")
        try:
            batch = next(batches)
        finally:
            torch.cuda.set_sync_debug_mode("default")
        yield batch
