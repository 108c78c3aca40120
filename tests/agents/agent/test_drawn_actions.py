"""Actions of every kind are drawn from the policy, by the episode's seed alone."""

import numpy as np
import pytest
import torch
from stable_baselines3.common.base_class import BaseAlgorithm

import toy_tasks  # noqa: F401
from darla_agents.agent.algorithms import settings_for
from darla_agents.agent.drawn_actions import ActionDraws
from darla_agents.agent.models import build_for_training
from darla_agents.agent.spec import AgentSpec
from darla_agents.worlds.environments import make_vec_env
from toy_tasks import ACTIONS

KINDS_OF_ACTIONS = [("ppo", name) for name in ACTIONS] + [("sac", "box"), ("sac", "boxes")]


def model_of(algorithm: str, actions: str) -> BaseAlgorithm:
    settings = settings_for(algorithm, "pixels", {"policy_kwargs": {"net_arch": [8]}})
    task = f"Toy/Acted_{actions}-v0"
    spec = AgentSpec(task, "pixels", algorithm, "source", 0, None, 8, settings)
    return build_for_training(spec, make_vec_env(spec, "source", 1), 0, "cpu")


PICTURES = np.random.default_rng(0).integers(0, 256, (4, 3, 64, 64), dtype=np.uint8)


@pytest.mark.parametrize(("algorithm", "actions"), KINDS_OF_ACTIONS)
def test_actions_follow_from_the_seed_and_not_from_what_is_played_beside_it(algorithm, actions):
    model = model_of(algorithm, actions)
    draws = ActionDraws()

    def draw(numbers, seeds):
        for number, seed in zip(numbers, seeds, strict=True):
            draws.begin(number, seed)
        return draws.act(model, PICTURES[numbers], numbers)

    together = draw([0, 1, 2], [7, 8, 9])
    assert all(model.action_space.contains(action) for action in together)
    np.testing.assert_array_equal(draw([1], [8])[0], together[1])
    torch.manual_seed(99)
    np.testing.assert_array_equal(draw([2, 0], [9, 7]), together[[2, 0]])


@pytest.mark.parametrize(("algorithm", "actions"), KINDS_OF_ACTIONS)
def test_actions_are_drawn_as_stable_baselines3_draws_them(algorithm, actions):
    model = model_of(algorithm, actions)
    draws, count = ActionDraws(), 1500
    numbers = list(range(count))
    pictures = np.repeat(PICTURES[:1], count, axis=0)
    for number in numbers:
        draws.begin(number, number)
    torch.manual_seed(0)
    ours = draws.act(model, pictures, numbers).reshape(count, -1).astype(float)
    theirs = model.predict(pictures, deterministic=False)[0].reshape(count, -1).astype(float)
    noise = 5 * theirs.std(axis=0) / np.sqrt(count / 2)
    np.testing.assert_array_less(np.abs(ours.mean(axis=0) - theirs.mean(axis=0)), noise)
    np.testing.assert_allclose(ours.std(axis=0), theirs.std(axis=0), rtol=0.15)
