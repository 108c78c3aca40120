"""Trainings of seconds, on a task of two sides, and one that is killed just before its end."""

import pytest
import torch

import toy_tasks  # noqa: F401
from darla_agents.learning import train
from darla_agents.learning.config import TrainAgentConfig
from darla_agents.learning.train import train_agent

SETTINGS = {
    "ppo": ("n_steps=8", "batch_size=16", "n_epochs=2"),
    "a2c": ("n_steps=8",),
    "dqn": ("learning_starts=8", "buffer_size=64", "batch_size=8"),
}


def make_config(folder, kind="pixels", algorithm="ppo", **changes):
    torch.set_num_threads(1)
    values = {
        "task": "toy_tasks:Toy/BrightSide-v0",
        "kind": kind,
        "algorithm": algorithm,
        "encoder": folder / "encoder",
        "total_timesteps": 64,
        "num_envs": 2,
        "out": folder / "run",
        "settings": SETTINGS[algorithm],
        "eval_freq": 32,
        "eval_episodes": 3,
        "checkpoint_freq": 32,
        "progress": False,
    }
    return TrainAgentConfig(**(values | changes))


class Killed(Exception):
    pass


def kill_at_the_end(config, monkeypatch):
    """Stop a run just before its last agent is saved."""
    save = train.save_agent

    def save_or_die(model, spec, folder, *rest):
        if folder == config.out:
            raise Killed
        save(model, spec, folder, *rest)

    with monkeypatch.context() as patch:
        patch.setattr(train, "save_agent", save_or_die)
        with pytest.raises(Killed):
            train_agent(config)
