"""Agents of other people's scripts: they act as they did, and nothing in their file is executed."""

import io
import json
import os
import pickle
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
import torch
from stable_baselines3 import A2C, DQN, PPO, SAC, TD3
from stable_baselines3.common.base_class import BaseAlgorithm
from stable_baselines3.common.env_util import make_vec_env
from stable_baselines3.common.torch_layers import BaseFeaturesExtractor
from stable_baselines3.common.vec_env import VecFrameStack

import darla
import toy_tasks  # noqa: F401
from darla_agents.agent.saved_agent import load_agent
from darla_agents.playing.rows import read_rows
from toy_agents import TOY_TASK, make_toy_agent
from toy_commands import run_darla
from toy_encoder import LATENTS, make_toy_bundle

SMALL_DQN = {"buffer_size": 64, "learning_starts": 8, "batch_size": 8}
SMALL_PPO = {"n_steps": 8, "batch_size": 8, "n_epochs": 1}
LAYERS = {"net_arch": {"pi": [16, 8], "vf": [4]}, "activation_fn": torch.nn.ReLU}
APART = {"share_features_extractor": False, "features_extractor_kwargs": {"features_dim": 32}}


@pytest.fixture(autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_toy_bundle(tmp_path_factory.mktemp("bundle") / "encoder")


def learn(
    algorithm: type[BaseAlgorithm],
    bundle: Path | None = None,
    env: str = "Toy/BrightSide-v0",
    **settings: Any,
) -> BaseAlgorithm:
    """Train a model for some steps, as a script would, on latents if there is a bundle."""
    venv = make_vec_env(env, 2)
    policy = "CnnPolicy"
    if bundle is not None:
        venv, policy = darla.VecLatent(venv, bundle), "MlpPolicy"
    return algorithm(policy, venv, seed=3, device="cpu", **settings).learn(16)


def take_over(path: Path, out: Path, *options: object) -> int:
    return run_darla("import-agent", path, "--env", TOY_TASK, "--out", out, *options)


def outputs(model: BaseAlgorithm, observations: np.ndarray) -> np.ndarray:
    """Return what actions are chosen by: their logits, or their values."""
    policy: Any = model.policy
    tensor, _ = policy.obs_to_tensor(observations)
    with torch.no_grad():
        if isinstance(model, DQN):
            return np.asarray(policy.q_net(tensor))
        return np.asarray(policy.get_distribution(tensor).distribution.logits)


@pytest.mark.parametrize(
    ("algorithm", "kind", "settings"),
    [
        (PPO, "latent", SMALL_PPO),
        (PPO, "latent", {**SMALL_PPO, "policy_kwargs": LAYERS}),
        (PPO, "pixels", {**SMALL_PPO, "policy_kwargs": APART}),
        (A2C, "latent", {"policy_kwargs": {"net_arch": [8]}}),
        (A2C, "pixels", {}),
        (DQN, "latent", {**SMALL_DQN, "policy_kwargs": {"activation_fn": torch.nn.Tanh}}),
        (DQN, "pixels", {**SMALL_DQN, "policy_kwargs": {"net_arch": [8]}}),
    ],
)
def test_an_imported_agent_acts_bit_for_bit_as_the_model_did(
    algorithm: type[BaseAlgorithm],
    kind: str,
    settings: dict[str, Any],
    bundle: Path,
    tmp_path: Path,
) -> None:
    model = learn(algorithm, bundle if kind == "latent" else None, **settings)
    model.save(tmp_path / "mine.zip")
    encoder = ["--encoder", bundle] if kind == "latent" else []
    assert take_over(tmp_path / "mine.zip", tmp_path / "agent", "--kind", kind, *encoder) == 0
    agent = load_agent(tmp_path / "agent")
    rng = np.random.default_rng(0)
    observations = (
        rng.normal(size=(64, LATENTS)).astype(np.float32)
        if kind == "latent"
        else rng.integers(0, 256, (64, 3, 64, 64), dtype=np.uint8)
    )
    np.testing.assert_array_equal(outputs(agent.model, observations), outputs(model, observations))
    expected, _ = model.predict(observations, deterministic=True)
    np.testing.assert_array_equal(agent.predict(observations), expected)
    spec = agent.spec
    assert (spec.kind, spec.algorithm) == (kind, algorithm.__name__.lower())
    assert (spec.seed, agent.num_timesteps) == (3, model.num_timesteps)
    assert spec.settings["gamma"] == model.gamma


def test_the_command_that_plays_it_trusts_what_it_names(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    learn(A2C).save(tmp_path / "mine.zip")
    assert take_over(tmp_path / "mine.zip", tmp_path / "agent", "--kind", "pixels") == 0
    told = capsys.readouterr().out
    assert told.endswith(f"evaluate-transfer --agents {tmp_path / 'agent'} --trust toy_tasks\n")


@pytest.mark.parametrize(
    ("algorithm", "kind", "settings"),
    [
        (
            SAC,
            "latent",
            {"policy_kwargs": {"net_arch": {"pi": [16, 8], "qf": [4]}, "n_critics": 3}},
        ),
        (SAC, "latent", {"use_sde": True, "policy_kwargs": {"net_arch": [8]}}),
        (SAC, "pixels", {"policy_kwargs": {"net_arch": [8], "share_features_extractor": True}}),
        (TD3, "latent", {"policy_kwargs": {"net_arch": [8, 4]}}),
        (TD3, "pixels", {"policy_kwargs": {"net_arch": [8]}}),
    ],
)
def test_agents_that_steer_by_numbers_do_so_too(
    algorithm: type[BaseAlgorithm],
    kind: str,
    settings: dict[str, Any],
    bundle: Path,
    tmp_path: Path,
) -> None:
    encoder = ["--encoder", bundle] if kind == "latent" else []
    model = learn(
        algorithm,
        bundle if encoder else None,
        env="Toy/Steered-v0",
        **SMALL_DQN,
        **settings,
    )
    model.save(tmp_path / "mine.zip")
    steered = ["--env", "toy_tasks:Toy/Steered-v0", "--kind", kind, *encoder]
    assert take_over(tmp_path / "mine.zip", tmp_path / "agent", *steered) == 0
    agent = load_agent(tmp_path / "agent")
    rng = np.random.default_rng(0)
    observations: np.ndarray = rng.integers(0, 256, (32, 3, 64, 64), dtype=np.uint8)
    if encoder:
        observations = rng.normal(size=(32, LATENTS)).astype(np.float32)
    expected, _ = model.predict(observations, deterministic=True)
    np.testing.assert_array_equal(agent.predict(observations), expected)
    assert agent.spec.algorithm == algorithm.__name__.lower()
    assert agent.model.policy.state_dict().keys() == model.policy.state_dict().keys()


def test_an_imported_agent_meets_its_environment_as_it_did(tmp_path: Path) -> None:
    venv = make_vec_env("Toy/BrightSide-v0", 1, wrapper_class=Twice, seed=0)
    model = PPO("CnnPolicy", VecFrameStack(venv, 3), seed=3, device="cpu", **SMALL_PPO)
    model.learn(16).save(tmp_path / "mine.zip")
    options = ("--frame-stack", 3, "--action-repeat", 2)
    out = tmp_path / "agents" / "mine"
    assert take_over(tmp_path / "mine.zip", out, *options) == 0
    assert load_agent(out).model.observation_space.shape == (9, 64, 64)
    rows = tmp_path / "rows.csv"
    play = ["--agents", out, "--domains", "source", "--episodes", 4, "--num-envs", 2]
    play += ["--random-episodes", 1, "--out", rows, "--no-progress"]
    assert run_darla("evaluate-transfer", *play) == 0
    played = [row for row in read_rows(rows) if row.kind == "pixels"]
    for row in played:  # as a script would play the same episode
        shown = VecFrameStack(make_vec_env("Toy/BrightSide-v0", 1, wrapper_class=Twice), 3)
        shown.seed(row.episode_seed)
        observation, total, over = shown.reset(), 0.0, False
        while not over:
            action, _ = model.predict(observation, deterministic=True)
            observation, rewards, dones, _ = shown.step(action)
            total, over = total + float(rewards[0]), bool(dones[0])
        assert row.episode_return == pytest.approx(total)
    assert len(played) == 4


class Twice(gym.Wrapper[Any, Any, Any, Any]):
    """Does every action twice, as scripts do."""

    def step(self, action: Any) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        total = 0.0
        for _ in range(2):
            observation, reward, terminated, truncated, info = self.env.step(action)
            total += float(reward)
            if terminated or truncated:
                break
        return observation, total, terminated, truncated, info


def test_an_imported_agent_is_evaluated_and_watched_as_any_other(
    bundle: Path, tmp_path: Path
) -> None:
    learn(PPO, bundle, **SMALL_PPO).save(tmp_path / "mine.zip")
    out = tmp_path / "agents" / "mine_0"
    options = ("--kind", "latent", "--encoder", bundle, "--label", "mine", "--seed", 7)
    assert take_over(tmp_path / "mine.zip", out, *options) == 0
    rows = tmp_path / "rows.csv"
    play = ["--agents", out.parent, "--domains", "source", "new_floor", "--episodes", 3]
    play += ["--random-episodes", 3, "--out", rows, "--no-progress"]
    assert run_darla("evaluate-transfer", *play) == 0
    found = [row for row in read_rows(rows) if row.kind == "mine"]
    assert len(found) == 6 and {row.agent_seed for row in found} == {7}
    gif = tmp_path / "watch.gif"
    watch = ["--agent", out, "--domains", "source", "--steps", 3, "--out", gif]
    assert run_darla("watch", *watch) == 0 and gif.stat().st_size > 1000


def test_an_imported_agent_knows_how_its_environment_was_made(tmp_path: Path) -> None:
    venv = make_vec_env("Toy/BrightSide-v0", 1, env_kwargs={"size": 48})
    model = PPO("CnnPolicy", venv, device="cpu", **SMALL_PPO)
    model.save(tmp_path / "mine.zip")
    made = ("--env-kwargs", "size", 48)
    assert take_over(tmp_path / "mine.zip", tmp_path / "agent", *made) == 0
    agent = load_agent(tmp_path / "agent")
    assert agent.spec.env_kwargs == {"size": 48}
    assert agent.model.observation_space.shape == (3, 48, 48)


class Evil:
    """Makes a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[str]]:
        return os.mkdir, (str(self.path),)


def rewritten(source: Path, path: Path, **entries: bytes | None) -> Path:
    """Copy a zip file with some entries replaced; None leaves one out. Names have _ for a point."""
    replaced = {name.replace("_pth", ".pth"): data for name, data in entries.items()}
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            data = replaced.get(name, old.read(name))
            if data is not None:
                new.writestr(name, data)
    return path


def saved_tensors(value: Any, compression: int = zipfile.ZIP_STORED) -> bytes:
    """Return what torch.save writes, unpacked or packed."""
    buffer, packed = io.BytesIO(), io.BytesIO()
    torch.save(value, buffer)
    with zipfile.ZipFile(buffer) as old, zipfile.ZipFile(packed, "w", compression) as new:
        for name in old.namelist():
            new.writestr(name, old.read(name))
    return packed.getvalue()


@pytest.fixture(scope="module")
def mine(bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("mine") / "mine.zip"
    learn(PPO, bundle, **SMALL_PPO).save(path)
    return path


def test_no_code_in_the_file_is_run(
    mine: Path, bundle: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    made = tmp_path / "made"
    evil = Evil(made)
    values = json.loads(zipfile.ZipFile(mine).read("data"))
    text = pickle.dumps(evil).hex()
    for entry in (each for each in values.values() if isinstance(each, dict)):
        if ":serialized:" in entry:
            entry[":serialized:"] = text
    options = ("--kind", "latent", "--encoder", bundle)
    path = rewritten(mine, tmp_path / "1.zip", data=json.dumps(values).encode())
    assert take_over(path, tmp_path / "agent", *options) == 0
    buffer = io.BytesIO()
    torch.save({"x": evil}, buffer)
    path = rewritten(mine, tmp_path / "2.zip", policy_pth=buffer.getvalue())
    assert take_over(path, tmp_path / "other", *options) == 2
    assert "holds more than weights" in capfd.readouterr().err
    assert not made.exists() and not (tmp_path / "other").exists()


def test_what_is_wrong_with_a_file_is_one_line(
    mine: Path, bundle: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    weights = torch.load(io.BytesIO(zipfile.ZipFile(mine).read("policy.pth")), weights_only=True)
    first = next(iter(weights))
    text = tmp_path / "text.zip"
    text.write_text("not a zip")
    bomb = saved_tensors({**weights, "x": torch.zeros(1 << 22)}, zipfile.ZIP_DEFLATED)
    nan = {**weights, first: torch.full_like(weights[first], torch.nan)}
    grown = {**weights, "lstm_actor.weight_ih_l0": torch.zeros(4)}
    endless = {**weights, first: torch.zeros(1).expand(1 << 40)}
    latent = ("--kind", "latent", "--encoder", bundle)
    cases: list[tuple[Path, tuple[object, ...], str]] = [
        (tmp_path / "none.zip", latent, "there is no file"),
        (mine.with_suffix(""), latent, f"did you mean '{mine}'? give a zip file that model.save"),
        (text, latent, "is no zip file"),
        (rewritten(mine, tmp_path / "a.zip", policy_pth=None), latent, "has no policy.pth"),
        (rewritten(mine, tmp_path / "b.zip", data=b"[]"), latent, "holds no mapping"),
        (rewritten(mine, tmp_path / "c.zip", data=b"{}"), latent, "give --algorithm"),
        (rewritten(mine, tmp_path / "d.zip", policy_pth=bomb), latent, "is compressed"),
    ]
    for name, state, message in (
        ("e", nan, "holds NaN or infinity"),
        ("f", grown, "it has weights lstm_actor.weight_ih_l0, unlike the ActorCriticPolicy of PPO"),
        ("g", endless, "is not as model.save() writes weights"),
        ("h", {"x": 3}, "holds something else than weights"),
    ):
        path = rewritten(mine, tmp_path / f"{name}.zip", policy_pth=saved_tensors(state))
        cases.append((path, latent, message))
    make_toy_agent(tmp_path / "taken")
    cases += [
        (mine, (), "has learnt from observations of shape (4,), but an agent of kind pixels sees"),
        (mine, ("--kind", "latent"), "needs an encoder; give its folder"),
        (mine, ("--kind", "finetuned"), "have a network of their own"),
        (mine, ("--algorithm", "pppo"), "did you mean 'ppo'?"),
        (mine, (*latent, "--out", tmp_path / "taken"), "holds an agent already"),
    ]
    for path, options, message in cases:
        assert take_over(path, tmp_path / "agent", *options) == 2, message
        said = capfd.readouterr().err
        assert said.startswith("error: ") and message in said, said
        assert said.count("\n") == 1
        assert not (tmp_path / "agent").exists()


class OwnExtractor(BaseFeaturesExtractor):
    """A network whose code is in a script."""

    def __init__(self, space: Any) -> None:
        super().__init__(space, features_dim=LATENTS)

    def forward(self, observations: torch.Tensor) -> torch.Tensor:
        return -observations


@pytest.mark.parametrize(
    ("own", "message"),
    [
        ({"features_extractor_class": OwnExtractor}, "its features extractor is of"),
        ({"activation_fn": torch.nn.CELU}, "unknown activation of the network 'celu'"),
    ],
)
def test_a_network_of_the_scripts_own_is_refused(
    own: dict[str, Any],
    message: str,
    bundle: Path,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    learn(PPO, bundle, **SMALL_PPO, policy_kwargs=own).save(tmp_path / "mine.zip")
    options = ("--kind", "latent", "--encoder", bundle)
    assert take_over(tmp_path / "mine.zip", tmp_path / "agent", *options) == 2
    assert message in capfd.readouterr().err
