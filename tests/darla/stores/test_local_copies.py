"""What is brought from a store: all of one state, of bounded size, once."""

from pathlib import Path

import pytest

from darla.stores import local_copies
from darla.stores.local_copies import bring, bring_tree
from darla.stores.objects import StoredFolder, StoreError
from darla.stores.urls import StoreUrl, place
from toy_stores import ToyStore, needs_store, store

__all__ = ["store"]
pytestmark = needs_store

LIMITS = {"config.json": 100, "weights": 1000}


def url_of(text: str) -> StoreUrl:
    url = place(text)
    assert isinstance(url, StoreUrl)
    return url


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep copies where the test ends with them."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "darla"


def test_files_are_brought_once_and_again_when_they_change(
    store: ToyStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.write("models/a/config.json", b"{}")
    store.write("models/a/weights", b"first")
    downloads: list[str] = []
    download = StoredFolder.download
    monkeypatch.setattr(
        StoredFolder,
        "download",
        lambda self, name, *rest: downloads.append(name) or download(self, name, *rest),
    )
    folder = bring(url_of("s3://toys/models/a"), LIMITS)
    assert folder.name == "a"
    assert (folder / "weights").read_bytes() == b"first"
    assert bring(url_of("s3://toys/models/a"), LIMITS) == folder
    assert sorted(downloads) == ["config.json", "weights"]
    store.write("models/a/weights", b"second")
    assert (bring(url_of("s3://toys/models/a"), LIMITS) / "weights").read_bytes() == b"second"
    assert (folder / "weights").read_bytes() == b"first"
    store.write("models/a/weights", b"first")
    (folder / "weights").write_bytes(b"")  # as after a loss of power
    assert (bring(url_of("s3://toys/models/a"), LIMITS) / "weights").read_bytes() == b"first"


def test_nothing_is_brought_of_what_is_too_large_or_not_whole(store: ToyStore, cache: Path) -> None:
    store.write("models/a/config.json", b"{}")
    with pytest.raises(FileNotFoundError, match="no weights at s3://toys/models/a"):
        bring(url_of("s3://toys/models/a"), LIMITS)
    with pytest.raises(FileNotFoundError, match="did you mean 'a'"):
        bring(url_of("s3://toys/models/aa"), LIMITS)
    store.write("models/a/weights", b"x" * 1001)
    with pytest.raises(ValueError, match="weights has 1,001 bytes; expected at most 1,000"):
        bring(url_of("s3://toys/models/a"), LIMITS)
    assert not [path for path in cache.rglob("*") if path.is_file()]


def test_files_that_are_replaced_meanwhile_are_not_mixed(
    store: ToyStore, monkeypatch: pytest.MonkeyPatch, cache: Path
) -> None:
    store.write("a/b/config.json", b"{}")
    store.write("a/b/weights", b"first")
    look = StoredFolder.look

    def replacing(folder: StoredFolder, name: str) -> object:
        """Replace a file when all were looked at."""
        found = look(folder, name)
        store.write("a/b/config.json", b"{ }")
        return found

    monkeypatch.setattr(StoredFolder, "look", replacing)
    with pytest.raises(StoreError, match="being replaced; try again"):
        bring(url_of("s3://toys/a/b"), LIMITS)
    assert not [path for path in cache.rglob("*") if path.is_file()]


def test_a_tree_is_what_is_called_so_at_any_depth(store: ToyStore) -> None:
    for name in ("x/config.json", "x/best/weights", "y/weights", "y/checkpoints/1/weights"):
        store.write(f"runs/{name}", b"1")
    store.write("runs/x/events", b"large" * 1000)
    store.write("runs/.hidden/weights", b"1")
    folder = bring_tree(url_of("s3://toys/runs"), LIMITS, without=("checkpoints",))
    found = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert found == {"x/config.json", "x/best/weights", "y/weights"}
    with pytest.raises(FileNotFoundError, match="did you mean 'runs'"):
        bring_tree(url_of("s3://toys/run"), LIMITS)


def test_a_tree_of_too_much_is_refused(store: ToyStore, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(3):
        store.write(f"runs/{number}/weights", b"1")
    monkeypatch.setattr(local_copies, "MOST_FILES", 2)
    with pytest.raises(ValueError, match="holds 3 files"):
        bring_tree(url_of("s3://toys/runs"), LIMITS)


@pytest.mark.parametrize("name", ["a\\b", "..", ".hidden", "a\nb", "x" * 256, ""])
def test_names_that_are_none_here_are_known(name: str) -> None:
    plain = name == "a\\b"  # a backslash is a letter like others in POSIX
    assert local_copies.is_plain_name(f"folder/{name}") == plain
