"""The wheel, installed where a stranger would: beside a project with folders of the same names."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

README_EXAMPLE = """
import gymnasium as gym
import numpy as np
from stable_baselines3.common.env_util import make_vec_env

import agents.mine
import darla
import envs.mine

env = darla.LatentObservation(gym.make("MyEnv-v0"), "rooms")
observation, _ = env.reset(seed=0)
vectors = darla.VectorLatentObservation(gym.make_vec("MyEnv-v0", 2), "rooms")
batch, _ = vectors.reset(seed=0)
venv = darla.VecLatent(make_vec_env("MyEnv-v0", n_envs=2), "rooms", device="auto")
latents = darla.load_encoder("rooms").encode(np.zeros((2, 64, 64, 3), np.uint8))
print("shapes", observation.shape, batch.shape, venv.reset().shape, latents.shape)
"""

MY_ENV = """
import gymnasium as gym
import numpy as np


class MyEnv(gym.Env):
    observation_space = gym.spaces.Box(0, 255, (64, 64, 3), np.uint8)
    action_space = gym.spaces.Discrete(2)

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        return self.observation_space.sample(), {}

    def step(self, action):
        return self.observation_space.sample(), 0.0, False, False, {}


gym.register("MyEnv-v0", "envs.mine:MyEnv")
"""

ROOMS_EXAMPLE = """
import agents.mine
import darla
import darla_envs
import envs.mine
import gymnasium as gym
from darla_agents.explore.page_files import read_page

env = darla.LatentObservation(gym.make(darla_envs.GO_TO_OBJECT, domain="new_floor"), "rooms")
observation, info = env.reset(seed=0)
print("page", *read_page())
print("shapes", observation.shape)
print("files", darla.__file__, darla_envs.__file__)
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel from this checkout, without a download."""
    out = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    done = subprocess.run([*build, "--wheel-dir", out, ROOT], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    (path,) = out.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an interpreter with the wheel, and with its dependencies from this environment."""
    folder = tmp_path_factory.mktemp("stranger") / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    python = folder / "bin/python"
    install = [sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-deps"]
    subprocess.run([*install, "--no-index", wheel], check=True)
    (packages,) = folder.glob("lib/python*/site-packages")
    dependencies = [path for path in sys.path if path.endswith("site-packages")]
    (packages / "dependencies.pth").write_text("\n".join(dependencies))
    return python


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a user's project, whose packages have the names of our folders."""
    folder = tmp_path_factory.mktemp("project")
    for name in ("envs", "agents", "scripts"):
        (folder / name).mkdir()
        (folder / name / "__init__.py").write_text("")
        (folder / name / "mine.py").write_text(MY_ENV if name == "envs" else "")
    (folder / "readme_example.py").write_text(README_EXAMPLE)
    (folder / "rooms_example.py").write_text(ROOMS_EXAMPLE)
    return folder


def run(project: Path, *command: object, **env: str) -> "subprocess.CompletedProcess[str]":
    """Run a command in the user's project, where nothing says where this checkout is."""
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    return subprocess.run(
        [str(part) for part in command],
        cwd=project,
        env={**environment, **env},
        capture_output=True,
        text=True,
    )


def test_the_wheel_holds_three_packages_and_nothing_else(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    (info,) = {name.split("/")[0] for name in names if name.split("/")[0].endswith(".dist-info")}
    packages = {"darla", "darla_envs", "darla_agents"}
    assert {name.split("/")[0] for name in names} == {*packages, info}
    assert {f"{package}/py.typed" for package in packages} <= set(names)
    shipped = {name for name in names if name.startswith("darla/encoder/shipped/rooms/")}
    assert {name.split("/")[-1] for name in shipped} == {"config.json", "model.safetensors"}
    page = {name for name in names if name.startswith("darla_agents/explore/page/")}
    assert {Path(name).suffix for name in page} == {".html", ".css", ".js", ".svg"}
    assert {"darla_agents/explore/page/index.html", "darla_agents/explore/page/main.js"} <= page
    template = {name for name in names if name.startswith("darla/page/template/")}
    assert {Path(name).suffix for name in template} == {".html", ".css", ".js", ".txt"}
    pages = page | template
    endings = {Path(name).suffix for name in {*names} - pages if not name.startswith(info)}
    assert endings <= {".py", ".typed", ".json", ".gz", ".safetensors", ".LICENSE"}


def test_the_readmes_wrappers_work_beside_folders_of_the_same_names(
    python: Path, project: Path
) -> None:
    done = run(project, python, "readme_example.py")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "shapes (32,) (2, 32) (2, 32) (2, 32)"


def test_our_worlds_and_the_page_are_found_beside_folders_of_the_same_names(
    python: Path, project: Path
) -> None:
    # What this draws would take half a minute to compile, and a second without.
    done = run(project, python, "rooms_example.py", NUMBA_DISABLE_JIT="1")
    assert done.returncode == 0, done.stderr
    page, shapes, files = done.stdout.splitlines()[-3:]
    assert {"/", "/main.js", "/style.css"} <= {*page.split()[1:]}
    assert shapes == "shapes (32,)"
    assert all(f"{python.parents[1]}/" in each for each in files.split()[1:])


def test_the_command_comes_with_the_wheel(python: Path, project: Path) -> None:
    command = python.with_name("darla")
    done = run(project, command, "--help")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("usage: darla COMMAND")
    assert run(project, command, "--version").stdout.split()[1] not in ("", "unknown")


def test_a_command_collects_the_users_environment(python: Path, project: Path) -> None:
    collect = [python.with_name("darla"), "collect", "--env", "envs.mine:MyEnv-v0"]
    size = ["--policy", "random", "--num-frames", "20", "--workers", "1", "--out", "data/mine"]
    done = run(project, *collect, *size)
    assert done.returncode == 0, done.stderr
    assert "collected 20 frames" in done.stdout
