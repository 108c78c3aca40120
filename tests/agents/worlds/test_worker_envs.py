import multiprocessing
from functools import partial

import gymnasium as gym
import numpy as np
import pytest
from stable_baselines3.common.vec_env import DummyVecEnv

import toy_tasks
from darla_agents.worlds.worker_envs import WorkerVecEnv


def sound() -> partial:
    return partial(toy_tasks.BrightSideEnv, size=8)


@pytest.fixture(scope="module")
def envs():
    """Two environments, whose workers take seconds to start; the last test ends them."""
    made = WorkerVecEnv([sound(), sound()])
    yield made
    made.close()
    made.close()  # closing twice is harmless


def test_workers_step_like_environments(envs):
    envs.seed(0)
    assert envs.reset().shape == (2, 8, 8, 3)
    for _ in range(5):
        _, _, dones, infos = envs.step([0, 0])
    assert dones.all()
    assert infos[0]["terminal_observation"].shape == (8, 8, 3)


def test_an_error_in_a_step_names_the_environment_and_shows_its_text():
    before = set(multiprocessing.active_children())
    envs = WorkerVecEnv([sound(), partial(toy_tasks.FailingEnv, size=8)])
    envs.reset()
    envs.step([0, 0])
    envs.step([0, 0])
    with pytest.raises(RuntimeError, match=r"(?s)environment 1 .*breaks in its third step"):
        envs.step([0, 0])
    envs.close()
    assert set(multiprocessing.active_children()) == before


def test_a_users_error_while_making_an_environment_stays_one():
    broken = partial(toy_tasks.BrightSideEnv, domain="nowhere")
    with pytest.raises(ValueError, match=r"environment 1: .*unknown domain 'nowhere'"):
        WorkerVecEnv([sound(), broken])


def test_workers_do_what_one_process_does(envs):
    theirs = DummyVecEnv([sound(), sound()])
    envs.seed(3), theirs.seed(3)
    np.testing.assert_array_equal(envs.reset(), theirs.reset())
    assert envs.render_mode == theirs.render_mode
    for step in range(12):
        actions = np.array([step % 2, 1])
        (*mine, infos), (*others, other_infos) = envs.step(actions), theirs.step(actions)
        for one, other in zip(mine, others, strict=True):
            np.testing.assert_array_equal(one, other, strict=True)
        assert [sorted(info) for info in infos] == [sorted(info) for info in other_infos]


def test_single_environments_are_reached(envs):
    envs.set_attr("mark", 7, indices=1)
    assert not envs.has_attr("mark") and envs.has_attr("render_mode")
    assert envs.get_attr("mark", indices=[1]) == [7]


def test_methods_and_wrappers_of_environments_are_reached(envs):
    assert envs.env_is_wrapped(gym.Wrapper) == [False, False]
    envs.seed(0)
    envs.reset()
    assert len(envs.env_method("reset", indices=0, seed=5)) == 1
    assert len(envs.env_method("reset", seed=5)) == 2


def test_an_error_in_one_environment_ends_all(envs):
    before = set(multiprocessing.active_children())
    with pytest.raises(RuntimeError, match=r"(?s)environment 0 failed.*nothing"):
        envs.get_attr("nothing")
    assert len(before - set(multiprocessing.active_children())) == 2
