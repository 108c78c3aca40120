"""The face for Stable-Baselines3, against DummyVecEnv over the same single environments."""

from functools import partial
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
import torch
from gymnasium.vector import AutoresetMode
from stable_baselines3 import DQN, PPO
from stable_baselines3.common.evaluation import evaluate_policy
from stable_baselines3.common.monitor import Monitor
from stable_baselines3.common.vec_env import (
    DummyVecEnv,
    VecEnv,
    VecFrameStack,
    VecMonitor,
    VecNormalize,
    VecTransposeImage,
)

from darla.wrappers.sb3.vec_latent import VecLatent
from darla_agents.worlds.batched_vec_env import BatchedVecEnv
from darla_envs.batch.batched_envs import BatchedEnvs
from darla_envs.batch.worker_envs import WorkerEnvs
from toy_encoder import LATENTS, make_toy_bundle
from toy_worlds import ToyWorldEnv, ToyWorlds, assert_same

N = 4
ACTIONS = np.zeros(N, dtype=np.int64)


@pytest.fixture(autouse=True)
def one_thread():
    torch.set_num_threads(1)


def make(extras: bool = False, workers: int = 0, infos: bool = True) -> BatchedVecEnv:
    mode = AutoresetMode.SAME_STEP
    if workers:
        return BatchedVecEnv(
            WorkerEnvs(partial(ToyWorlds, extras=extras), N, workers, mode, infos=infos)
        )
    return BatchedVecEnv(BatchedEnvs(ToyWorlds(N, extras), mode, infos=infos))


def make_single(extras: bool = False) -> DummyVecEnv:
    return DummyVecEnv([partial(ToyWorldEnv, extras, "rgb_array") for _ in range(N)])


def seeded(venv: Any) -> Any:
    venv.seed(0)
    return venv


def assert_same_steps(ours: VecEnv, theirs: VecEnv, steps: int = 25) -> None:
    assert ours.observation_space == theirs.observation_space
    assert_same(ours.reset(), theirs.reset(), "reset")
    rng = np.random.default_rng(0)
    names = ("observations", "rewards", "dones", "infos")
    for step in range(steps):
        actions = rng.integers(0, 3, N)
        for name, mine, other in zip(names, ours.step(actions), theirs.step(actions), strict=True):
            assert_same(mine, other, f"step {step}: {name}")
        assert_same(ours.unwrapped.reset_infos, theirs.unwrapped.reset_infos, f"step {step}")
    ours.close()


@pytest.mark.parametrize("workers", [0, 2])
@pytest.mark.parametrize("extras", [False, True])
def test_steps_equal_those_of_single_environments(extras, workers):
    assert_same_steps(seeded(make(extras, workers)), seeded(make_single(extras)))


@pytest.mark.parametrize("extras", [False, True])
def test_wrappers_see_the_same(extras):
    def wrapped(venv):
        return seeded(VecFrameStack(VecTransposeImage(venv), 2, channels_order="first"))

    if extras:  # numbers cannot be stacked along with pictures
        ours, theirs = (VecTransposeImage(venv) for venv in (make(True), make_single(True)))
        assert_same_steps(seeded(ours), seeded(theirs))
    else:
        assert_same_steps(wrapped(make()), wrapped(make_single()))


def test_a_normaliser_sees_the_same():
    ours, theirs = (seeded(VecNormalize(venv)) for venv in (make(), make_single()))
    assert_same_steps(ours, theirs)


def test_latents_are_the_same(tmp_path):
    bundle = make_toy_bundle(tmp_path / "encoder")
    ours, theirs = (seeded(VecLatent(venv, bundle)) for venv in (make(True), make_single(True)))
    assert ours.observation_space["picture"].shape == (LATENTS,)
    assert_same_steps(ours, theirs)


def test_seeds_and_options_count_once():
    ours, theirs = make(), make_single()
    for venv in (ours, theirs):
        venv.seed(7)
        venv.set_options({"factors": {"count": 1}})
    assert_same(ours.reset(), theirs.reset())
    assert_same(ours.reset(), theirs.reset())
    ours.set_options({"mask": 1})
    with pytest.raises(ValueError, match="unknown option 'mask'; known: factors"):
        ours.reset()


def test_nothing_handed_out_changes_later():
    venv = seeded(make(True))
    held = [venv.reset(), *(venv.step(ACTIONS) for _ in range(2))]
    _, _, dones, infos = held[-1]
    before = [np.array(venv.get_images()), infos[0]["terminal_observation"]["picture"].copy()]
    observation = held[0]["picture"].copy()
    assert dones.tolist() == [True, False, False, False]
    images = venv.get_images()
    for _ in range(6):
        venv.step(ACTIONS)
    np.testing.assert_array_equal(held[0]["picture"], observation)
    np.testing.assert_array_equal(images, before[0])
    np.testing.assert_array_equal(infos[0]["terminal_observation"]["picture"], before[1])


