"""What people add is found by name, from wherever it comes, and harms nobody when it is broken."""

from pathlib import Path

import pytest

from darla.running.registry import Registry

GROUP = "darla.tests"


@pytest.fixture
def other_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A package of somebody else's, installed beside ours: one good thing, and two broken ones."""
    info = tmp_path / "others-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: others\nVersion: 1.0\n")
    lines = ["good = others_things:GOOD", "gone = others_things:GONE", "bad = others_things:BAD"]
    (info / "entry_points.txt").write_text("\n".join([f"[{GROUP}]", *lines]) + "\n")
    (tmp_path / "others_things.py").write_text("GOOD, BAD = 7, -1\n")
    monkeypatch.syspath_prepend(str(tmp_path))


def check(name: str, thing: int) -> None:
    if thing < 0:
        raise ValueError(f"{name} is {thing}, but must be at least 0")


def test_names_and_aliases() -> None:
    numbers: Registry[int] = Registry("number", GROUP)
    numbers.register("two", 2, "deux", "zwei")
    numbers.register("three", 3)
    assert list(numbers) == ["two", "three"]
    assert (numbers["deux"], numbers.name_of("zwei"), "zwei" in numbers) == (2, "two", True)
    with pytest.raises(ValueError, match=r"unknown number 'thre'; did you mean 'three'\? known"):
        numbers["thre"]


def test_a_place_is_imported_when_it_is_asked_for() -> None:
    functions: Registry[object] = Registry("function", GROUP)
    functions.register("join", "os.path:join")
    functions.register("missing", "no_such_module:join")
    assert list(functions) == ["join", "missing"]
    assert functions["join"]("a", "b") == str(Path("a/b"))  # type: ignore[operator]
    with pytest.raises(ValueError, match="'missing' cannot be imported from no_such_module:join"):
        functions["missing"]
    assert list(functions.usable()) == ["join"]


def test_another_package_adds_by_an_entry_point(other_package: None) -> None:
    numbers: Registry[int] = Registry("number", GROUP, check)
    numbers.register("own", 1)
    assert set(numbers) == {"own", "good", "gone", "bad"}
    assert numbers["good"] == 7
    with pytest.raises(ValueError, match="'gone' cannot be imported from others_things:GONE"):
        numbers["gone"]
    with pytest.raises(ValueError, match="bad is -1"):
        numbers["bad"]
    assert numbers.usable() == {"own": 1, "good": 7}
    with pytest.raises(ValueError, match="worse is -2"):
        numbers.register("worse", -2)
