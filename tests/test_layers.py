"""Imports go one way: between packages, between their folders, and never in a circle.

Imports count wherever they stand, within functions and for type checkers too.
"""

import ast
import re
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = {
    "darla": ROOT / "darla",
    "darla_envs": ROOT / "envs/darla_envs",
    "darla_agents": ROOT / "agents/darla_agents",
}

MAY_IMPORT: dict[str, set[str]] = {
    "darla.running": set(),
    "darla.stores": {"darla.running"},
    "darla.frames": {"darla.stores", "darla.running"},
    "darla.environments": {"darla.frames", "darla.running"},
    "darla.hub": {"darla.running"},
    "darla.encoder": {"darla.hub", "darla.stores", "darla.running"},
    "darla.objectives": {"darla.encoder", "darla.frames.color_maps", "darla.running"},
    "darla.tracking": {"darla.running"},
    "darla.vision": {
        "darla.objectives",
        "darla.encoder",
        "darla.frames",
        "darla.tracking",
        "darla.stores",
        "darla.running",
    },
    "darla.alarm": {"darla.encoder", "darla.running"},
    "darla.wrappers": {"darla.alarm", "darla.encoder", "darla.frames", "darla.running"},
    "darla.collection": {
        "darla.environments",
        "darla.frames",
        "darla.stores",
        "darla.running",
    },
    "darla.convert": {"darla.frames", "darla.running"},
    "darla.page": {"darla.encoder", "darla.running"},
    "darla.metrics": {"darla.encoder", "darla.running"},
    "darla.probes": {"darla.encoder", "darla.metrics", "darla.running"},
    "darla.uses": {
        "darla.alarm",
        "darla.encoder",
        "darla.environments.restyling",
        "darla.frames",
        "darla.probes",
        "darla.running",
    },
    "darla.checks": {"darla"},
    "darla_envs.description": {"darla.environments.restyling", "darla.running"},
    "darla_envs.kernels": {"darla.running"},
    "darla_envs.render": {"darla_envs.description", "darla_envs.kernels", "darla.running"},
    "darla_envs.batch": {
        "darla_envs.description",
        "darla_envs.render",
        "darla.environments.restyling",
        "darla.running",
    },
    "darla_envs.rooms": {
        "darla_envs.batch",
        "darla_envs.render",
        "darla_envs.kernels",
        "darla_envs.description",
        "darla.environments.restyling",
        "darla.running",
    },
    "darla_envs.dmc": {"darla_envs.description", "darla.running"},
    "darla_envs.flat": {"darla_envs.description", "darla.running"},
    "darla_envs.procgen": {"darla_envs.batch", "darla_envs.description", "darla.running"},
    "darla_envs": {"darla_envs", "darla.environments", "darla.running"},
    "darla_agents.agent": {"darla", "darla_envs"},
    "darla_agents.worlds": {"darla_agents.agent", "darla", "darla_envs"},
    "darla_agents.playing": {"darla_agents.worlds", "darla_agents.agent", "darla", "darla_envs"},
    "darla_agents.importing": {"darla_agents.worlds", "darla_agents.agent", "darla", "darla_envs"},
    "darla_agents.learning": {
        "darla_agents.playing",
        "darla_agents.worlds",
        "darla_agents.agent",
        "darla",
        "darla_envs",
    },
    "darla_agents.comparison": {
        "darla_agents.playing",
        "darla_agents.agent",
        "darla",
        "darla_envs",
    },
    "darla_agents.encoder_evaluation": {
        "darla_agents.worlds",
        "darla_agents.comparison",
        "darla",
        "darla_envs",
    },
    "darla_agents.sweeping": {
        "darla_agents.encoder_evaluation",
        "darla_agents.comparison",
        "darla_agents.learning",
        "darla_agents.playing",
        "darla",
        "darla_envs",
    },
    "darla_agents.sharing": {"darla_agents.agent", "darla"},
    "darla_agents.explore": {
        "darla_agents.encoder_evaluation",
        "darla_agents.playing",
        "darla_agents.worlds",
        "darla_agents.agent",
        "darla",
        "darla_envs",
    },
    "darla_agents.commands": {"darla_agents", "darla_envs", "darla"},
    "darla": {"darla"},
}
"""What the modules of a folder may import of ours besides each other; the longest name counts."""

