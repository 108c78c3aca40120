"""Runs and growing files in a store, of which a command has a local copy."""

from pathlib import Path

import pytest

from darla.stores import mirrored_files
from darla.stores.mirrored_files import mirrored_file
from darla.stores.mirrored_runs import MirroredRun, mirrored_run
from darla.stores.objects import StoredFolder
from darla.stores.urls import StoreUrl, place
from toy_stores import ToyStore, needs_store, store

__all__ = ["store"]
pytestmark = needs_store

URL = place("s3://toys/runs/a")
FILE = place("s3://toys/rows.csv")
assert isinstance(URL, StoreUrl) and isinstance(FILE, StoreUrl)
MARK = ".darla-writer"


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep copies where the test ends with them."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "darla"


def put(run: MirroredRun, **files: str) -> None:
    """Write files into the local copy; two underscores stand for a slash, one for a dot."""
    for name, text in files.items():
        path = run.folder / name.replace("__", "/").replace("_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def sent(store: ToyStore) -> dict[str, bytes]:
    files = store.files("runs/a")
    files.pop(MARK)
    return files


def test_what_is_in_the_store_is_brought_back(store: ToyStore, cache: Path) -> None:
    with mirrored_run(URL) as run:
        put(run, run_json="{}", checkpoints__1__state="one")
        (run.folder / ".state.tmp").write_text("half")
        run.send()
        assert sent(store) == {"run.json": b"{}", "checkpoints/1/state": b"one"}
        put(run, checkpoints__2__state="two")
        (run.folder / "checkpoints/1/state").unlink()
    assert sent(store) == {"run.json": b"{}", "checkpoints/2/state": b"two"}
    assert not run.folder.exists()
    with mirrored_run(URL) as again:
        found = {p.relative_to(again.folder).as_posix() for p in again.folder.rglob("*.*")}
        assert found == {"run.json"}
        assert (again.folder / "checkpoints/2/state").read_text() == "two"


def test_what_was_not_sent_is_forgotten(store: ToyStore) -> None:
    with mirrored_run(URL) as run:
        put(run, run_json="{}")
        folder = run.folder
    folder.mkdir(parents=True)
    (folder / "left_over").write_text("of a killed process")
    with mirrored_run(URL) as run:
        assert [path.name for path in run.folder.iterdir()] == ["run.json"]


def test_only_what_has_changed_is_put_and_json_comes_last(
    store: ToyStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    write, remove = StoredFolder.write, StoredFolder.remove

    def noted(folder: StoredFolder, name: str, data: object) -> None:
        done.append(f"put {name}")
        write(folder, name, data)

    def noted_too(folder: StoredFolder, names: list[str]) -> None:
        done.extend(f"remove {name}" for name in names)
        remove(folder, names)

    with mirrored_run(URL) as run:
        monkeypatch.setattr(StoredFolder, "write", noted)
        monkeypatch.setattr(StoredFolder, "remove", noted_too)
        put(run, encoder__config_json="{}", run_json="{}", encoder__weights="1", plot_png="1")
        run.send()
        assert done[0] == "put run.json"
        assert done[-1] == "put encoder/config.json"
        assert len(done) == 4
        done.clear()
        put(run, encoder__config_json="{ }", encoder__weights="22", note_json="{}")
        (run.folder / "plot.png").unlink()
        run.send()
        assert done == [
            "remove encoder/config.json",
            "put encoder/weights",
            "put encoder/config.json",
            "put note.json",
            "remove plot.png",
        ]
        done.clear()
        run.send()
    assert not done


def test_an_error_sends_what_there_is(store: ToyStore) -> None:
    with pytest.raises(ValueError, match="not finite"), mirrored_run(URL) as run:
        put(run, run_json="{}", report_json="[1]")
        raise ValueError("not finite")
    assert sent(store)["report.json"] == b"[1]"


def test_the_last_command_to_begin_has_the_run(store: ToyStore, tmp_path: Path) -> None:
    with mirrored_run(URL) as first:
        put(first, run_json="{}")
        first.send()
        other = MirroredRun(URL, tmp_path / "on another machine")
        other.bring()
        put(first, late="late")
        with pytest.raises(ValueError, match="another command has begun to write to s3://toys"):
            first.send()
        put(other, new="new")
        other.send()
        assert sent(store) == {"run.json": b"{}", "new": b"new"}
        (first.folder / "late").unlink()


def test_a_second_command_on_this_machine_is_told(store: ToyStore) -> None:
    with mirrored_run(URL) as run:
        put(run, run_json="{}")
        with pytest.raises(ValueError, match="another process is writing"), mirrored_run(URL):
            pass


def test_something_else_is_left_alone(store: ToyStore) -> None:
    store.write("runs/a/frames/c/0", b"frames")
    with pytest.raises(ValueError, match="s3://toys/runs/a already holds something else"):
        with mirrored_run(URL):
            pass
    assert store.names("runs/a") == ["runs/a/frames/c/0"]


def test_a_file_is_brought_and_put_when_it_is_due_and_in_the_end(
    store: ToyStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    with mirrored_file(FILE, 100) as file:
        assert not file.path.exists()
        file.path.write_text("one\n")
        file.written()
        assert not store.names("rows.csv")
        monkeypatch.setattr(mirrored_files.time, "monotonic", lambda: 1e12)
        file.written()
        assert store.read("rows.csv") == b"one\n"
    with mirrored_file(FILE, 100) as file:
        assert file.path.read_text() == "one\n"
        with file.path.open("a") as open_file:
            open_file.write("two\n")
    assert store.read("rows.csv") == b"one\ntwo\n"


def test_nothing_that_another_process_has_put_is_lost(store: ToyStore) -> None:
    with pytest.raises(ValueError, match=r"another process has written to s3://toys/rows.csv"):
        with mirrored_file(FILE, 100) as file:
            file.path.write_text("mine\n")
            store.write("rows.csv", b"theirs\n")
    assert store.read("rows.csv") == b"theirs\n"
    with pytest.raises(ValueError, match="another process has written"):
        with mirrored_file(FILE, 100) as file:
            file.path.write_text("mine\n")
            store.write("rows.csv", b"changed\n")
    assert store.read("rows.csv") == b"changed\n"


def test_a_large_file_is_compared_too(store: ToyStore) -> None:
    with mirrored_file(FILE, 1 << 24) as file:
        file.path.write_bytes(b"x" * (12 << 20))
        file.send()
        file.path.write_bytes(b"y" * (12 << 20))
    assert store.read("rows.csv") == b"y" * (12 << 20)
    with pytest.raises(ValueError, match="12,582,912 bytes; expected at most 100"):
        with mirrored_file(FILE, 100):
            pass
