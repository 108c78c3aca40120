"""Objects of a store: bounded, whole, and errors in one line."""

import sys
from pathlib import Path

import pytest

from darla.stores.objects import StoredFolder, StoreError
from darla.stores.urls import StoreUrl, place
from toy_stores import ToyStore, clear_environment, needs_store, store

__all__ = ["store"]
pytestmark = needs_store


def folder_at(text: str) -> StoredFolder:
    url = place(text)
    assert isinstance(url, StoreUrl)
    return StoredFolder(url)


def test_what_is_put_is_read_and_listed_and_removed(store: ToyStore) -> None:
    folder = folder_at("s3://toys/data/rooms")
    assert folder.is_empty()
    folder.write("frames/c/0", b"some")
    folder.write(".finished/0", b"")
    folder.write("factors/a b#%", b"odd")
    store.write("data/rooms2/x", b"of another")
    assert folder.read("frames/c/0", 4) == b"some"
    assert folder.read("factors/a b#%", 4) == b"odd"
    sizes = {name: each["size"] for name, each in folder.objects().items()}
    assert sizes == {"frames/c/0": 4, ".finished/0": 0, "factors/a b#%": 3}
    assert set(folder.objects(".finished")) == {".finished/0"}
    assert folder.missing(["frames/c/0", "frames/c/1"]) == ["frames/c/1"]
    folder.remove([".finished/0", ".finished/1"])
    assert not folder.objects(".finished")
    assert not folder.is_empty()


def test_nothing_is_downloaded_of_what_is_too_large(store: ToyStore, tmp_path: Path) -> None:
    store.write("a/big", b"x" * 2000)
    folder = folder_at("s3://toys/a")
    with pytest.raises(ValueError, match=r"s3://toys/a/big has 2,000 bytes; expected at most 1,99"):
        folder.read("big", 1999)
    with pytest.raises(ValueError, match="has 2,000 bytes"):
        folder.download("big", tmp_path / "big", 1999)
    assert not (tmp_path / "big").exists()
    folder.download("big", tmp_path / "big", 2000)
    assert (tmp_path / "big").read_bytes() == b"x" * 2000


def test_an_object_is_created_once(store: ToyStore) -> None:
    folder = folder_at("s3://toys/a")
    folder.create("header", b"first")
    with pytest.raises(FileExistsError, match="s3://toys/a/header"):
        folder.create("header", b"second")
    assert store.read("a/header") == b"first"


def test_another_version_is_told_from_the_one_that_was_seen(
    store: ToyStore, tmp_path: Path
) -> None:
    folder = folder_at("s3://toys/a")
    assert folder.look("x") is None
    folder.write("x", b"first")
    seen = folder.look("x")
    assert seen is not None
    folder.write("x", b"other")
    with pytest.raises(StoreError, match="is being replaced"):
        folder.download("x", tmp_path / "x", 10, seen["version"])


def test_what_is_missing_is_told_from_a_store_that_fails(store: ToyStore) -> None:
    with pytest.raises(FileNotFoundError, match="there is no s3://toys/a/x"):
        folder_at("s3://toys/a").read("x", 10)
    nowhere = folder_at("s3://nowhere/a")
    for ask in (
        lambda: nowhere.read("x", 10),
        lambda: nowhere.write("x", b""),
        lambda: nowhere.objects(),
        lambda: nowhere.is_empty(),
    ):
        with pytest.raises(StoreError, match="no bucket 'nowhere'") as error:
            ask()
        assert "\n" not in str(error.value)


def test_without_credentials_the_environment_is_named(
    store: ToyStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    clear_environment()
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "half")
    with pytest.raises(StoreError, match=r"no credentials were found.*AWS_ACCESS_KEY_ID"):
        folder_at("s3://toys/a").read("x", 10)


def test_a_server_that_is_gone_and_a_full_disk_are_told_apart(
    store: ToyStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.write("a/x", b"x")
    with pytest.raises(OSError, match="No such file or directory") as error:
        folder_at("s3://toys/a").download("x", Path("no/such/folder/x"), 10)
    assert not isinstance(error.value, StoreError)
    monkeypatch.setattr("darla.stores.objects._RETRIES", {"max_retries": 0})
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    with pytest.raises(StoreError, match="did not do what was asked for s3://toys/a/x: ") as gone:
        folder_at("s3://toys/a").read("x", 10)
    assert "\n" not in str(gone.value) and len(str(gone.value)) < 400


def test_the_nearest_name_is_suggested(store: ToyStore) -> None:
    store.write("data/rooms/zarr.json", b"")
    assert folder_at("s3://toys/data/roms").nearest_beside() == "did you mean 'rooms'? "
    assert folder_at("s3://toys/dta").nearest_beside() == "did you mean 'data'? "


def test_a_missing_library_names_its_extra(
    store: ToyStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "obstore", None)
    with pytest.raises(ValueError, match=r"need obstore, .* pip install 'darla\[store\]'"):
        folder_at("s3://toys/a")
