"""Single environments live through the episodes of the rules as they were first written."""

import gymnasium as gym
import numpy as np
import pytest

from darla_envs import GO_TO_OBJECT, SEEK_AVOID
from darla_envs.single.factor_observation import FactorObservation
from oracle.factor_observation import OracleObservation
from oracle.world import make as make_oracle

STEPS = 130  # both tasks' episodes end before


@pytest.mark.parametrize("task", [GO_TO_OBJECT, SEEK_AVOID])
@pytest.mark.parametrize("domain", ["source", "d_u", "textured", "new_field_of_view"])
def test_pictures_rewards_ends_and_infos_are_the_oracles(task, domain):
    ours, oracle = gym.make(task, domain=domain), make_oracle(task, domain=domain)
    rng = np.random.default_rng(0)
    mine, theirs = ours.reset(seed=5), oracle.reset(seed=5)
    ends = 0
    for _ in range(STEPS):
        np.testing.assert_array_equal(mine[0], theirs[0])
        assert mine[-1] == theirs[-1]
        action = int(rng.choice(3, p=[0.15, 0.15, 0.7]))
        mine, theirs = ours.step(action), oracle.step(action)
        assert mine[1:3] == theirs[1:3]
        assert (mine[3] and not mine[2]) == theirs[3]
        if mine[2] or mine[3]:
            ends += 1
            mine, theirs = ours.reset(), oracle.reset()
    assert ends >= 1
    for env in (ours, oracle):
        env.close()


@pytest.mark.parametrize("task", [GO_TO_OBJECT, SEEK_AVOID])
def test_true_states_are_the_oracles(task):
    ours, oracle = FactorObservation(gym.make(task)), OracleObservation(make_oracle(task))
    assert ours.observation_space == oracle.observation_space
    mine, theirs = ours.reset(seed=3)[0], oracle.reset(seed=3)[0]
    for action in (2, 0, 2, 2, 1, 1, 2, 2):
        np.testing.assert_array_equal(mine, theirs)
        mine, theirs = ours.step(action)[0], oracle.step(action)[0]
    ours.close()


@pytest.mark.parametrize("task", [GO_TO_OBJECT, SEEK_AVOID])
@pytest.mark.parametrize("in_view", [None, True, False])
def test_sampled_settings_are_the_oracles(task, in_view):
    ours, oracle = (gym.make(task, domain="d_u").unwrapped, make_oracle(task, domain="d_u"))
    one, other = np.random.default_rng(4), np.random.default_rng(4)
    fixed = {"agent_x": 2.0, "floor": 0.5}
    for given in ({}, fixed):
        for _ in range(10):
            mine = ours.sample_factors(given, in_view=in_view, rng=one)
            assert mine == oracle.sample_factors(given, in_view=in_view, rng=other)
    assert one.bit_generator.state == other.bit_generator.state
    ours.close()
