import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import zarr
from hypothesis import given, settings
from hypothesis import strategies as st
from numcodecs import Zstd
from numcodecs.checksum32 import CRC32C

from darla import FrameDataset
from darla.frames import writer as frame_writer
from darla.frames.attributes import ATTRIBUTES, num_chunks
from darla.frames.chunk_files import content_size
from darla.frames.writer import FrameChunk, FrameWriter, create_frame_dataset


def describe(categories: tuple[str, ...] = ()) -> dict[str, Any]:
    kind = "categorical" if categories else "continuous"
    limits = {"low": None, "high": None, "unit": "", "role": "state"}
    return {"kind": kind, "categories": list(categories), **limits}


def attributes_of(
    num_frames: int = 10, chunk_size: int = 4, size: tuple[int, int] = (8, 12), factors: int = 2
) -> dict[str, Any]:
    made = dict.fromkeys(ATTRIBUTES)
    for name in ("format", "schema", "finished_chunks"):
        del made[name]
    return {
        **made,
        "env": "Toy/Counting-v0",
        "env_kwargs": {},
        "how": "random",
        "num_frames": num_frames,
        "chunk_size": chunk_size,
        "size": list(size),
        "factors": {f"factor_{index}": describe() for index in range(factors)},
    }


def random_chunks(attributes: dict[str, Any], seed: int = 0) -> list[FrameChunk]:
    rng = np.random.default_rng(seed)
    height, width = attributes["size"]
    left, chunks = attributes["num_frames"], []
    while left:
        n = min(left, attributes["chunk_size"])
        left -= n
        chunks.append(
            FrameChunk(
                frames=rng.integers(0, 256, (n, height, width, 3), dtype=np.uint8),
                factors=rng.normal(size=(n, len(attributes["factors"]))).astype(np.float32),
                actions=rng.integers(-1, 3, n),
                rewards=rng.normal(size=n).astype(np.float32),
                episode_starts=rng.random(n) < 0.5,
            )
        )
    return chunks


def write_dataset(path: Path, **settings: Any) -> list[FrameChunk]:
    attributes = attributes_of(**settings)
    chunks = random_chunks(attributes)
    create_frame_dataset(path, attributes)
    writer = FrameWriter(path)
    for index in reversed(range(len(chunks))):
        writer.write(index, chunks[index])
    writer.complete()
    return chunks


@settings(max_examples=15)
@given(
    num_frames=st.integers(1, 12),
    chunk_size=st.integers(1, 6),
    factors=st.integers(0, 2),
    bounds=st.tuples(st.integers(0, 12), st.integers(0, 12)),
)
def test_what_is_written_is_read(
    tmp_path_factory: pytest.TempPathFactory,
    num_frames: int,
    chunk_size: int,
    factors: int,
    bounds: tuple[int, int],
) -> None:
    path = tmp_path_factory.mktemp("frames") / "dataset"
    chunks = write_dataset(path, num_frames=num_frames, chunk_size=chunk_size, factors=factors)
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


def test_a_missing_dataset_is_an_error(tmp_path: Path) -> None:
    for path in (tmp_path / "nothing", tmp_path):
        with pytest.raises(FileNotFoundError, match="there is no frame dataset at"):
            FrameDataset.open(path)


def test_something_else_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "thesis.txt").write_text("mine")
    zarr.create_group(tmp_path / "other").update_attributes({"format": "another"})
    for name in ("file", "folder", "other"):
        with pytest.raises(ValueError, match=f"{name} holds something else than a frame dataset"):
            FrameDataset.open(tmp_path / name)


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


@given(num_frames=st.integers(1, 10_000), chunk_size=st.integers(1, 2_000))
def test_chunks_hold_all_frames_and_none_is_empty(num_frames: int, chunk_size: int) -> None:
    chunks = num_chunks({"num_frames": num_frames, "chunk_size": chunk_size})
    assert (chunks - 1) * chunk_size < num_frames <= chunks * chunk_size
