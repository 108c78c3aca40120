"""Compiled kernels are thrown away when any source of kernels has changed."""

import inspect
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import darla_envs
from darla_envs.kernels.compiled import forget_stale_kernels


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    """Return two folders with a source and what was compiled from it."""
    made = tmp_path / "package", tmp_path / "package" / "part"
    for folder in made:
        (folder / "__pycache__").mkdir(parents=True)
        (folder / "kernels.py").write_text("one = 1\n")
    return made


def compile_all(folders: tuple[Path, ...]) -> list[Path]:
    """Put files such as Numba keeps into each folder."""
    names = ("kernels.draw-9.py311.nbi", "kernels.draw-9.py311.1.nbc")
    made = [folder / "__pycache__" / name for folder in folders for name in names]
    for path in made:
        path.write_bytes(b"machine code")
    return made


def test_kernels_of_unknown_sources_are_thrown_away(folders):
    kept = compile_all(folders)
    assert forget_stale_kernels(folders) == len(kept) == 4
    assert not any(path.exists() for path in kept)


def test_kernels_of_unchanged_sources_stay(folders):
    forget_stale_kernels(folders)
    kept = compile_all(folders)
    assert forget_stale_kernels(folders) == 0
    assert all(path.read_bytes() == b"machine code" for path in kept)


@pytest.mark.parametrize("changed", [0, 1])
def test_a_change_anywhere_throws_all_away(folders, changed):
    forget_stale_kernels(folders)
    kept = compile_all(folders)
    (folders[changed] / "kernels.py").write_text("one = 2\n")
    assert forget_stale_kernels(folders) == len(kept)
    assert not any(path.exists() for path in kept)
    kept = compile_all(folders)
    assert forget_stale_kernels(folders) == 0


def test_a_new_source_is_a_change(folders):
    forget_stale_kernels(folders)
    kept = compile_all(folders)
    (folders[1] / "more.py").write_text("two = 2\n")
    assert forget_stale_kernels(folders) == len(kept)


def test_nothing_else_is_thrown_away(folders):
    others = [folders[0] / "notes.nbc", folders[0] / "__pycache__" / "kernels.cpython-311.pyc"]
    for path in others:
        path.write_text("mine")
    forget_stale_kernels(folders)
    assert all(path.read_text() == "mine" for path in others)


def test_nothing_needs_to_be_there_already(tmp_path):
    (tmp_path / "kernels.py").write_text("one = 1\n")
    assert forget_stale_kernels((tmp_path,)) == 0
    assert forget_stale_kernels((tmp_path,)) == 0


def test_an_installation_that_may_not_be_written_to_stays_as_it_is(folders, monkeypatch):
    def refuse(*args, **kwargs):
        raise PermissionError("read-only")

    kept = compile_all(folders)
    monkeypatch.setattr(Path, "unlink", refuse)
    assert forget_stale_kernels(folders) == 0
    assert all(path.exists() for path in kept)


def test_every_folder_with_kernels_is_watched():
    (watched,) = inspect.signature(forget_stale_kernels).parameters.values()
    for source in Path(darla_envs.__file__).parent.rglob("*.py"):
        if "from darla_envs.kernels.compiled import" in source.read_text():
            assert source.parent in watched.default, source


def test_without_a_place_to_keep_them_kernels_are_compiled_in_memory(tmp_path: Path) -> None:
    copy = tmp_path / "darla_envs"
    kept_nowhere = shutil.ignore_patterns("__pycache__")
    shutil.copytree(Path(darla_envs.__file__).parent, copy, ignore=kept_nowhere)
    for package in {path.parent for path in copy.rglob("*.py")}:
        (package / "__pycache__").touch()  # so that not even root can write there
    plain = {name: value for name, value in os.environ.items() if not name.startswith("NUMBA_")}
    paths = os.pathsep.join([str(tmp_path), *sys.path])
    code = (
        "import darla_envs.kernels.compiled as compiled; print(compiled.__file__); "
        "print(compiled.kernel(lambda number: number + 1)(1)); import darla_envs.render.renderer"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**plain, "HOME": "/proc", "PYTHONPATH": paths, "PYTHONDONTWRITEBYTECODE": "1"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == [str(copy / "kernels/compiled.py"), "2"]
