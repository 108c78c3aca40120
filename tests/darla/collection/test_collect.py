"""Whole collections, by worker processes."""

import dataclasses
import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from darla import FrameDataset
from darla.collection import collect as collect_module
from darla.collection.collect import CollectConfig, collect
from darla.running.exclusive import exclusive_name
from toy_collections import config_of
from toy_datasets import contents
from toy_processes import children_of, is_running, wait_until

ROOT = Path(__file__).parents[3]
PATHS = f"{ROOT}{os.pathsep}{ROOT / 'tests'}"  # the root first: tests has folders of the same names


def test_a_collection_is_a_dataset_with_a_contact_sheet_beside_it(tmp_path: Path) -> None:
    result = collect(config_of(tmp_path / "toys"))
    assert result.new_frames == 90
    assert result.dataset.shape == (90, 16, 16, 3)
    attributes = FrameDataset.open(tmp_path / "toys").attributes
    assert attributes["env"] == "Toy/Counting-v0"
    assert attributes["how"] == "random"
    assert attributes["seed"] == 0
    assert attributes["env_kwargs"] == {"size": 16}
    assert attributes["finished_chunks"] == 5
    assert {"python", "numpy", "zarr"} <= set(attributes["versions"])
    starts = np.flatnonzero(result.dataset.episode_starts)
    np.testing.assert_array_equal(starts % 20 % 11, 0)
    red = result.dataset.read(0, 90)[:, 0, 0, 0]
    np.testing.assert_array_equal(red, result.dataset.factors["step"])
    assert result.contact_sheet == tmp_path / "toys.contact_sheet.png"
    with Image.open(result.contact_sheet) as sheet:
        assert sheet.format == "PNG"


@pytest.mark.parametrize(
    ("env", "policy", "renderer"),
    [
        ("Toy/Factors-v0", "factors", "stock"),
        ("Toy/ManyFactors-v0", "factors", "batched"),
        ("Toy/ManyFactors-v0", "random", "batched"),
    ],
)
def test_the_number_of_workers_and_the_run_do_not_matter_but_the_seed_does(
    tmp_path: Path, env: str, policy: str, renderer: str
) -> None:
    for name, changes in {"one": {}, "three": {"workers": 3}, "other": {"seed": 1}}.items():
        result = collect(config_of(tmp_path / name, env, policy=policy, **changes))
        assert result.dataset.attributes["renderer"] == renderer
    one, three, other = (contents(tmp_path / name) for name in ("one", "three", "other"))
    assert one == three
    assert {name for name in one if other[name] == one[name]} < set(one)
    assert all(other[name] != one[name] for name in one if name.startswith("frames/c/"))


def test_a_finished_dataset_is_not_touched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = config_of(tmp_path / "toys")
    collect(config)
    before = contents(tmp_path)

    def no_workers(*_: Any, **__: Any) -> None:
        raise AssertionError("workers were started")

    monkeypatch.setattr(collect_module, "WorkerPool", no_workers)
    result = collect(dataclasses.replace(config, workers=2))
    assert result.new_frames == 0
    assert contents(tmp_path) == before


def test_a_path_that_holds_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("mine")
    (tmp_path / "file").write_text("mine")
    before = contents(tmp_path)
    for name in ("mine", "file"):
        with pytest.raises(ValueError, match=f"{name} holds something else than a frame dataset"):
            collect(config_of(tmp_path / name))
    assert contents(tmp_path) == before


def test_an_empty_folder_is_used(tmp_path: Path) -> None:
    (tmp_path / "toys").mkdir()
    assert collect(config_of(tmp_path / "toys")).new_frames == 90


def _slow_config(out: Path, env: str) -> CollectConfig:
    kwargs = {"size": 16, "step_seconds": 0.001}
    return config_of(out, env, num_frames=1000, chunk_size=50, workers=2, env_kwargs=kwargs)


_COLLECT_SLOWLY = """
from pathlib import PosixPath
from darla.collection.collect import CollectConfig, collect
from darla.running.exclusive import exclusive_name
if __name__ == "__main__":
    collect({config!r})
"""


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
@pytest.mark.parametrize("env", ["Toy/Counting-v0", "Toy/ManyCounting-v0"])
def test_a_killed_collection_continues_and_equals_an_unbroken_one(tmp_path: Path, env: str) -> None:
    broken, unbroken = tmp_path / "broken", tmp_path / "unbroken"
    script = tmp_path / "collect_slowly.py"
    script.write_text(_COLLECT_SLOWLY.format(config=_slow_config(broken, env)))
    process = subprocess.Popen(
        [sys.executable, str(script)], env={**os.environ, "PYTHONPATH": PATHS}
    )
    wait_until(lambda: len(list(broken.glob(".finished/[0-9]*"))) >= 3)
    workers = children_of(process.pid)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert len(workers) >= 2
    wait_until(lambda: not any(is_running(worker) for worker in workers))

    finished = {marker.name for marker in broken.glob(".finished/[0-9]*")}
    assert 3 <= len(finished) < 20
    kept = {name: (broken / f"frames/c/{name}/0/0/0").stat().st_mtime_ns for name in finished}
    with pytest.raises(ValueError, match="is not finished"):
        FrameDataset.open(broken)

    collect(_slow_config(broken, env))

    for name, written in kept.items():
        assert (broken / f"frames/c/{name}/0/0/0").stat().st_mtime_ns == written
    collect(_slow_config(unbroken, env))
    assert contents(broken) == contents(unbroken)


