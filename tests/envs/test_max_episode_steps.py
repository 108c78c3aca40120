"""``max_episode_steps`` says where episodes are cut, and nothing else, however they are made."""

import gymnasium as gym
import numpy as np
import pytest

from darla_envs import GO_TO_OBJECT, SEEK_AVOID
from darla_envs.make import make_batched
from darla_envs.suites import suite_of

STRAIGHT = {"agent_x": 1.0, "agent_z": 2.0, "agent_yaw": 0.0, "object_x": 4.9, "object_z": 2.0}
STEPS_TO_IT = 12  # three metres less one, in steps of a quarter
LIMITS = [(None, 40), (12, 12), (100, 100)]


def ends_of(step, most=130):
    """Return after how many steps of turning on the spot the first episode ends, and how."""
    for count in range(1, most):
        _, _, terminated, truncated, _ = step(0)
        if np.any(terminated) or np.any(truncated):
            return count, bool(np.all(terminated)), bool(np.all(truncated))
    return None


def limited(limit):
    return {} if limit is None else {"max_episode_steps": limit}


@pytest.mark.parametrize(("limit", "cut"), LIMITS)
def test_one_environment_is_cut_there(limit, cut):
    env = gym.make(GO_TO_OBJECT, **limited(limit))
    env.reset(seed=0)
    assert ends_of(env.step) == (cut, False, True)
    env.close()
    alone = suite_of(GO_TO_OBJECT).single(**limited(limit))
    alone.reset(seed=0)
    assert ends_of(alone.step) == (cut, False, True)
    alone.close()


@pytest.mark.parametrize("mode", ["vector_entry_point", "sync"])
@pytest.mark.parametrize(("limit", "cut"), LIMITS)
def test_many_environments_are_cut_there(limit, cut, mode):
    many = gym.make_vec(GO_TO_OBJECT, 2, mode, **limited(limit))
    many.reset(seed=0)
    assert ends_of(lambda action: many.step(np.full(2, action))) == (cut, False, True)
    many.close()


@pytest.mark.parametrize("observing", ["pictures", "factors"])
@pytest.mark.parametrize(("limit", "cut"), LIMITS)
def test_batches_and_worlds_are_cut_there(limit, cut, observing):
    batch = make_batched(GO_TO_OBJECT, 2, observing=observing, **limited(limit))
    batch.reset([0, 1])

    def step(action):
        found = batch.step(np.full(2, action))
        return None, None, found.terminated, found.truncated, None

    assert ends_of(step) == (cut, False, True)
    batch.close()


@pytest.mark.parametrize("limit", [None, 15, 100])
def test_what_is_paid_does_not_depend_on_it(limit):
    env = gym.make(GO_TO_OBJECT, **limited(limit))
    many = gym.make_vec(GO_TO_OBJECT, 1, **limited(limit))
    env.reset(seed=0, options={"factors": STRAIGHT})
    many.reset(seed=0, options={"factors": STRAIGHT})
    for _ in range(STEPS_TO_IT):
        _, reward, terminated, *_ = env.step(2)
        _, rewards, *_ = many.step(np.array([2]))
    assert terminated
    assert reward == rewards[0] == pytest.approx(1 - 0.2 * STEPS_TO_IT / 40)
    env.close(), many.close()


def test_later_than_the_tasks_own_limit_pays_no_less():
    many = gym.make_vec(GO_TO_OBJECT, 1, max_episode_steps=300)
    many.reset(seed=0, options={"factors": STRAIGHT})
    for _ in range(252):
        many.step(np.array([0]))  # fourteen times around
    rewards = [many.step(np.array([2]))[1][0] for _ in range(STEPS_TO_IT)]
    assert rewards[-1] == pytest.approx(0.8)
    many.close()


def test_minus_one_never_cuts():
    env = gym.make(SEEK_AVOID, max_episode_steps=-1)
    many = gym.make_vec(SEEK_AVOID, 1, max_episode_steps=-1)
    env.reset(seed=0), many.reset(seed=0)
    assert ends_of(env.step) is None
    assert ends_of(lambda action: many.step(np.full(1, action))) is None
    env.close(), many.close()


@pytest.mark.parametrize("limit", [0, -2])
def test_other_numbers_are_refused(limit):
    with pytest.raises(ValueError, match=f"max_episode_steps is {limit}, but must be at least 1"):
        make_batched(GO_TO_OBJECT, 2, max_episode_steps=limit)
