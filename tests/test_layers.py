"""Packages import one way: darla stands alone, agents build on all, no folder on its users."""

import ast
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("darla", "envs", "agents")


def imported(path: Path, deferred: bool) -> set[str]:
    """Return the modules of our packages that a file imports; deferred: in functions as well."""
    found = set()
    tree = ast.parse(path.read_text())
    for node in ast.walk(tree) if deferred else tree.body:
        if isinstance(node, ast.ImportFrom) and node.module:
            names = {f"{node.module}.{alias.name}" for alias in node.names} | {node.module}
        elif isinstance(node, ast.Import):
            names = {alias.name for alias in node.names}
        else:
            continue
        found |= {name for name in names if name.split(".")[0] in PACKAGES}
    return found


def imports_of(package: str, deferred: bool) -> dict[str, set[str]]:
    """Return what each module of a package imports, by its dotted name."""
    modules = {}
    for path in (ROOT / package).rglob("*.py"):
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        modules[name.removesuffix(".__init__")] = imported(path, deferred)
    return modules


@pytest.mark.parametrize(
    ("package", "may"), [("darla", {"darla"}), ("envs", {"envs", "darla"}), ("agents", {*PACKAGES})]
)
def test_packages_import_one_way(package: str, may: set[str]) -> None:
    modules = imports_of(package, deferred=True)
    assert {name.split(".")[0] for names in modules.values() for name in names} <= may


def test_stable_baselines3_is_needed_by_its_adapters_alone() -> None:
    users = {
        path.name
        for path in (ROOT / "darla").rglob("*.py")
        if "import stable_baselines3" in path.read_text()
        or "from stable_baselines3" in path.read_text()
    }
    assert users == {"sb3.py"}


@pytest.mark.parametrize("package", ["darla", "agents"])
def test_folders_import_one_way(package: str) -> None:
    """A folder counts as one; modules beside folders count each by itself."""
    modules = imports_of(package, deferred=False)
    folders = {name for name in modules if (ROOT / name.replace(".", "/")).is_dir()} - {package}

    def place(name: str) -> str | None:
        while name not in modules and "." in name:
            name = name.rpartition(".")[0]
        parts = name.split(".")
        return ".".join(parts[:2]) if ".".join(parts[:2]) in {*folders, *modules} else None

    graph: dict[str, set[str]] = {}
    for name, names in modules.items():
        here = place(name)
        there = {place(other) for other in names if other.startswith(package)}
        if here is not None:
            graph.setdefault(here, set()).update(there - {here, None, package})  # type: ignore[arg-type]
    assert len(list(TopologicalSorter(graph).static_order())) > 1  # raises CycleError
