import multiprocessing
from functools import partial

import pytest

import toy_tasks
from darla_agents.worlds.worker_envs import make_worker_envs


def sound() -> partial:
    return partial(toy_tasks.BrightSideEnv, size=8)


def test_workers_step_like_environments():
    envs = make_worker_envs([sound(), sound()])
    envs.seed(0)
    assert envs.reset().shape == (2, 8, 8, 3)
    for _ in range(5):
        _, _, dones, infos = envs.step([0, 0])
    assert dones.all()
    assert infos[0]["terminal_observation"].shape == (8, 8, 3)
    envs.close()


def test_an_error_in_a_step_names_the_environment_and_shows_its_text():
    envs = make_worker_envs([sound(), partial(toy_tasks.FailingEnv, size=8)])
    envs.reset()
    envs.step([0, 0])
    envs.step([0, 0])
    with pytest.raises(RuntimeError, match=r"(?s)environment 1 .*breaks in its third step"):
        envs.step([0, 0])
    envs.close()
    assert not multiprocessing.active_children()


def test_a_users_error_while_making_an_environment_stays_one():
    broken = partial(toy_tasks.BrightSideEnv, domain="nowhere")
    with pytest.raises(ValueError, match=r"environment 1 .*unknown domain 'nowhere'"):
        make_worker_envs([sound(), broken])
