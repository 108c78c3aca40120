import json
from pathlib import Path

import numpy as np
import pytest
import zarr
from hypothesis import given, settings
from hypothesis import strategies as st

from darla import FrameDataset
from darla.frames.attributes import ATTRIBUTES, num_chunks
from darla.frames.writer import create_frame_dataset
from toy_datasets import attributes_of, write_dataset


@settings(max_examples=15)
@given(
    num_frames=st.integers(1, 12),
    chunk_size=st.integers(1, 6),
    factors=st.integers(0, 2),
    action_size=st.integers(0, 3),
    bounds=st.tuples(st.integers(0, 12), st.integers(0, 12)),
)
def test_what_is_written_is_read(
    tmp_path_factory: pytest.TempPathFactory,
    num_frames: int,
    chunk_size: int,
    factors: int,
    action_size: int,
    bounds: tuple[int, int],
) -> None:
    path = tmp_path_factory.mktemp("frames") / "dataset"
    sizes = {"num_frames": num_frames, "chunk_size": chunk_size, "action_size": action_size}
    chunks = write_dataset(path, factors=factors, **sizes)
    frames = np.concatenate([chunk.frames for chunk in chunks])

    dataset = FrameDataset.open(path)

    start, stop = sorted(min(bound, num_frames) for bound in bounds)
    np.testing.assert_array_equal(dataset.read(start, stop), frames[start:stop])
    columns = np.concatenate([chunk.factors for chunk in chunks]).T
    assert list(dataset.factors) == [f"factor_{index}" for index in range(factors)]
    for column, values in zip(columns, dataset.factors.values(), strict=True):
        np.testing.assert_array_equal(values, column)
    for name in ("actions", "rewards", "episode_starts"):
        expected = np.concatenate([getattr(chunk, name) for chunk in chunks])
        np.testing.assert_array_equal(getattr(dataset, name), expected)
    assert dataset.action_vectors.shape == (num_frames, action_size)
    if action_size:
        numbers = np.concatenate([chunk.action_vectors for chunk in chunks])
        np.testing.assert_array_equal(dataset.action_vectors, numbers)
    assert len(dataset) == num_frames
    assert dataset.chunk_size == min(chunk_size, num_frames)


def test_types_and_shapes_are_as_described(tmp_path: Path) -> None:
    write_dataset(tmp_path / "dataset")
    dataset = FrameDataset.open(str(tmp_path / "dataset"))
    assert dataset.path == tmp_path / "dataset"
    assert dataset.shape == (10, 8, 12, 3)
    assert dataset.read(0, 10).dtype == np.uint8
    assert {values.dtype for values in dataset.factors.values()} == {np.dtype("float32")}
    assert dataset.actions.dtype == np.int64
    assert dataset.rewards.dtype == np.float32
    assert dataset.episode_starts.dtype == np.bool_
    assert set(dataset.attributes) == set(ATTRIBUTES)
    assert dataset.attributes["finished_chunks"] == 3


def test_a_finished_dataset_is_pure_zarr_compressed_and_with_checksums(tmp_path: Path) -> None:
    write_dataset(tmp_path / "dataset")
    group = zarr.open_group(tmp_path / "dataset", mode="r")
    names = {name for name, _ in group.members()}  # warns about whatever is not Zarr's
    assert names == {"frames", "factors", "actions", "rewards", "episode_starts"}
    assert not [path for path in (tmp_path / "dataset").iterdir() if path.name.startswith(".")]
    for array in ("frames", "actions", "factors/factor_0"):
        header = json.loads((tmp_path / "dataset" / array / "zarr.json").read_text())
        assert header["zarr_format"] == 3
        assert [codec["name"] for codec in header["codecs"]] == ["bytes", "zstd", "crc32c"]


def test_chunks_are_byte_for_byte_what_zarr_would_write(tmp_path: Path) -> None:
    chunks = write_dataset(tmp_path / "dataset")
    attributes = attributes_of()
    create_frame_dataset(tmp_path / "zarrs", attributes)
    group = zarr.open_group(tmp_path / "zarrs", mode="r+")
    with zarr.config.set({"array.write_empty_chunks": True}):
        for index, chunk in enumerate(chunks):
            rows = slice(index * 4, index * 4 + len(chunk))
            group["frames"][rows] = chunk.frames
            for factor in range(2):
                group[f"factors/factor_{factor}"][rows] = chunk.factors[:, factor]
            for name in ("actions", "rewards", "episode_starts"):
                group[name][rows] = getattr(chunk, name)
    ours, theirs = (
        {
            file.relative_to(folder): file.read_bytes()
            for file in folder.rglob("c/**/*")
            if file.is_file()
        }
        for folder in (tmp_path / "dataset", tmp_path / "zarrs")
    )
    assert len(ours) == 3 * 6
    assert ours == theirs


def test_reading_outside_the_dataset_is_an_error(tmp_path: Path) -> None:
    write_dataset(tmp_path / "dataset")
    dataset = FrameDataset.open(tmp_path / "dataset")
    for start, stop in ((-1, 3), (0, 11), (5, 4)):
        with pytest.raises(ValueError, match=f"frames {start} to {stop} are not within 0 to 10"):
            dataset.read(start, stop)


@given(num_frames=st.integers(1, 10_000), chunk_size=st.integers(1, 2_000))
def test_chunks_hold_all_frames_and_none_is_empty(num_frames: int, chunk_size: int) -> None:
    chunks = num_chunks({"num_frames": num_frames, "chunk_size": chunk_size})
    assert (chunks - 1) * chunk_size < num_frames <= chunks * chunk_size
