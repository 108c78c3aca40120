"""Batches of the package's own tasks, by their ids."""

import multiprocessing

import pytest
from gymnasium.vector import AutoresetMode

from darla_envs.batch.batched_envs import BatchedEnvs
from darla_envs.batch.worker_envs import WorkerEnvs
from darla_envs.description.tasks import GO_TO_OBJECT, SEEK_AVOID
from darla_envs.make import make_batched, make_vector_env


@pytest.mark.parametrize("task_id", [GO_TO_OBJECT, SEEK_AVOID])
def test_settings_reach_the_worlds(task_id):
    envs = make_vector_env(
        task_id,
        3,
        domain="d_u",
        max_episode_steps=7,
        obs_width=20,
        obs_height=10,
        render_mode="rgb_array",
        autoreset_mode="SameStep",
        num_threads=1,
    )
    worlds = envs.batch.worlds
    assert envs.single_observation_space.shape == (10, 20, 3)
    assert envs.observation_space.shape == (3, 10, 20, 3)
    assert envs.metadata["autoreset_mode"] is AutoresetMode.SAME_STEP
    assert (worlds.task.task_id, worlds.num_worlds) == (task_id, 3)
    assert (worlds.domain.name, worlds.max_episode_steps) == ("d_u", 7)
    envs.close()


def test_worlds_are_in_this_process_or_in_workers():
    here = make_batched(GO_TO_OBJECT, 3)
    there = make_batched(GO_TO_OBJECT, 3, workers=2)
    assert isinstance(here, BatchedEnvs)
    assert isinstance(there, WorkerEnvs)
    assert len(multiprocessing.active_children()) == 2
    assert there.observation_space == here.observation_space
    there.set_domain("new_floor")
    there.close()


@pytest.mark.parametrize("workers", [0, 1])
def test_what_is_unknown_is_said(workers):
    with pytest.raises(ValueError, match="'nowhere'"):
        make_batched(GO_TO_OBJECT, 2, domain="nowhere", workers=workers)
    with pytest.raises(ValueError, match="Darla/GoToObject-v0"):
        make_batched("Darla/GoToObjects-v0", 2, workers=workers)
    with pytest.raises(ValueError, match="num_threads is 0, but must be at least 1"):
        make_batched(GO_TO_OBJECT, 2, num_threads=0, workers=workers)
    with pytest.raises(ValueError, match="workers is 3, but must be from 1 to"):
        make_batched(GO_TO_OBJECT, 2, workers=3)
    assert not multiprocessing.active_children()
