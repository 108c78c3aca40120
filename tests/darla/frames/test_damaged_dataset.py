"""What is wrong with a dataset is said in one line, and never read as something else."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import zarr
from hypothesis import given
from hypothesis import strategies as st
from numcodecs import Zstd
from numcodecs.checksum32 import CRC32C

from darla import FrameDataset
from darla.frames.chunk_files import content_size
from darla.frames.writer import FrameWriter, create_frame_dataset
from toy_datasets import attributes_of, describe, random_chunks, write_dataset


def test_a_missing_dataset_is_an_error(tmp_path: Path) -> None:
    for path in (tmp_path / "nothing", tmp_path):
        with pytest.raises(FileNotFoundError, match="there is no frame dataset at"):
            FrameDataset.open(path)


def test_a_dataset_of_nearly_that_name_is_suggested(tmp_path: Path) -> None:
    write_dataset(tmp_path / "ball")
    (tmp_path / "bald").mkdir()
    message = "at .*/bal; did you mean 'ball'\\? collect one with darla collect"
    with pytest.raises(FileNotFoundError, match=message):
        FrameDataset.open(tmp_path / "bal")


def test_something_else_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "thesis.txt").write_text("mine")
    zarr.create_group(tmp_path / "other").update_attributes({"format": "another"})
    for name in ("folder", "other"):
        with pytest.raises(
            ValueError, match=f"{name} holds something else than a frame dataset; give"
        ):
            FrameDataset.open(tmp_path / name)


def test_of_what_a_shell_finds_beside_datasets_folders_are_asked_for(tmp_path: Path) -> None:
    (tmp_path / "mine.contact_sheet.png").write_text("a picture")
    with pytest.raises(ValueError, match=r"sheet\.png is a file, .*/\*/ in place of .*/\*$"):
        FrameDataset.open(tmp_path / "mine.contact_sheet.png")


def test_an_unfinished_dataset_is_an_error(tmp_path: Path) -> None:
    attributes = attributes_of()
    create_frame_dataset(tmp_path / "dataset", attributes)
    FrameWriter(tmp_path / "dataset").write(0, random_chunks(attributes)[0])
    with pytest.raises(ValueError, match="is not finished; run the command that collected it"):
        FrameDataset.open(tmp_path / "dataset")


def test_a_newer_schema_is_an_error(tmp_path: Path) -> None:
    write_dataset(tmp_path / "dataset")
    zarr.open_group(tmp_path / "dataset").update_attributes({"schema": 99})
    with pytest.raises(ValueError, match="has schema 99"):
        FrameDataset.open(tmp_path / "dataset")


def test_a_missing_chunk_is_an_error_not_zeros(tmp_path: Path) -> None:
    write_dataset(tmp_path / "dataset")
    (tmp_path / "dataset/frames/c/1/0/0/0").unlink()
    with pytest.raises(ValueError, match="damaged: the files of 1 of 3 chunks are missing"):
        FrameDataset.open(tmp_path / "dataset")


@pytest.mark.parametrize("name", ["actions", "rewards", "episode_starts", "factors/factor_1"])
def test_a_missing_chunk_of_any_array_is_an_error(tmp_path: Path, name: str) -> None:
    write_dataset(tmp_path / "dataset")
    (tmp_path / f"dataset/{name}/c/1").unlink()
    with pytest.raises(ValueError, match=f"1 of 3 chunks are missing in {name}"):
        FrameDataset.open(tmp_path / "dataset")


def edit(path: Path, **changes: Any) -> None:
    """Change what JSON holds; None removes a key."""
    held = {**json.loads(path.read_text()), **changes}
    path.write_text(json.dumps({name: value for name, value in held.items() if value is not None}))


def test_a_codec_that_is_not_ours_is_never_looked_up(tmp_path: Path) -> None:
    write_dataset(tmp_path / "dataset")
    pickled = [{"name": "numcodecs.pickle", "configuration": {"protocol": 5}}]
    edit(tmp_path / "dataset/actions/zarr.json", codecs=pickled)
    with pytest.raises(ValueError, match=r"codecs\[0\].name is 'numcodecs.pickle'"):
        FrameDataset.open(tmp_path / "dataset")


def test_consolidated_metadata_are_not_read(tmp_path: Path) -> None:
    chunks = write_dataset(tmp_path / "dataset")
    v2 = {"zarr_format": 2, "dtype": "|O", "filters": [{"id": "pickle"}], "compressor": None}
    every = {"kind": "inline", "must_understand": False, "metadata": {"actions": v2}}
    edit(tmp_path / "dataset/zarr.json", consolidated_metadata=every)
    actions = FrameDataset.open(tmp_path / "dataset").actions
    np.testing.assert_array_equal(actions, np.concatenate([chunk.actions for chunk in chunks]))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"shape": [10**12]}, "shape is"),
        ({"data_type": "float64"}, "data_type is float64, expected int64"),
        ({"codecs": []}, r"codecs is \[\], expected"),
        ({"chunk_grid": {"name": "regular", "configuration": []}}, "chunk_grid.configuration is"),
        ({"node_type": "group"}, "node_type is 'group'"),
    ],
)
def test_an_array_of_another_layout_is_an_error(
    tmp_path: Path, changes: dict[str, Any], message: str
) -> None:
    write_dataset(tmp_path / "dataset")
    edit(tmp_path / "dataset/actions/zarr.json", **changes)
    with pytest.raises(ValueError, match=message) as error:
        FrameDataset.open(tmp_path / "dataset")
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"num_frames": 10**12}, "num_frames is 1000000000000"),
        ({"num_frames": "10"}, "num_frames is '10', expected `int`"),
        ({"finished_chunks": 3.5}, "finished_chunks is 3.5"),
        ({"size": [8]}, r"size is \[8\]"),
        (
            {"size": [4096, 4096], "chunk_size": 20, "num_frames": 20},
            "bytes of frames, expected at most",
        ),
        ({"factors": ["a"]}, "factors is"),
        ({"factors": {"nope": {}}}, "missing required field"),
        ({"factors": {"../../etc": describe()}}, "cannot be the name of an array"),
        ({"factors": {"a": {**describe(), "categories": [["b"]]}}}, "expected `str`"),
        ({"env": None}, "missing required field `env`"),
    ],
)
def test_attributes_of_another_shape_are_an_error(
    tmp_path: Path, changes: dict[str, Any], message: str
) -> None:
    write_dataset(tmp_path / "dataset")
    header = tmp_path / "dataset/zarr.json"
    attributes = json.loads(header.read_text())["attributes"]
    changed = {
        name: value for name, value in {**attributes, **changes}.items() if value is not None
    }
    edit(header, attributes=changed)
    with pytest.raises(ValueError, match=message) as error:
        FrameDataset.open(tmp_path / "dataset")
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("text", ["[" * 100_000, "null", "[]", '{"attributes": []}', "{"])
def test_a_header_that_is_something_else_is_an_error(tmp_path: Path, text: str) -> None:
    write_dataset(tmp_path / "dataset")
    (tmp_path / "dataset/zarr.json").write_text(text)
    with pytest.raises(ValueError) as error:
        FrameDataset.open(tmp_path / "dataset")
    assert "zarr.json" in str(error.value) or "something else" in str(error.value)


def test_a_chunk_that_would_fill_memory_is_refused(tmp_path: Path) -> None:
    write_dataset(tmp_path / "dataset")
    bomb = Zstd(level=1).encode(np.zeros(64 << 20, np.uint8))  # a few kilobytes
    file = tmp_path / "dataset/actions/c/0"
    file.write_bytes(bytes(CRC32C(location="end").encode(bomb)))
    dataset = FrameDataset.open(tmp_path / "dataset")
    with pytest.raises(ValueError, match=r"'actions'.*is damaged"):
        _ = dataset.actions


@given(size=st.integers(0, 70_000), level=st.integers(1, 5))
def test_the_size_of_what_zstd_holds_is_known_before(size: int, level: int) -> None:
    frame = bytes(Zstd(level=level).encode(np.zeros(size, np.uint8)))
    assert content_size(frame[:18]) == size


@pytest.mark.parametrize("place", [5, -6, -1])
def test_a_flipped_bit_is_an_error(tmp_path: Path, place: int) -> None:
    write_dataset(tmp_path / "dataset")
    file = tmp_path / "dataset/frames/c/1/0/0/0"
    data = bytearray(file.read_bytes())
    data[place] ^= 1
    file.write_bytes(data)
    dataset = FrameDataset.open(tmp_path / "dataset")
    dataset.read(0, 4)
    with pytest.raises(ValueError, match=r"'frames' of the frame dataset .* is damaged"):
        dataset.read(4, 5)