def test_an_error_keeps_the_chunks_finished_before_it(tmp_path: Path) -> None:
    config = config_of(tmp_path / "toys")
    with pytest.raises(RuntimeError):
        collect(_failing_late(config))
    done = {path.name for path in (tmp_path / "toys/.finished").iterdir()}
    assert done == {"0", "1", "2"}


def _failing_late(config: CollectConfig) -> CollectConfig:
    # A chunk of 20 frames has two episodes' starts, so 18 steps: step 60 is in the fourth chunk.
    return dataclasses.replace(config, env_kwargs={"size": 16, "fail_at": 60})


def test_an_error_in_the_environment_reaches_the_user_with_its_place(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="RuntimeError: toy env fails at step 60") as caught:
        collect(_failing_late(config_of(tmp_path / "toys")))
    assert "toy_envs.py" in str(caught.value)


def test_the_death_of_a_worker_is_an_error_that_says_how(tmp_path: Path) -> None:
    config = config_of(tmp_path / "toys", env_kwargs={"size": 16, "fail_at": 60, "failure": "die"})
    death = r"worker 0 died at chunk 3 \(exit code -9: killed by signal 9"
    with pytest.raises(ChildProcessError, match=death):
        collect(config)
    assert len(list((tmp_path / "toys/.finished").iterdir())) == 3


def test_a_broken_renderer_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"20 of 20 frames .* are of one constant colour"):
        collect(config_of(tmp_path / "toys", "Toy/OneColor-v0"))
    assert not list((tmp_path / "toys").glob(".finished/*"))


def test_changed_factors_are_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = config_of(tmp_path / "toys")
    with pytest.raises(RuntimeError):
        collect(_failing_late(config))
    header = tmp_path / "toys/zarr.json"
    header.write_text(header.read_text().replace('"role": "state"', '"role": "look"'))
    with pytest.raises(ValueError, match=r"was begun when .* reported other factors"):
        collect(_failing_late(config))


def test_errors_leave_no_worker_and_no_environment_variable(tmp_path: Path) -> None:
    before = dict(os.environ)
    with pytest.raises(ValueError, match="no pictures"):
        collect(config_of(tmp_path / "toys", "Toy/Blind-v0", workers=2))
    assert dict(os.environ) == before
    names = {process.name for process in multiprocessing.active_children()}
    assert not {name for name in names if name.startswith("worker ")}
    assert not list(tmp_path.iterdir())


def _can_mount() -> bool:
    if shutil.which("unshare") is None:
        return False
    probe = ["unshare", "--user", "--map-root-user", "--mount", "true"]
    return subprocess.run(probe, capture_output=True).returncode == 0


@pytest.mark.skipif(not _can_mount(), reason="a small disk cannot be mounted here")
def test_a_full_disk_is_one_line_and_loses_no_finished_chunk(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    arguments = (
        f"--out {disk}/toys --env Toy/Noise-v0 --imports toy_envs --policy random --workers 2 "
        "--num-frames 2000 --chunk-size 100 --size 32"
    )
    script = ROOT / "scripts/collect.py"
    run = f"{sys.executable} {script} {arguments}"
    count = f"ls {disk}/toys/.finished | wc -l"
    shell = (
        f"mount -t tmpfs -o size=3m none {disk} && {run}; echo code $?; {count}; "
        f"mount -o remount,size=50m {disk} && {run}; echo code $?"
    )
    done = subprocess.run(
        ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", shell],
        env={**os.environ, "PYTHONPATH": PATHS},
        capture_output=True,
        text=True,
    )
    first, finished, *_, second = done.stdout.splitlines()
    assert first == "code 2", done.stderr
    errors = [line for line in done.stderr.splitlines() if "error: " in line]
    assert len(errors) == 1
    assert f"the disk is full ({disk}/toys" in errors[0]
    assert 0 < int(finished) < 20
    assert second == "code 0", done.stderr
    assert f"collected {2000 - 100 * int(finished):,} frames" in done.stdout


def test_workers_import_little() -> None:
    unwanted = ("torch", "zarr", "matplotlib", "stable_baselines3", "darla_envs")
    code = (
        f"import sys, darla.collection.collect; print([n for n in {unwanted} if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_wall_before_the_agent_is_no_broken_renderer(tmp_path: Path) -> None:
    config = config_of(tmp_path / "toys", "Toy/Wall-v0", policy="random")
    frames = collect(config).dataset.read(0, config.num_frames)
    assert (frames == frames[:, :1, :1]).all(axis=(1, 2, 3)).mean() > 0.5


def test_two_collectors_of_one_dataset_do_not_meet(tmp_path: Path) -> None:
    config = config_of(tmp_path / "toys")
    with exclusive_name(config.path), pytest.raises(ValueError, match="another process is writing"):
        collect(config)
    collect(config)
    (config.path / ".finished").mkdir()  # as if it had been killed just before its end
    collect(config)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["toys", "toys.contact_sheet.png"]
    assert not (config.path / ".finished").exists()


def test_a_script_without_a_main_guard_is_told_so(tmp_path: Path) -> None:
    script = tmp_path / "mine.py"
    script.write_text(
        "from pathlib import Path\n"
        "from darla import CollectConfig, collect\n"
        "collect(CollectConfig(env='CartPole-v1', num_frames=4, workers=1, out=Path('data')))\n"
    )
    done = subprocess.run(
        [sys.executable, script], cwd=tmp_path, capture_output=True, text=True, timeout=120
    )
    assert done.returncode != 0
    assert "__main__" in done.stderr.strip().splitlines()[-1]
