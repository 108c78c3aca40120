"""The Python code of the guides and the front page runs, that of READMEs too, with smaller numbers.

Each page's blocks are run one after the other, as one script in a folder that has what the page
takes for granted: an environment, a dataset and an encoder.
"""

import re
import shutil
import sys
from pathlib import Path

import pytest

from darla.encoder.shipped_encoders import bundle_folder
from docs_steps.documents import ROOT
from docs_steps.homes import BLOCK, find_homes, read_block
from docs_steps.shared_text import text_for
from page_code import run, smaller
from toy_commands import run_darla
from toy_datasets import write_dataset

PAGES = ROOT / "scripts/docs"
PYTHON = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SCRIPT = """\
if __name__ == "__main__":  # workers import this
    exec(compile(open("blocks.py").read(), "blocks.py", "exec"), globals())
"""
MY_MODULE = '''
import gymnasium as gym
import numpy as np


class MyEnv(gym.Env):
    """Noise of a colour that the domain chooses."""

    def __init__(self, domain="source"):
        self.domain = domain
        self.observation_space = gym.spaces.Box(0, 255, (64, 64, 3), np.uint8)
        self.action_space = gym.spaces.Discrete(3)

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        return self._picture(), {}

    def step(self, action):
        return self._picture(), float(action == 1), False, False, {}

    def _picture(self):
        high = 255 if self.domain == "source" else 120
        return self.np_random.integers(0, high, (64, 64, 3), dtype=np.uint8)


class Repeat(gym.Wrapper):
    """Does each action several times."""

    def __init__(self, env, times):
        super().__init__(env)
        self.times = times

    def step(self, action):
        for _ in range(self.times):
            result = self.env.step(action)
        return result


gym.register("MyEnv-v0", "my_module:MyEnv", max_episode_steps=10)
'''
MINE = "import my_module\n"
PIXELS = """\
import gymnasium as gym
from stable_baselines3.common.env_util import make_vec_env

import my_module

pixel_venv = make_vec_env("MyEnv-v0")
"""
SAIL = """\
import darla_envs.stock  # lets MiniWorld draw without a display
from miniworld.entity import Entity


class Sail(Entity):
    pass

"""
SMALLER = {
    "guides/collect": ("", {"2_000": "64"}),
    "guides/judge": ("", {}),
    "guides/looks": ("import gymnasium as gym\n", {}),
    "guides/own_script": (
        MINE,
        {
            "num_frames=20_000": "num_frames=64",
            'out=Path("runs/mine"))': 'out=Path("runs/own"), epochs=0.5)',
            ".learn(100_000)": ".learn(8)",
            'PPO("MlpPolicy", venv, ': 'PPO("MlpPolicy", venv, n_steps=8, ',
            "    pixel_venv,": '    make_vec_env("MyEnv-v0"),',
            'out="results/mine.csv",': 'out="results/mine.csv", episodes=2, random_episodes=2,',
        },
    ),
    "index": (
        MINE,
        {
            ".learn(100_000)": ".learn(8)",
            'PPO("MlpPolicy", venv, ': 'PPO("MlpPolicy", venv, n_steps=8, ',
        },
    ),
    "guides/see": ("", {"objective=beta_vae)": "objective=beta_vae, epochs=0.5)"}),
    "guides/uses": (
        PIXELS,
        {"250": "40", "(0, 500)": "(0, 80)", "runs/uses/alarm_calibration.json": "alarm.json"},
    ),
    "guides/add": ("import gymnasium as gym\n", {}),
    "guides/many_worlds": (
        SAIL,
        {
            '"Darla/GoToObject-v0", num_envs=64': '"Darla/GoToObject-v0", num_envs=4',
            "(1000)": "(64)",
        },
    ),
    "guides/worlds": ("import gymnasium as gym\nimport darla_envs.stock\n", {}),
}
"""What each page takes for granted, and which numbers are smaller here."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with what pages take for granted."""
    (tmp_path / "my_module.py").write_text(MY_MODULE)
    (tmp_path / "script.py").write_text(SCRIPT)
    shutil.copytree(bundle_folder("rooms"), tmp_path / "runs/mine/encoder")
    for name in ("new", "go_to_object"):
        write_dataset(tmp_path / "data" / name, num_frames=100, chunk_size=50, size=(64, 64))
    return tmp_path


def make_memory(folder: Path) -> None:
    """Write frames that somebody acted for, and an encoder that has learnt from them in order."""
    acted = folder / "data/acted"
    at = ("--env", "Darla/HiddenCatch-v0", "--policy", "random", "--size", 32, "--chunk-size", 100)
    assert run_darla("collect", *at, "--num-frames", 200, "--out", acted) == 0
    small = ("--latents", 4, "--memory", 8, "--channels", 4, 8, "--hidden-units", 16)
    how = ("--objective", "sequence_vae", "--epochs", 1, "--sequence-length", 8, "--device", "cpu")
    out = ("--out", folder / "runs/memory", *small)
    assert run_darla("train-vision", "--data", acted, *how, *out) == 0


def blocks(page: str) -> list[str]:
    """Return the blocks of Python on a page."""
    homes = find_homes(PAGES)
    source = (PAGES / f"{page}.md").read_text()
    text = BLOCK.sub(lambda found: text_for(page, read_block(found), homes), source)
    return PYTHON.findall(text)


@pytest.mark.slow
@pytest.mark.parametrize("page", SMALLER)
def test_code_of_guides_runs(page: str, folder: Path) -> None:
    before, numbers = SMALLER[page]
    code = smaller("\n".join(blocks(page)), numbers)
    (folder / "blocks.py").write_text(before + code)
    if page == "guides/see":
        make_memory(folder)
    run([sys.executable, "script.py"], folder)