def test_infos_of_environments_are_their_own():
    venv = seeded(make(infos=False))
    venv.reset()
    *_, infos = venv.step(ACTIONS)
    assert infos == [{"TimeLimit.truncated": False}] * N
    infos[0]["mine"] = 1
    assert "mine" not in infos[1]
    assert "mine" not in venv.step(ACTIONS)[-1][0]


def test_without_infos_ends_tell_all_that_training_needs():
    venv = seeded(VecMonitor(make(infos=False)))
    venv.reset()
    ends = []
    for _ in range(8):
        _, _, dones, infos = venv.step(ACTIONS)
        ends += [(index, infos[index]) for index in np.flatnonzero(dones)]
    for _, info in ends:
        assert info["terminal_observation"].dtype == np.uint8
        assert info["is_success"] != info["TimeLimit.truncated"]
        assert info["episode"]["l"] >= 2
    assert {index for index, _ in ends} == {0, 1, 2, 3}
    assert {info["is_success"] for _, info in ends} == {True, False}


def test_attributes_and_wrappers():
    venv = make()
    assert venv.get_attr("render_mode", [0, 2]) == ["rgb_array"] * 2
    assert venv.get_attr("spec") == [None] * N
    assert not venv.has_attr("np_random")
    assert venv.env_is_wrapped(Monitor, 1) == [False]
    assert venv.env_is_wrapped(gym.Wrapper) == [False] * N
    with pytest.raises(AttributeError, match="have no 'domain'; known: render_mode, "):
        venv.get_attr("domain")
    with pytest.raises(AttributeError, match="'domain' cannot be set"):
        venv.set_attr("domain", "bright")
    with pytest.raises(AttributeError, match="'draw' cannot be called"):
        venv.env_method("draw")


def test_pictures_are_tiled():
    venv = seeded(make())
    venv.reset()
    image = venv.render()
    assert image.shape == (16, 20, 3)
    assert image[[1, 1, 9, 9], [1, 11, 1, 11], 0].tolist() == [0, 1, 2, 3]
    blind = BatchedVecEnv(BatchedEnvs(ToyWorlds(N), AutoresetMode.SAME_STEP), render_mode=None)
    with pytest.warns(UserWarning, match="render_mode is None"):
        assert blind.get_images() == [None] * N


def test_what_it_is_not_made_of():
    with pytest.raises(ValueError, match="mode NextStep, but Stable-Baselines3 needs SameStep"):
        BatchedVecEnv(BatchedEnvs(ToyWorlds(N), AutoresetMode.NEXT_STEP))
    with pytest.raises(ValueError, match="render_mode is 'human'"):
        BatchedVecEnv(BatchedEnvs(ToyWorlds(N), AutoresetMode.SAME_STEP), render_mode="human")


@pytest.mark.parametrize("workers", [0, 2])
def test_domains_reach_the_worlds(workers):
    venv = seeded(make(workers=workers))
    venv.set_domain("bright")
    assert venv.reset()[:, 1, 1, 2].tolist() == [100] * N
    with pytest.raises(ValueError, match="unknown domain 'nowhere'"):
        venv.set_domain("nowhere")
    venv.close()


def test_agents_train_the_same_as_on_single_environments():
    def train(venv):
        agent = PPO("MlpPolicy", VecMonitor(venv), n_steps=16, batch_size=32, n_epochs=2, seed=0)
        agent.learn(256)
        assert len(agent.ep_success_buffer) > 10
        return agent

    ours, theirs = train(make(infos=False)), train(make_single())
    for mine, other in zip(ours.policy.parameters(), theirs.policy.parameters(), strict=True):
        assert torch.equal(mine, other)
    ours.get_env().seed(3), theirs.get_env().seed(3)
    scores = [evaluate_policy(agent, agent.get_env(), 8) for agent in (ours, theirs)]
    assert scores[0] == scores[1]


def test_replayed_transitions_are_the_same():
    def fill(venv):
        agent = DQN("MlpPolicy", venv, buffer_size=200, learning_starts=300, seed=0)
        agent.learn(200)
        venv.close()
        return agent.replay_buffer

    ours, theirs = fill(make(workers=2)), fill(make_single())
    for name in ("observations", "next_observations", "rewards", "dones", "timeouts", "actions"):
        np.testing.assert_array_equal(getattr(ours, name), getattr(theirs, name))
