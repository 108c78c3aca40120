"""Packages import one way: darla stands alone, agents build on all, no folder on its users."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = {
    "darla": "darla",
    "darla_envs": "envs/darla_envs",
    "darla_agents": "agents/darla_agents",
}


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
    folder = ROOT / PACKAGES[package]
    for path in folder.rglob("*.py"):
        name = ".".join(path.relative_to(folder.parent).with_suffix("").parts)
        modules[name.removesuffix(".__init__")] = imported(path, deferred)
    return modules


@pytest.mark.parametrize(
    ("package", "may"),
    [
        ("darla", {"darla"}),
        ("darla_envs", {"darla_envs", "darla"}),
        ("darla_agents", {*PACKAGES}),
    ],
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
