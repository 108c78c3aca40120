"""Models of people's own scripts, in environments of their own: the same rows as agents of ours."""

from pathlib import Path
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
import torch
from stable_baselines3 import PPO
from stable_baselines3.common.env_util import make_vec_env
from stable_baselines3.common.vec_env import VecEnv, VecFrameStack, VecNormalize

import darla
import toy_tasks
from darla.environments.looks import Look, Looks
from darla.environments.spec import EnvironmentSpec
from darla_agents import evaluate_model
from darla_agents.agent.saved_agent import load_agent
from darla_agents.playing.evaluate import (
    EvaluateTransferConfig,
    episode_seeds,
    evaluate_transfer,
)
from darla_agents.playing.row import Row
from darla_agents.playing.rows import read_rows
from toy_agents import TOY_TASK, make_toy_agent
from toy_commands import run_darla
from toy_encoder import make_toy_bundle

DOMAINS = ("source", "new_floor")


@pytest.fixture(autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


class SeesBright:
    """Chooses the brighter half of pictures (n, 64, 64, 3)."""

    def predict(
        self, observation: Any, state: Any = None, episode_start: Any = None, deterministic=False
    ) -> tuple[np.ndarray, Any]:
        halves = observation[..., 0].reshape(len(observation), 64, 2, 32).mean(axis=(1, 3))
        return halves.argmax(axis=1), None


def make(domain: str = "source", count: int = 3, **kwargs: Any) -> VecEnv:
    return make_vec_env("Toy/BrightSide-v0", count, env_kwargs={"domain": domain, **kwargs})


def results(rows: list[Row]) -> list[tuple[Any, ...]]:
    return [
        (row.domain, row.episode, row.episode_seed, row.episode_return, row.length, row.success)
        for row in rows
    ]


def test_a_model_gets_the_rows_that_it_gets_as_an_agent_of_ours(tmp_path: Path) -> None:
    make_toy_agent(tmp_path / "agents" / "a", seed=4)
    config = EvaluateTransferConfig(
        agents=(tmp_path / "agents",),
        domains=DOMAINS,
        episodes=7,
        random_episodes=5,
        out=tmp_path / "ours.csv",
        num_envs=2,
        progress=False,
    )
    evaluate_transfer(config)
    ours = read_rows(config.out)
    model = load_agent(tmp_path / "agents" / "a").model
    own = {domain: lambda domain=domain: make(domain) for domain in DOMAINS}
    found = evaluate_model(
        model, own, name="a", kind="pixels", agent_seed=4, episodes=7, random_episodes=7
    )
    for kind in ("pixels", "random"):
        theirs = results([row for row in found if row.kind == kind])
        expected = results([row for row in ours if row.kind == kind])
        assert theirs == expected
    first = found[0]
    assert (first.task, first.source, first.algorithm) == ("Toy/BrightSide-v0", "source", "ppo")
    assert first.agent.startswith("a@") and first.agent_seed == 4


def test_every_episode_is_played_once_whatever_the_number_of_environments() -> None:
    facts = {"name": "sees", "kind": "mine", "episodes": 5, "random_episodes": 4}
    alone = evaluate_model(SeesBright(), make(count=1), **facts)
    together = evaluate_model(SeesBright(), make(count=4), **facts)
    assert alone == together
    assert [row.episode_seed for row in alone[:5]] == episode_seeds(0, 5)
    assert {row.episode_return for row in alone[:5]} == {5.0}
    assert {row.success for row in alone[:5]} == {True}
    assert [row.kind for row in alone] == ["mine"] * 5 + ["random"] * 4


def test_an_id_is_played_in_its_domains_through_a_wrapper(tmp_path: Path) -> None:
    bundle = make_toy_bundle(tmp_path / "encoder")
    venv = darla.VecLatent(make(), bundle)
    model = PPO("MlpPolicy", venv, n_steps=8, batch_size=8, device="cpu").learn(48)
    rows = evaluate_model(
        model,
        TOY_TASK,
        DOMAINS,
        name="latent_0",
        kind="latent",
        episodes=2,
        random_episodes=2,
        num_envs=2,
        wrap=lambda each: darla.VecLatent(each, bundle),
    )
    assert [(row.kind, row.domain) for row in rows] == [
        (kind, domain) for domain in DOMAINS for kind in ("latent",) * 2 + ("random",) * 2
    ]
    assert rows[0].encoder == str(bundle)
    assert (rows[0].task, rows[0].total_timesteps) == (TOY_TASK, 48)


def test_looks_of_ones_own_are_domains_and_told_by_the_task() -> None:
    domains = {"day": Look(), "blue": Look(env_kwargs={"domain": "new_floor"})}
    looks = Looks(domains, source="day", unsupervised=None, targets=("blue",))
    described = EnvironmentSpec(TOY_TASK, looks=looks)
    rows = evaluate_model(
        SeesBright(),
        described,
        name="sees",
        kind="mine",
        source="day",
        episodes=2,
        random_episodes=0,
        num_envs=1,
    )
    assert [row.domain for row in rows] == ["day"] * 2 + ["blue"] * 2
    assert {row.task for row in rows} == {described.text}
    assert {row.episode_return for row in rows} == {5.0}


def test_the_file_is_compared_and_what_it_holds_is_not_played_again(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "mine.csv"
    facts: dict[str, Any] = {"episodes": 2, "random_episodes": 4, "out": out}
    pictures = {domain: make(domain) for domain in DOMAINS}
    model = PPO("CnnPolicy", pictures["source"], device="cpu")
    rows = evaluate_model(model, pictures, name="cnn_0", kind="pixels", **facts)
    assert read_rows(out) == rows
    again = evaluate_model(model, pictures, name="cnn_0", kind="pixels", **facts)
    assert again == rows == read_rows(out)
    evaluate_model(SeesBright(), pictures, name="sees_0", kind="bright", **facts)
    assert run_darla("compare", "--rows", out, "--kinds", "bright", "pixels", "--no-plots") == 0
    assert "bright" in capfd.readouterr().out
    with pytest.raises(ValueError, match="is known by its name alone; give another name"):
        evaluate_model(SeesBright(), pictures, name="sees_0", kind="bright", **facts)


def test_stacked_frames_and_memory_reach_the_model() -> None:
    class Remembers(SeesBright):
        def __init__(self) -> None:
            self.starts: list[list[bool]] = []

        def predict(
            self,
            observation: Any,
            state: Any = None,
            episode_start: Any = None,
            deterministic=False,
        ) -> tuple[np.ndarray, Any]:
            assert observation.shape == (2, 64, 64, 6)
            assert (state is None) == (len(self.starts) % 5 == 0)
            self.starts.append(episode_start.tolist())
            return super().predict(observation)[0], len(self.starts)

    model = Remembers()
    venv = VecFrameStack(make(count=2), 2)
    evaluate_model(model, venv, name="m", kind="mine", episodes=4, random_episodes=0)
    assert model.starts == ([[True] * 2] + [[False] * 2] * 4) * 2


def test_an_environment_that_says_nothing_of_success_has_none() -> None:
    class Silent(gym.Wrapper):
        def step(self, action: Any) -> Any:
            *outcome, info = super().step(action)
            return *outcome, {name: info[name] for name in info if name != "is_success"}

    venv = make_vec_env("Toy/BrightSide-v0", 2, wrapper_class=Silent)
    rows = evaluate_model(SeesBright(), venv, name="m", kind="mine", episodes=2, random_episodes=0)
    assert [row.success for row in rows] == [None, None]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"name": "a@b"}, "name is 'a@b'; give a word without @"),
        ({"kind": "random"}, "kind is 'random'; give a word"),
        ({"episodes": 0}, "expected at least 1, 0 and 1"),
        ({"environments": {}}, "no environments were given"),
        ({"domains": ("source",)}, "domains and wrap are for an environment that is given by its"),
        ({"environments": {"source": lambda: gym.make("Toy/BrightSide-v0")}}, "are a VecEnv of"),
        ({"environments": TOY_TASK, "domains": ("new_flor",)}, "unknown domain 'new_flor'"),
        ({"environments": VecNormalize(make(), norm_obs=False)}, "are in a VecNormalize that"),
    ],
)
def test_what_cannot_be_played_is_said_in_one_line(changes: Any, message: str) -> None:
    facts = {"environments": None, "name": "m", "kind": "mine", "episodes": 1, **changes}
    environments = facts.pop("environments")
    with pytest.raises(ValueError, match=message) as caught:
        evaluate_model(SeesBright(), make() if environments is None else environments, **facts)
    assert "\n" not in str(caught.value)


def test_environments_without_an_id_must_be_called_something() -> None:
    venv = make_vec_env(lambda: toy_tasks.BrightSideEnv(), 1)
    facts = {"name": "m", "kind": "mine", "episodes": 1, "random_episodes": 0}
    with pytest.raises(ValueError, match="say what they are called as task"):
        evaluate_model(SeesBright(), venv, **facts)
    (row,) = evaluate_model(SeesBright(), venv, **facts, task="Bright")
    assert row.task == "Bright"


def test_an_episode_without_an_end_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("darla_agents.playing.model_rounds.LONGEST", 50)
    venv = make(episode_length=10**9)
    with pytest.raises(ValueError, match="has not ended after 50 steps"):
        evaluate_model(SeesBright(), venv, name="m", kind="mine")
