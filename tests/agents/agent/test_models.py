import numpy as np
import pytest
import torch
from gymnasium import spaces
from torch import nn

import toy_tasks  # noqa: F401
from darla_agents.agent.algorithms import settings_for
from darla_agents.agent.models import (
    build_for_acting,
    build_for_training,
    policy_device,
    policy_name,
)
from darla_agents.agent.spec import AgentSpec
from darla_agents.worlds.environments import make_vec_env


def make_spec(algorithm="ppo", task="Toy/BrightSide-v0", **settings):
    complete = settings_for(algorithm, "pixels", {"n_steps": 4, "batch_size": 4} | settings)
    return AgentSpec(task, "pixels", algorithm, "source", 0, None, 8, complete)


@pytest.mark.parametrize(
    ("space", "policy"),
    [
        (spaces.Box(0, 255, (3, 64, 64), np.uint8), "CnnPolicy"),
        (spaces.Box(-1, 1, (8,), np.float32), "MlpPolicy"),
        (spaces.Dict({"z": spaces.Box(-1, 1, (8,), np.float32)}), "MultiInputPolicy"),
    ],
)
def test_policies_fit_observations(space, policy):
    assert policy_name(space) == policy


def test_pictures_too_small_for_the_convolutions_are_said():
    with pytest.raises(ValueError, match="36 pixels or more"):
        policy_name(spaces.Box(0, 255, (3, 32, 64), np.uint8))


def test_small_policies_stay_on_the_cpu(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert policy_device("auto", "MlpPolicy") == "cpu"
    assert policy_device("auto", "CnnPolicy") == "cuda"
    assert policy_device("cuda", "MlpPolicy") == "cuda"


def test_linear_settings_fall_over_the_run():
    venv = make_vec_env(make_spec(), "source", 2)
    model = build_for_training(make_spec(learning_rate="linear:0.5"), venv, 0, "cpu")
    assert model.lr_schedule(1.0) == 0.5
    assert model.lr_schedule(0.5) == 0.25
    assert model.lr_schedule(0.0) == 0.0


def test_the_policys_network_can_be_set():
    policy = {"net_arch": [7], "activation_fn": "relu"}
    spec = make_spec(policy_kwargs=policy)
    model = build_for_training(spec, make_vec_env(spec, "source", 2), 0, "cpu")
    layers = model.policy.mlp_extractor.policy_net
    assert layers[0].out_features == 7
    assert isinstance(layers[1], nn.ReLU)
    assert spec.settings["policy_kwargs"] == policy


@pytest.mark.parametrize(
    ("settings", "envs"),
    [
        ({"policy_kwargs": {"features_extractor_kwargs": {"cnn_output_dim": 3}}}, 2),
        ({"n_steps": 1, "batch_size": 1}, 1),
    ],
)
def test_settings_that_the_algorithm_refuses_are_one_line(settings, envs):
    spec = make_spec(**settings)
    with pytest.raises(ValueError, match="ppo refuses its settings"):
        build_for_training(spec, make_vec_env(spec, "source", envs), 0, "cpu")


def test_an_unknown_activation_is_said():
    spec = make_spec(policy_kwargs={"activation_fn": "rely"})
    with pytest.raises(ValueError, match="did you mean 'relu'"):
        build_for_training(spec, make_vec_env(spec, "source", 2), 0, "cpu")


def test_acting_needs_no_memory_of_steps():
    spec = AgentSpec("x", "pixels", "dqn", "source", 0, None, 8, settings_for("dqn", "pixels", {}))
    picture = spaces.Box(0, 255, (3, 64, 64), np.uint8)
    model = build_for_acting(spec, picture, spaces.Discrete(3), "cpu")
    assert model.replay_buffer.buffer_size == 1
    assert model.buffer_size == 20_000
