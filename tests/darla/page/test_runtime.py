"""The runtime of pages: where it is found, and that it is the one that is known."""

import json
from pathlib import Path

import pytest

from darla.page import runtime
from darla.page.runtime import PACKAGE, VERSION, find_runtime
from toy_commands import ROOT
from toy_pages import write_fake_runtime

NPM = ROOT / "build/npm"


def test_it_is_found_where_npm_looks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = write_fake_runtime(tmp_path, monkeypatch)
    below = tmp_path / "some/where"
    below.mkdir(parents=True)
    monkeypatch.chdir(below)
    assert find_runtime() == find_runtime(package) == find_runtime(tmp_path)
    assert find_runtime().binary == b"\0asm binary"


def test_one_that_is_missing_is_named_with_what_to_type(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    said = rf"not in node_modules of {tmp_path}; npm install {PACKAGE}@{VERSION}, or name"
    with pytest.raises(ValueError, match=said):
        find_runtime()
    with pytest.raises(ValueError, match=f"not in {tmp_path}/there; npm install"):
        find_runtime(tmp_path / "there")


@pytest.mark.parametrize("name", runtime.DIGESTS)
@pytest.mark.parametrize("content", [b"another", None])
def test_another_file_than_the_known_is_refused(
    name: str, content: bytes | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write_fake_runtime(tmp_path, monkeypatch) / "dist" / name
    if content is None and name.endswith("mjs"):
        return  # what is not there is missing, as told above
    file.unlink() if content is None else file.write_bytes(content)
    with pytest.raises(ValueError, match=rf"{name} is not that of {PACKAGE} {VERSION}; npm inst"):
        find_runtime(tmp_path)


def test_the_site_has_npm_bring_the_same_version() -> None:
    folder = ROOT / "scripts/docs/npm"
    asked = json.loads((folder / "package.json").read_text())["dependencies"]
    assert asked == {PACKAGE: VERSION}
    locked = json.loads((folder / "package-lock.json").read_text())["packages"]
    assert locked[f"node_modules/{PACKAGE}"]["version"] == VERSION
    assert all(each["integrity"].startswith("sha512-") for name, each in locked.items() if name)


def test_the_readme_names_the_version() -> None:
    assert f"npm install {PACKAGE}@{VERSION} " in (ROOT / "darla/README.md").read_text()


@pytest.mark.skipif(not NPM.is_dir(), reason="npm has not brought the runtime into build/npm")
def test_what_npm_brings_is_what_is_known() -> None:
    found = find_runtime(NPM)
    assert found.binary.startswith(b"\0asm")
    assert "InferenceSession" in found.script
    for mark in ("import.meta", "</script", "<!--", "\r", "\0"):
        assert mark not in found.script
