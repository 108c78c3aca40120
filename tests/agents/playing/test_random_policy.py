"""The random policy: uniform, and decided by the seeds of the episodes alone."""

import numpy as np
from gymnasium import spaces

from darla_agents.playing.random_policy import RandomPolicy


def actions_of(policy: RandomPolicy, environment: int, seed: int, count: int) -> list[int]:
    policy.begin(environment, seed)
    return [int(policy.act(None, [environment])[0]) for _ in range(count)]


def test_actions_follow_from_the_seed_of_the_episode_alone() -> None:
    policy = RandomPolicy(spaces.Discrete(3))
    alone = actions_of(policy, 0, 5, 30)
    policy.begin(2, 5)
    policy.begin(1, 6)
    both = np.array([policy.act(None, [1, 2]) for _ in range(30)])
    assert both[:, 1].tolist() == alone
    assert both[:, 0].tolist() != alone
    assert actions_of(RandomPolicy(spaces.Discrete(3)), 4, 6, 30) == both[:, 0].tolist()


def test_actions_are_uniform_and_legal() -> None:
    policy = RandomPolicy(spaces.Discrete(3, start=2))
    drawn = [actions_of(policy, 0, seed, 1)[0] for seed in range(3000)]
    values, counts = np.unique(drawn, return_counts=True)
    assert values.tolist() == [2, 3, 4]
    assert np.abs(counts / 3000 - 1 / 3).max() < 0.04  # four and a half standard deviations


def test_the_tasks_own_action_space_keeps_its_random_numbers() -> None:
    space = spaces.Discrete(1000, seed=1)
    expected = spaces.Discrete(1000, seed=1).sample()
    actions_of(RandomPolicy(space), 0, 5, 10)
    assert space.sample() == expected


def test_continuous_actions_work_too() -> None:
    space = spaces.Box(-1, 1, (2,), np.float32)
    policy = RandomPolicy(space)
    policy.begin(0, 1)
    policy.begin(1, 2)
    actions = policy.act(None, [0, 1])
    assert actions.shape == (2, 2)
    assert np.abs(actions).max() <= 1
