"""A dataset in a store holds to the byte what one on a disk does, and gives the same frames."""

import json
from pathlib import Path

import numpy as np
import pytest

from darla import FrameDataset
from darla.frames.joined import open_frames
from darla.frames.read_rows import read_rows
from darla.frames.stored_chunks import put_chunk
from darla.frames.writer import FrameWriter, create_frame_dataset
from darla.stores.objects import StoreError
from darla.stores.urls import Place, StoreUrl, place
from toy_datasets import contents
from toy_frames import write_toy_dataset
from toy_stores import ToyStore, needs_store, store

__all__ = ["store"]
pytestmark = needs_store

URL = "s3://toys/data/toys"


def url_of(text: str = URL) -> Place:
    return place(text)


@pytest.fixture
def both(store: ToyStore, tmp_path: Path) -> tuple[FrameDataset, FrameDataset]:
    """The same dataset on the disk and in the store."""
    local = write_toy_dataset(tmp_path / "toys", choices=3)
    write_toy_dataset(url_of(), choices=3)
    return FrameDataset.open(local), FrameDataset.open(URL)


def test_the_same_files_lie_in_both(
    both: tuple[FrameDataset, FrameDataset], store: ToyStore, tmp_path: Path
) -> None:
    ours, theirs = contents(tmp_path / "toys"), store.files("data/toys")
    assert json.loads(ours.pop("zarr.json")) == json.loads(theirs.pop("zarr.json"))
    assert ours == theirs


def test_the_same_is_read_of_both(both: tuple[FrameDataset, FrameDataset]) -> None:
    local, stored = both
    assert str(stored.path) == URL
    assert stored.attributes == local.attributes
    np.testing.assert_array_equal(stored.read(5, 77), local.read(5, 77))
    for name in local.factors:
        np.testing.assert_array_equal(stored.factors[name], local.factors[name])
    np.testing.assert_array_equal(stored.actions, local.actions)
    np.testing.assert_array_equal(stored.episode_starts, local.episode_starts)
    rows = np.array([90, 3, 3, 41, 8])
    np.testing.assert_array_equal(
        read_rows(stored, rows, (32, 32)), read_rows(local, rows, (32, 32))
    )
    assert (local.chunks_ahead, stored.chunks_ahead) == (0, 16)


def test_zarr_reads_it_from_the_store(both: tuple[FrameDataset, FrameDataset]) -> None:
    import zarr
    from obstore.store import S3Store
    from zarr.storage import ObjectStore

    local, _ = both
    there = S3Store("toys", prefix="data/toys", client_options={"allow_http": True})
    group = zarr.open_group(ObjectStore(there, read_only=True), mode="r")
    np.testing.assert_array_equal(group["frames"][20:50], local.read(20, 50))


def test_datasets_of_disk_and_store_are_read_as_one(store: ToyStore, tmp_path: Path) -> None:
    first = write_toy_dataset(tmp_path / "first", count=40)
    write_toy_dataset(url_of(), count=50, seed=1)
    joined = open_frames([first, Path(URL)])
    assert joined.chunks_ahead == 16
    whole = np.concatenate([*joined.chunks(range(5))])
    np.testing.assert_array_equal(whole, joined.read(0, 90))


def test_it_is_there_from_its_header_on_and_read_when_it_is_whole(store: ToyStore) -> None:
    template = write_toy_dataset(url_of("s3://toys/template"))
    attributes = FrameDataset.open(template).attributes
    told = {
        name: value
        for name, value in attributes.items()
        if name not in ("format", "schema", "finished_chunks")
    }
    with pytest.raises(FileNotFoundError, match="no frame dataset at s3://toys/data/toys"):
        FrameDataset.open(URL)
    create_frame_dataset(url_of(), told)
    assert store.names("data/toys") == ["data/toys/zarr.json"]
    with pytest.raises(FileExistsError):
        create_frame_dataset(url_of(), {**told, "seed": 7})
    with pytest.raises(ValueError, match="not finished"):
        FrameDataset.open(URL)
    writer = FrameWriter(url_of())
    assert writer.finished_chunks() == set()
    with pytest.raises(ValueError, match="still lacks 5 chunks"):
        writer.complete()


def test_a_second_writer_that_comes_too_late_does_no_harm(store: ToyStore) -> None:
    write_toy_dataset(url_of())
    before = store.files("data/toys")
    writer = FrameWriter(url_of())
    dataset = FrameDataset.open(URL)
    assert isinstance(dataset.path, StoreUrl)
    put_chunk(dataset.path, 1, {"rewards": dataset.rewards[20:40]}, dataset._layouts)
    writer.complete()
    after = store.files("data/toys")
    assert after.pop(".finished/1") == b""
    assert after == before


def test_damage_is_said(both: tuple[FrameDataset, FrameDataset], store: ToyStore) -> None:
    _, stored = both
    frames = store.read("data/toys/frames/c/2/0/0/0")
    store.write("data/toys/frames/c/2/0/0/0", frames[:-9] + b"damaged!!")
    with pytest.raises(ValueError, match=r"'frames' of .* s3://toys/data/toys is damaged"):
        stored.read(40, 60)
    store.write("data/toys/frames/c/2/0/0/0", bytes(10_000_000))
    with pytest.raises(ValueError, match="has 10,000,000 bytes; expected at most"):
        stored.read(40, 60)
    store.remove("data/toys/frames/c/2/0/0/0")
    with pytest.raises(ValueError, match="files of 1 of 5 chunks are missing in frames"):
        FrameDataset.open(URL)
    header = json.loads(store.read("data/toys/frames/zarr.json"))
    header["codecs"][1] = {"name": "numcodecs.pickle"}
    store.write("data/toys/frames/zarr.json", json.dumps(header).encode())
    with pytest.raises(ValueError, match=r"s3://toys/data/toys/frames/zarr.json is damaged"):
        FrameDataset.open(URL)


def test_a_store_that_is_gone_is_no_damage(
    both: tuple[FrameDataset, FrameDataset], store: ToyStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("darla.stores.objects._RETRIES", {"max_retries": 0})
    stored = FrameDataset.open(URL)
    store._backend.buckets["toys"].keys.clear()
    store._backend.delete_bucket("toys")
    with pytest.raises(StoreError, match="no bucket 'toys'"):
        stored.read(0, 20)


def test_something_else_is_left_alone_and_near_misses_are_named(store: ToyStore) -> None:
    store.write("data/toys/notes.txt", b"mine")
    with pytest.raises(ValueError, match="holds something else than a frame dataset"):
        FrameDataset.open(URL)
    with pytest.raises(FileNotFoundError, match="did you mean 'toys'"):
        FrameDataset.open("s3://toys/data/tois")