NEEDS: dict[str, set[str]] = {
    "huggingface_hub": {"darla.hub.library"},
    "obstore": {"darla.stores.objects"},
    "pyarrow": {"darla.convert"},
    "h5py": {"darla.convert"},
    "av": {"darla.convert"},
    "onnxruntime": {"darla.encoder.onnx_export"},
    "dm_control": {"darla_envs.dmc"},
    "envpool": {"darla_envs.procgen"},
    "torch.utils.tensorboard": {"darla.tracking.run_writer"},
    "wandb": {"darla.tracking.wandb_sink"},
    "mlflow": {"darla.tracking.mlflow_sink"},
    "trackio": {"darla.tracking.trackio_sink"},
    "ray": {"darla.running.ray_tasks"},
    "optuna": {"darla_agents.sweeping.optuna_library"},
    "stable_baselines3": {"darla.wrappers.sb3", "darla_agents"},
    "gymnasium": {
        "darla.frames.pictures",
        "darla.convert.minari_files",
        "darla.convert.minari_spaces",
        "darla.environments",
        "darla.frames.picture_forms",
        "darla.wrappers",
        "darla.collection",
        "darla.checks",
        "darla_envs",
        "darla_agents",
    },
}
"""Which modules and folders may import these libraries."""

WITHOUT = {"darla_envs.render": {"gymnasium"}, "darla_envs.description": {"gymnasium"}}


def modules() -> dict[str, Path]:
    """Return all modules of ours by their dotted names."""
    found = {}
    for folder in PACKAGES.values():
        for path in folder.rglob("*.py"):
            name = ".".join(path.relative_to(folder.parent).with_suffix("").parts)
            found[name.removesuffix(".__init__")] = path
    return found


MODULES = modules()


def imported(name: str) -> set[str]:
    """Return every module that a module imports, ours as they are called in MODULES."""
    found = set()
    for node in ast.walk(ast.parse(MODULES[name].read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert not node.level, f"{name} imports from {'.' * node.level}{node.module}"
            names = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= {each if each in MODULES else node.module for each in names}
    return found


IMPORTS = {name: imported(name) for name in MODULES}


def within(name: str, places: set[str]) -> bool:
    """Whether a module is one of the places, or lies in one."""
    return any(name == place or name.startswith(place + ".") for place in places)


def rule_for(name: str) -> str:
    """Return the longest name of a folder in MAY_IMPORT that a module lies in."""
    return max((each for each in MAY_IMPORT if within(name, {each})), key=len, default="")


@pytest.mark.parametrize("name", sorted(MODULES))
def test_a_module_imports_what_its_folder_may(name: str) -> None:
    rule = rule_for(name)
    if not rule:
        return  # of darla_agents, above all folders
    ours = {each for each in IMPORTS[name] if each.split(".")[0] in PACKAGES}
    assert {each for each in ours if not within(each, {rule, *MAY_IMPORT[rule]})} == set()


def test_no_circle() -> None:
    graph = {name: {each for each in IMPORTS[name] if each in MODULES} for name in MODULES}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" imports ".join(reversed(error.args[1])))


@pytest.mark.parametrize("library", sorted(NEEDS))
def test_a_library_is_needed_by_its_adapters_alone(library: str) -> None:
    users = {name for name, names in IMPORTS.items() if within_any(names, library)}
    strangers = {name for name in users if not within(name, NEEDS[library])}
    forbidden = {place for place, libraries in WITHOUT.items() if library in libraries}
    assert strangers | {name for name in users if within(name, forbidden)} == set()


def within_any(names: set[str], library: str) -> bool:
    """Whether one of the modules is of a library."""
    return any(within(name, {library}) for name in names)


def test_darla_names_no_world_of_ours() -> None:
    ours = re.compile(r"darla_envs|darla_agents|Darla/|MiniWorld-|GoToObject|SeekAvoid")
    named = {
        f"{name}: {found[0]}"
        for name, path in MODULES.items()
        if name.split(".")[0] == "darla" and (found := ours.search(path.read_text()))
    }
    assert named == set()
