"""A dataset is written chunk by chunk, and appears whole or not at all."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import zarr

from darla import FrameDataset
from darla.frames import writer as frame_writer
from darla.frames.writer import FrameChunk, FrameWriter, create_frame_dataset
from toy_datasets import attributes_of, describe, random_chunks


def test_chunks_of_zeros_are_written_too(tmp_path: Path) -> None:
    attributes = attributes_of(num_frames=4, factors=0)
    create_frame_dataset(tmp_path / "dataset", attributes)
    writer = FrameWriter(tmp_path / "dataset")
    writer.write(0, FrameChunk.empty(4, (8, 12), 0))
    writer.complete()
    assert not FrameDataset.open(tmp_path / "dataset").read(0, 4).any()


def test_a_chunk_that_could_not_be_written_is_not_finished(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    attributes = attributes_of()
    chunks = random_chunks(attributes)
    create_frame_dataset(tmp_path / "dataset", attributes)
    writer = FrameWriter(tmp_path / "dataset")
    writer.write(2, chunks[2])

    def fail(array: Path, *_: Any) -> None:
        if array.name == "actions":
            raise OSError(28, "No space left on device", str(array))

    with monkeypatch.context() as patch:
        patch.setattr(frame_writer, "write_chunk_file", fail)
        with pytest.raises(OSError, match="No space left"):
            writer.write(1, chunks[1])

    assert writer.finished_chunks() == {2}
    with pytest.raises(ValueError, match="still lacks 2 chunks"):
        writer.complete()
    writer.write(1, chunks[1])
    writer.write(0, chunks[0])
    writer.complete()
    dataset = FrameDataset.open(tmp_path / "dataset")
    np.testing.assert_array_equal(dataset.read(4, 8), chunks[1].frames)


def test_what_a_kill_left_behind_is_cleared_away(tmp_path: Path) -> None:
    path = tmp_path / "dataset"
    attributes = attributes_of(num_frames=4)
    create_frame_dataset(path, attributes)
    writer = FrameWriter(path)
    writer.write(0, random_chunks(attributes)[0])
    left_over = path / "frames/c/0/0/0/0.123abc.partial"
    left_over.write_bytes(b"half")
    writer.complete()
    assert not left_over.exists()


def test_a_dataset_appears_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(group: zarr.Group, attributes: dict[str, Any]) -> None:
        raise OSError("no")

    monkeypatch.setattr(frame_writer, "_create_arrays", fail)
    with pytest.raises(OSError, match="no"):
        create_frame_dataset(tmp_path / "dataset", attributes_of())
    assert not list(tmp_path.iterdir())


def test_creating_never_replaces(tmp_path: Path) -> None:
    (tmp_path / "dataset").mkdir()
    (tmp_path / "dataset/thesis.txt").write_text("mine")
    with pytest.raises(OSError):
        create_frame_dataset(tmp_path / "dataset", attributes_of())
    assert [path.name for path in tmp_path.rglob("*")] == ["dataset", "thesis.txt"]


@pytest.mark.parametrize("name", ["", "a/b", ".hidden", "__zarr"])
def test_factor_names_that_cannot_be_arrays_are_errors(tmp_path: Path, name: str) -> None:
    attributes = {**attributes_of(), "factors": {name: describe()}}
    with pytest.raises(ValueError, match="cannot be the name of an array"):
        create_frame_dataset(tmp_path / "dataset", attributes)


def test_writing_into_nothing_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="there is no frame dataset at"):
        FrameWriter(tmp_path / "nothing")
