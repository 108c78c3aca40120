"""The command that collects, as it is typed."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from stable_baselines3 import PPO

import toy_envs  # noqa: F401 - registers
from darla import FrameDataset
from darla_agents.agent.saved_agent import load_agent, save_agent
from darla_agents.agent.spec import AgentSpec
from darla_agents.commands.collect import CollectCommand, resolved
from toy_commands import DARLA, PATHS, run_darla
from toy_envs import counting_frame

# Of the size that toys have: what is resized needs torch, which takes seconds to import.
TOYS = "--imports toy_envs --num-frames 60 --chunk-size 20 --size 32 --workers 1"


def test_the_command_collects_and_then_says_that_it_is_done(tmp_path: Path) -> None:
    arguments = f"--env Toy/Factors-v0 {TOYS} --env-kwargs size 24 episode_length 7"
    arguments = arguments.replace("--size 32", "--size 24")
    command = [*DARLA, "collect", *arguments.split(), "--out", str(tmp_path / "toys")]
    environment = {**os.environ, "PYTHONPATH": PATHS}
    first = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert "collected 60 frames in" in first.stdout
    assert f"{tmp_path}/toys  (60, 24, 24, 3)" in first.stdout
    assert f"{tmp_path}/toys.contact_sheet.png" in first.stdout
    assert first.stdout.endswith(f"with: darla train-vision --data {tmp_path}/toys\n")
    assert "60/60" in first.stderr
    assert "frames/s" in first.stderr
    second = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert "this dataset was finished already" in second.stdout


def test_the_command_s_workers_import_neither_torch_nor_numba() -> None:
    unwanted = ("torch", "stable_baselines3", "zarr", "matplotlib", "numba", "miniworld")
    code = (  # a worker imports what the configuration comes from
        "import sys; from darla_agents.commands.collect import CollectCommand; CollectCommand();"
        f"print([name for name in {unwanted} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": PATHS},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("--num-frames 0", "num_frames is a whole number from 1, not 0"),
        ("--size 3", "size is one or two numbers of pixels"),
        ("--policy factor", "unknown policy 'factor'; did you mean 'factors'?"),
        ("--policy agent", "policy 'agent' needs the folder of a saved agent"),
        ("--policy agent --agent nowhere", "there is no saved agent at nowhere"),
        ("--out {mine}", "holds something else than a frame dataset, which is left alone"),
        (f"{TOYS} --env Toy/Countin-v0", "Did you mean: `Counting`?"),
        (f"{TOYS} --env Toy/Counting-v0 --policy factors", "does not offer factors"),
        (f"{TOYS} --env Toy/Blind-v0 --policy random", "has no pictures"),
        (f"{TOYS} --env Toy/OneColor-v0 --policy random", "are of one constant colour"),
        (f"{TOYS} --env Toy/Symbol-v0 --policy random", "without a value above 15 of 255"),
        (
            f"{TOYS} --env Toy/Counting-v0 --env-kwargs sise 3",
            "'sise'; did you mean 'size'?",
        ),
        (f"{TOYS} --env Toy/CountingDict-v0 --policy random --key imag", "did you mean 'image'?"),
    ],
)
def test_wrong_input_is_one_line_and_exit_code_2(
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    arguments: str,
    message: str,
) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/thesis.txt").write_text("mine")
    if "--out" not in arguments:
        arguments += f" --out {tmp_path / 'toys'}"
    code = run_darla("collect", *arguments.format(mine=tmp_path / "mine").split())
    out, err = capfd.readouterr()
    assert code == 2
    assert out == ""
    *before, line = err.strip().split("\n")
    assert line.startswith("error: ")
    assert message in line
    assert "Traceback" not in err
    assert len(before) <= 1  # the progress bar
    assert (tmp_path / "mine/thesis.txt").read_text() == "mine"


def test_a_saved_agent_collects_what_it_sees(tmp_path: Path) -> None:
    env = gym.make("Toy/Counting-v0", size=64)
    model = PPO("CnnPolicy", env, n_steps=8, batch_size=8, seed=0, device="cpu")
    spec = AgentSpec("Toy/Counting-v0", "pixels", "ppo", "source", 0, None, 8, {})
    save_agent(model, spec, tmp_path / "agent")
    arguments = f"--env Toy/Counting-v0 {TOYS} --env-kwargs size 64 --policy agent"
    arguments += f" --agent {tmp_path}/agent --out {tmp_path}/toys"
    code = run_darla("collect", *arguments.split())
    assert code == 0
    dataset = FrameDataset.open(tmp_path / "toys")
    frames = np.stack([counting_frame(step, 0, 64) for step in range(10)])
    chosen = load_agent(tmp_path / "agent").predict(frames.transpose(0, 3, 1, 2))
    np.testing.assert_array_equal(dataset.actions[1:11], chosen)
    assert dataset.attributes["how"] == "agent"
    assert dataset.attributes["agent"] == str(tmp_path / "agent")


def test_it_says_when_there_are_few_looks_and_draws_more_when_asked(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    toys = f"--env Toy/Counting-v0 {TOYS} --env-kwargs episode_length 300 --num-frames 120"
    told = "only 2 looks were drawn"
    for name, more in (("few", ""), ("source", "--domain source"), ("many", "--frames-per-look 8")):
        out = f"--out {tmp_path / name} --looks standard --chunk-size 80 {more}"
        assert run_darla("collect", *f"{toys} {out}".split()) == 0
        assert (told in capfd.readouterr().out) == (name == "few")
    starts = FrameDataset.open(tmp_path / "many").episode_starts
    assert starts.nonzero()[0].tolist() == list(range(0, 120, 8))


def test_every_option_is_explained(capfd: pytest.CaptureFixture[str]) -> None:
    assert run_darla("collect", "--help") == 0
    out = capfd.readouterr().out
    for option in ("--env", "--domain", "--out", "--num-frames", "--policy", "--in-view", "--seed"):
        assert option in out
    assert "darla collect --env" in out


@pytest.mark.parametrize(
    ("changes", "domain"),
    [
        ({}, "d_u"),
        ({"env": "Darla/SeekAvoid-v0"}, "d_u"),
        ({"env": "darla_envs:Darla/GoToObject-v0"}, "d_u"),
        ({"env": "MiniWorld-OneRoomS6Fast-v0"}, "d_u"),
        ({"domain": "source"}, "source"),
        ({"env_kwargs": {"domain": "source"}}, "source"),
    ],
)
def test_worlds_are_collected_where_everything_varies_unless_told_otherwise(
    changes: dict[str, Any], domain: str
) -> None:
    assert resolved(CollectCommand(**changes)).all_env_kwargs == {"domain": domain}


def test_what_is_collected_without_any_options(tmp_path: Path) -> None:
    rest = "--num-frames 4 --chunk-size 4 --size 64 --workers 1 --policy random"
    assert run_darla("collect", *f"{rest} --out {tmp_path}/frames".split()) == 0
    attributes = FrameDataset.open(tmp_path / "frames").attributes
    assert attributes["env"] == "Darla/GoToObject-v0"
    assert attributes["env_kwargs"] == {"domain": "d_u"}
