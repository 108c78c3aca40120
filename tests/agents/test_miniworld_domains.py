"""Agents of MiniWorld's own environments: named domains, from training to evaluation."""

import numpy as np
import pytest
import torch

import toy_envs  # noqa: F401 - registers
from darla_agents.agent.spec import AgentSpec
from darla_agents.learning.config import TrainAgentConfig
from darla_agents.learning.train import train_agent
from darla_agents.playing.episode_queue import play_queue
from darla_agents.playing.evaluate import EvaluateTransferConfig, evaluate_transfer
from darla_agents.playing.played_worlds import BatchedPlayedWorlds, make_played_worlds
from darla_agents.playing.random_policy import RandomPolicy
from darla_agents.playing.rows import read_rows
from darla_agents.worlds.environments import is_batched, make_vec_env
from darla_envs.description.domains import domain_names, target_names
from darla_envs.description.tasks import GO_TO_OBJECT
from darla_envs.suites import suite_of

TASK = "MiniWorld-OneRoomS6Fast-v0"
TARGETS = [
    "new_floor",
    "new_wall",
    "new_objects",
    "floor_and_wall",
    "all_three",
    "new_light",
    "unseen_colors",
    "grey",
    "textured",
    "new_textures",
    "new_camera_height",
    "low_camera",
    "new_field_of_view",
    "noisy",
    "blurred",
    "new_colors",
    "other_palette",
]


def test_every_kind_of_task_names_its_domains():
    assert suite_of(f"darla_envs.stock:{TASK}").domains() == [
        "source",
        "d_u",
        "d_u_rich",
        *TARGETS,
        "validation_apart",
    ]
    assert suite_of(TASK).targets() == TARGETS
    assert suite_of(GO_TO_OBJECT).domains() == domain_names(GO_TO_OBJECT)
    assert suite_of(GO_TO_OBJECT).targets() == target_names(GO_TO_OBJECT)
    assert suite_of("Toy/Counting-v0").domains() == ["source"]
    assert suite_of("Toy/Counting-v0").targets() == []


def test_they_are_batched_in_every_domain():
    assert is_batched(suite_of(TASK), "pictures", "batched")
    assert not is_batched(suite_of(TASK), "pictures", "stock")
    with make_played_worlds(TASK, "pictures", ["source", "d_u"], 2, "batched") as worlds:
        assert isinstance(worlds["d_u"], BatchedPlayedWorlds)
        pictures = {}
        for name in ("source", "d_u", "source"):
            worlds[name].begin()
            worlds[name].reset([0, 1], [4, 5])
            again = pictures.get(name)
            pictures[name] = worlds[name].observe([0, 1])
            assert again is None or np.array_equal(again, pictures[name])
    assert np.abs(pictures["source"].astype(int) - pictures["d_u"]).mean() > 5


def test_both_renderings_play_the_same_episodes():
    seeds, played = [100, 7, 8], {}
    for rendering in ("batched", "stock"):
        with make_played_worlds(TASK, None, ["d_u"], 2, rendering) as worlds:
            policy = RandomPolicy(worlds["d_u"].action_space)
            played[rendering] = list(play_queue(worlds["d_u"], policy, seeds))
    assert played["batched"] == played["stock"]


@pytest.mark.parametrize("domain", ["d_u", "d_u_rich", "noisy"])
def test_both_renderings_show_learning_agents_the_same(domain):
    spec = AgentSpec(TASK, "pixels", "ppo", domain, 0, None, 1, {})
    venvs = [make_vec_env(spec, domain, 2, 3, rendering=each) for each in ("batched", "stock")]
    ours, theirs = (venv.reset().astype(int) for venv in venvs)
    for step in range(60):  # into the second episodes
        assert np.abs(ours - theirs).mean() < 1.5
        ours, theirs = (venv.step([step % 2, 0])[0].astype(int) for venv in venvs)
    for venv in venvs:
        venv.close()


def test_from_training_to_the_rows(tmp_path):
    torch.set_num_threads(1)
    run = train_agent(
        TrainAgentConfig(
            task=TASK,
            kind="pixels",
            total_timesteps=32,
            num_envs=2,
            out=tmp_path / "agents" / "run",
            settings=("n_steps=8", "batch_size=16", "n_epochs=1"),
            eval_freq=32,
            eval_episodes=1,
            eval_domains=("new_floor",),
            progress=False,
        )
    )
    assert (run / "best").is_dir()
    config = EvaluateTransferConfig(
        agents=(tmp_path / "agents",),
        episodes=1,
        random_episodes=1,
        out=tmp_path / "rows.csv",
        device="cpu",
        progress=False,
    )
    evaluate_transfer(config)
    rows = read_rows(config.out)
    assert list(dict.fromkeys(row.domain for row in rows)) == ["source", *TARGETS]
    random = {(row.episode_return, row.length) for row in rows if row.kind == "random"}
    assert len(random) == 1  # one seed, one episode, in whatever look


@pytest.mark.parametrize("rendering", ["batched", "stock"])
def test_an_unknown_domain_suggests_the_nearest(rendering):
    with (
        pytest.raises(ValueError, match="has no domain 'new_flor'; did you mean 'new_floor'"),
        make_played_worlds(TASK, "pictures", ["new_flor"], 1, rendering),
    ):
        pass
