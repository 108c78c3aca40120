"""The settings for rl_zoo3, which trains on latents by a wrapper of ours."""

import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import darla
from toy_commands import PATHS, ROOT

SETTINGS = ROOT / "scripts/examples/rl_zoo.yml"


def test_its_masked_latents_are_the_look_of_the_encoder_that_ships() -> None:
    yaml = pytest.importorskip("yaml")
    settings = yaml.safe_load(SETTINGS.read_text())["Darla/GoToObject-v0"]
    ((name, options),) = settings["vec_env_wrapper"][0].items()
    assert getattr(darla, name.removeprefix("darla.")) is darla.VecLatent
    look = darla.load_encoder(options["encoder"]).latent_roles["look"]
    np.testing.assert_array_equal(options["masked"], look)


@pytest.mark.slow
def test_rl_zoo3_trains_with_it(tmp_path: Path) -> None:
    pytest.importorskip("rl_zoo3")
    train = [sys.executable, "-m", "rl_zoo3.train", "--algo", "ppo", "-n", "1024"]
    task = ["--env", "Darla/GoToObject-v0", "--gym-packages", "darla_envs"]
    where = ["-conf", str(SETTINGS), "--log-folder", str(tmp_path), "--eval-freq", "-1"]
    paths = os.pathsep.join([PATHS, os.environ.get("PYTHONPATH", "")])
    told = subprocess.run(
        [*train, *task, *where],
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": paths},
    ).stdout
    assert re.search(r"total_timesteps +\| 1024", told)
    assert list(tmp_path.glob("ppo/*/*.zip"))
