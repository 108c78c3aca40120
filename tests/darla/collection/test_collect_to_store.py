"""Collections whose chunks go straight into a store."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from darla import FrameDataset
from darla.collection.collect import collect
from toy_collections import config_of
from toy_stores import ToyStore, needs_store, store

__all__ = ["store"]
pytestmark = needs_store

ROOT = Path(__file__).parents[3]
PATHS = os.pathsep.join([str(ROOT), str(ROOT / "tests"), os.environ.get("PYTHONPATH", "")])
URL = "s3://toys/data/counted"
COLLECT = """
from pathlib import PosixPath
from darla.collection.collect import CollectConfig, collect
if __name__ == "__main__":
    collect({config!r})
"""


def test_frames_go_to_the_store_and_no_folder_is_made(
    store: ToyStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = collect(config_of(URL))
    assert result.new_frames == 90
    assert str(result.dataset.path) == URL
    assert str(result.contact_sheet) == f"{URL}.contact_sheet.png"
    assert store.read("data/counted.contact_sheet.png").startswith(b"\x89PNG")
    assert not list(tmp_path.iterdir())
    local = collect(config_of(tmp_path / "counted")).dataset
    np.testing.assert_array_equal(result.dataset.read(0, 90), local.read(0, 90))
    assert not store.names("data/counted/.finished")

    store.remove("data/counted.contact_sheet.png")
    again = collect(config_of(URL))
    assert again.new_frames == 0
    assert store.names("data/counted.contact_sheet.png")


def test_another_recipe_is_refused(store: ToyStore) -> None:
    collect(config_of(URL))
    with pytest.raises(ValueError, match=r"s3://toys/data/counted already holds .* seed=0, not 1"):
        collect(config_of(URL, seed=1))


def test_a_bucket_that_is_missing_is_said_before_anything_is_made(store: ToyStore) -> None:
    with pytest.raises(OSError, match="no bucket 'nowhere'"):
        collect(config_of("s3://nowhere/data"))


def test_a_killed_collection_continues_where_it_was(store: ToyStore, tmp_path: Path) -> None:
    kwargs = {"size": 16, "step_seconds": 0.002}
    config = config_of(URL, num_frames=1000, chunk_size=50, workers=2, env_kwargs=kwargs)
    script = tmp_path / "collect.py"
    script.write_text(COLLECT.format(config=config))
    process = subprocess.Popen(
        [sys.executable, str(script)], env={**os.environ, "PYTHONPATH": PATHS}
    )
    deadline = time.monotonic() + 120
    while len(store.names("data/counted/.finished")) < 3:
        assert time.monotonic() < deadline and process.poll() is None, "waited in vain"
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    time.sleep(1)  # its workers end with it
    finished = [name.rpartition("/")[2] for name in store.names("data/counted/.finished")]
    assert 3 <= len(finished) < 20
    with pytest.raises(ValueError, match="is not finished"):
        FrameDataset.open(URL)

    assert collect(config).new_frames == 1000 - 50 * len(finished)
    local = collect(
        config_of(tmp_path / "unbroken", num_frames=1000, chunk_size=50, env_kwargs=kwargs)
    )
    ours = {
        path.relative_to(tmp_path / "unbroken").as_posix(): path.read_bytes()
        for path in (tmp_path / "unbroken").rglob("*")
        if path.is_file() and path.parent != tmp_path / "unbroken"
    }
    theirs = store.files("data/counted")
    theirs.pop("zarr.json")
    assert theirs == ours
    assert local.new_frames == 1000
