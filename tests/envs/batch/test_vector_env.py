"""Gymnasium's face: how it is made, what it hands out, what it refuses."""

from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.vector import AutoresetMode

from darla_envs.batch.batch import find_autoreset_mode
from darla_envs.batch.batched_envs import BatchedEnvs
from darla_envs.batch.infos import combine
from darla_envs.batch.vector_env import BatchedVectorEnv
from darla_envs.make import make_batched
from toy_worlds import ToyWorlds

N = 3
ACTIONS = np.zeros(N, dtype=np.int64)


def make(
    num_envs: int = N,
    mode: AutoresetMode = AutoresetMode.SAME_STEP,
    extras: bool = False,
    **options: Any,
) -> BatchedVectorEnv:
    return BatchedVectorEnv(BatchedEnvs(ToyWorlds(num_envs, extras), mode), **options)


@pytest.fixture
def registered():
    name = "Toy/Worlds-v0"
    gym.register(name, entry_point="toy_worlds:ToyWorldEnv", vector_entry_point=make)
    yield name
    del gym.registry[name]


def test_gymnasium_makes_it_by_the_tasks_id(registered):
    envs = gym.make_vec(registered, num_envs=N, extras=True, render_mode="rgb_array")
    assert isinstance(envs, BatchedVectorEnv)
    assert envs.spec.id == registered
    observations, _ = envs.reset(seed=0)
    assert observations in envs.observation_space
    assert len(envs.render()) == N
    envs.close()
    assert envs.closed and envs.batch.closed


def test_gymnasiums_wrappers_go_around_it(registered):
    envs = gym.wrappers.vector.RecordEpisodeStatistics(
        gym.make_vec(registered, num_envs=N, mode=AutoresetMode.NEXT_STEP)
    )
    envs.reset(seed=0)
    envs.step(ACTIONS)
    *_, infos = envs.step(ACTIONS)
    assert infos["episode"]["l"].tolist() == [2, 0, 0]


@pytest.mark.parametrize("extras", [False, True])
def test_observations_stay_as_they_are(extras):
    def picture(observation):
        return observation["picture"] if extras else observation

    envs = make(extras=extras)
    kept = [picture(envs.reset(seed=0)[0])]
    kept += [picture(envs.step(ACTIONS)[0]) for _ in range(9)]
    again = make(extras=extras)
    shown = [picture(again.reset(seed=0)[0]).copy()]
    shown += [picture(again.step(ACTIONS)[0]).copy() for _ in range(9)]
    np.testing.assert_array_equal(np.stack(kept), np.stack(shown))


def test_what_is_rendered_stays_as_it_is():
    envs = make(render_mode="rgb_array")
    envs.reset(seed=0)
    pictures = envs.render()
    envs.step(ACTIONS)
    assert [picture[1, 1].tolist() for picture in pictures] == [[0, 0, 0], [1, 0, 0], [2, 0, 0]]
    assert make().render() is None


def test_factors_are_given_for_all_or_for_each():
    envs = make()
    factors = {"count": np.array([0, 1, 3]), "shape": "cone"}
    _, infos = envs.reset(seed=np.int64(5), options={"factors": factors})
    assert infos["factors"]["count"].tolist() == [0, 1, 3]
    assert infos["factors"]["shape"].tolist() == ["cone"] * 3
    _, infos = envs.reset(options={"factors": {"shape": ["a", "b", "c"]}})
    assert infos["factors"]["shape"].tolist() == ["a", "b", "c"]


def test_options_that_make_no_sense():
    envs = make()
    with pytest.raises(ValueError, match=r"factor count has shape \(2,\); give one value, or one"):
        envs.reset(options={"factors": {"count": [1, 2]}})
    with pytest.raises(ValueError, match=r"unknown option 'factor'; did you mean 'factors'\?"):
        envs.reset(options={"factor": {}})
    with pytest.raises(ValueError, match="2 seeds are given for 3 worlds"):
        envs.reset(seed=[1, 2])
    with pytest.raises(ValueError, match="render_mode is 'human'"):
        make(render_mode="human")
    with pytest.raises(ValueError, match="unknown autoreset_mode 'Never'; known: NextStep, "):
        find_autoreset_mode("Never")
    with pytest.raises(ValueError, match="num_envs is 0"):
        make_batched("Darla/GoToObject-v0", 0)


def test_domains_reach_the_worlds():
    envs = make()
    envs.set_domain("bright")
    assert envs.reset(seed=0)[0][:, 1, 1, 2].tolist() == [100] * N
    with pytest.raises(ValueError, match="unknown domain 'nowhere'"):
        envs.set_domain("nowhere")


def test_infos_of_some_rows_are_put_together():
    mask = np.array([True])
    first = {"a": {"b": np.array([2.5]), "_b": mask}, "_a": mask, "c": np.array([3]), "_c": mask}
    second = {"_d": np.array([1.0]), "__d": mask, "c": np.array([0.5]), "_c": mask}
    whole = combine([(np.array([2]), first), (slice(0, 1), second)], 3)
    assert whole["a"]["b"].tolist() == [0, 0, 2.5]
    assert whole["c"].tolist() == [0.5, 0, 3]
    assert whole["_c"].tolist() == [True, False, True]
    assert whole["_d"].tolist() == [1, 0, 0]
    assert whole["__d"].tolist() == [True, False, False]
    assert combine([], 3) == {}
