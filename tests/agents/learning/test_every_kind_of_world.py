"""Agents learn, are tested and collect in environments of every kind, as they were asked to."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import toy_tasks  # noqa: F401
from darla.collection.batched_chunks import make_chunk_maker
from darla.collection.config import CollectConfig
from darla_agents.agent.interaction import Interaction
from darla_agents.agent.saved_agent import load_agent
from darla_agents.agent.weights import WEIGHTS
from darla_agents.learning.config import TrainAgentConfig
from darla_agents.learning.train import train_agent
from darla_agents.playing.evaluate import EvaluateTransferConfig, evaluate_transfer
from darla_agents.playing.rows import read_rows
from toy_encoder import make_toy_bundle

SMALL = '{"net_arch": [8], "features_extractor_kwargs": {"features_dim": 16}}'
SETTINGS = {
    "ppo": ("n_steps=8", "batch_size=16", "n_epochs=1"),
    "a2c": ("n_steps=8",),
    "dqn": ("learning_starts=8", "buffer_size=64", "batch_size=8"),
    "sac": ("learning_starts=8", "buffer_size=64", "batch_size=8"),
    "td3": ("learning_starts=8", "buffer_size=64", "batch_size=8", f"policy_kwargs={SMALL}"),
}


def train(folder: Path, task: str, kind: str, algorithm: str, **changes: Any) -> Path:
    torch.set_num_threads(1)
    values = {
        "task": f"toy_tasks:Toy/{task}-v0",
        "kind": kind,
        "algorithm": algorithm,
        "encoder": make_toy_bundle(folder / "encoder"),
        "total_timesteps": 32,
        "num_envs": 2,
        "out": folder / "run",
        "settings": SETTINGS[algorithm],
        "eval_freq": 32,
        "eval_episodes": 2,
        "progress": False,
    }
    return train_agent(TrainAgentConfig(**(values | changes)))


@pytest.mark.parametrize(
    ("task", "kind", "algorithm"),
    [
        ("Acted_box", "latent", "sac"),
        ("Acted_boxes", "pixels", "td3"),
        ("Acted_multi_discrete", "latent", "ppo"),
        ("Acted_multi_binary", "pixels", "a2c"),
        ("BrightSide", "finetuned", "dqn"),
        ("Acted_box", "finetuned", "ppo"),
    ],
)
def test_what_an_agent_was_asked_for_holds_from_training_to_collecting(
    tmp_path: Path, task: str, kind: str, algorithm: str
) -> None:
    options = {"frame_stack": 2, "action_repeat": 2, "max_episode_steps": 2, "reward_scale": 0.5}
    changes = {"mask_still": 0.01} if kind == "latent" else {}
    run = train(tmp_path, task, kind, algorithm, **options, **changes)
    size = {"pixels": (64, 64), "finetuned": (32, 32), "latent": None}[kind]
    agent = load_agent(run)
    assert agent.spec.interaction == Interaction(**options, picture_size=size)
    shape = agent.model.observation_space.shape
    assert shape == ((8,) if size is None else (6, *size))

    rows_file = tmp_path / "rows.csv"
    evaluate_transfer(
        EvaluateTransferConfig(
            (run,),
            ("source",),
            3,
            out=rows_file,
            random_episodes=4,
            stochastic=True,
            progress=False,
        )
    )
    rows = read_rows(rows_file)
    assert [row.kind for row in rows] == [kind] * 3 + ["random"] * 4
    named = f"toy_tasks:Toy/{task}-v0 | ActionRepeat(2) | TimeLimit(2)"
    assert {row.task for row in rows} == {named} and {row.length for row in rows} == {2}
    assert {row.episode_return for row in rows} <= {0.0, 1.0, 2.0, 3.0, 4.0}

    config = CollectConfig(
        env=f"toy_tasks:Toy/{task}-v0",
        policy="agent",
        agent=run,
        num_frames=24,
        chunk_size=24,
        size=(32,),
    )
    maker = make_chunk_maker(config, "darla_agents.agent.acting:make_policy")
    chunk = maker.make(0)
    maker.close()
    begun = np.flatnonzero(chunk.episode_starts)
    assert begun.tolist() == [0, 6, 12, 18]  # five steps, as the environment says
    vectors = chunk.action_vectors
    acted = chunk.actions[:, None] if vectors is None else vectors
    for start in begun:
        np.testing.assert_array_equal(acted[start + 1], acted[start + 2])
        np.testing.assert_array_equal(acted[start + 3], acted[start + 4])


def test_an_agent_on_large_pictures_has_a_small_file(tmp_path: Path) -> None:
    run = train(tmp_path, "Large", "pixels", "ppo", total_timesteps=16)
    assert load_agent(run).model.observation_space.shape == (3, 64, 64)
    assert (run / WEIGHTS).stat().st_size < 16 << 20  # with both moments of its optimiser
    shown = train(tmp_path, "Large", "pixels", "ppo", total_timesteps=16, picture_size="120x100",
                  out=tmp_path / "other")  # fmt: skip
    assert load_agent(shown).model.observation_space.shape == (3, 120, 100)


def test_a_memory_that_would_be_too_large_is_of_fewer_steps_and_that_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("darla_agents.agent.algorithms.LARGEST_MEMORY", 1 << 20)
    run = train(tmp_path, "BrightSide", "pixels", "dqn", settings=("learning_starts=8",))
    kept = load_agent(run).spec.settings["buffer_size"]
    assert kept == (1 << 20) // (2 * 3 * 64 * 64)
    assert f"the memory of dqn holds {kept} steps, not 20,000" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("task", "kind", "algorithm", "changes", "message"),
    [
        ("Acted_box", "pixels", "dqn", {}, "agents of dqn choose those of Discrete"),
        ("BrightSide", "latent", "sac", {}, "agents of sac choose those of Box"),
        ("BrightSide", "latent", "ppo", {"picture_size": "84"}, "sees no pictures itself"),
        ("BrightSide", "pixels", "ppo", {"picture_size": "big"}, "picture_size is 'big'"),
        ("BrightSide", "pixels", "ppo", {"picture_size": "20"}, "36 pixels or more"),
        ("BrightSide", "pixels", "ppo", {"key": "eye"}, "key 'eye' was given, but .* no Dict"),
        ("BrightSide", "latent", "ppo", {"frame_stack": 99}, "frame_stack is 99"),
        ("Mission", "pixels", "ppo", {}, "entry 'mission' of what .* shows is Text"),
        ("Vectors", "pixels", "ppo", {}, "has no pictures: its observations are Dict"),
        ("Vectors", "latent", "ppo", {}, "has no pictures: its observations are Dict"),
        ("Eyes", "latent", "ppo", {}, "several pictures: left, right; give one as key"),
        ("Stacked", "pixels", "ppo", {}, "shows no picture .*--frame-stack 4"),
    ],
)
def test_what_cannot_be_learned_is_said_in_one_line(
    tmp_path: Path, task: str, kind: str, algorithm: str, changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=message) as error:
        train(tmp_path, task, kind, algorithm, **changes)
    assert "\n" not in str(error.value)
    assert not (tmp_path / "run").exists()


def test_one_of_several_pictures_is_named(tmp_path: Path) -> None:
    run = train(tmp_path, "Eyes", "latent", "ppo", key="right", frame_stack=2)
    space = load_agent(run).model.observation_space
    assert {name: space[name].shape for name in space} == {"left": (3, 48, 48), "right": (8,)}
