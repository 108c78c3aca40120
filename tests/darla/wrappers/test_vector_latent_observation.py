import os
import subprocess
import sys

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.vector import AsyncVectorEnv, AutoresetMode, SyncVectorEnv

import darla
from darla.wrappers.latent_transform import LatentTransform
from toy_encoder import LATENTS, make_toy_bundle
from toy_envs import CountingDictEnv, CountingImageEnv, counting_frame

LENGTHS = (2, 3)


@pytest.fixture
def bundle(tmp_path):
    return make_toy_bundle(tmp_path / "encoder")


def make(bundle, mode, ending="truncated", env_class=CountingImageEnv, vector=SyncVectorEnv):
    makers = [
        lambda length=length: env_class(episode_length=length, ending=ending) for length in LENGTHS
    ]
    return darla.VectorLatentObservation(vector(makers, autoreset_mode=mode), bundle)


def expect(latents, bundle, moments):
    """``moments``: the (step, episode) of each row."""
    pictures = np.stack([counting_frame(step, episode, 32) for step, episode in moments])
    np.testing.assert_allclose(latents, LatentTransform(bundle)(pictures), atol=1e-5)


def count_calls(envs):
    calls, encode = [], envs.transform.encoder.encode
    envs.transform.encoder.encode = lambda frames: calls.append(len(frames)) or encode(frames)
    return calls


@pytest.mark.parametrize(
    ("vector", "ending"),
    [
        (SyncVectorEnv, "truncated"),
        (SyncVectorEnv, "terminated"),
        (AsyncVectorEnv, "truncated"),
    ],
)
def test_same_step_autoreset_encodes_final_observations(bundle, vector, ending):
    envs = make(bundle, AutoresetMode.SAME_STEP, ending, vector=vector)
    calls = count_calls(envs)
    expect(envs.reset(seed=0)[0], bundle, [(0, 0), (0, 0)])
    expect(envs.step(np.array([0, 0]))[0], bundle, [(1, 0), (1, 0)])
    observations, _, terminations, truncations, infos = envs.step(np.array([0, 0]))
    expect(observations, bundle, [(0, 1), (2, 0)])
    assert (terminations | truncations).tolist() == [True, False]
    expect(infos["final_obs"][0][None], bundle, [(2, 0)])
    assert infos["final_obs"][1] is None
    observations, *_, infos = envs.step(np.array([0, 0]))
    expect(observations, bundle, [(1, 1), (0, 1)])
    expect(infos["final_obs"][1][None], bundle, [(3, 0)])
    assert calls == [2, 2, 3, 3]
    envs.close()


@pytest.mark.parametrize("ending", ["truncated", "terminated"])
def test_next_step_autoreset(bundle, ending):
    envs = make(bundle, AutoresetMode.NEXT_STEP, ending)
    calls = count_calls(envs)
    envs.reset(seed=0)
    envs.step(np.array([0, 0]))
    observations, *_ = envs.step(np.array([0, 0]))
    expect(observations, bundle, [(2, 0), (2, 0)])
    observations, *_, infos = envs.step(np.array([0, 0]))
    expect(observations, bundle, [(0, 1), (3, 0)])
    assert "final_obs" not in infos
    assert calls == [2, 2, 2, 2]


def test_disabled_autoreset_resets_by_mask(bundle):
    envs = make(bundle, AutoresetMode.DISABLED)
    envs.reset(seed=0)
    envs.step(np.array([0, 0]))
    envs.step(np.array([0, 0]))
    observations, _ = envs.reset(options={"reset_mask": np.array([True, False])})
    expect(observations, bundle, [(0, 1), (2, 0)])


def test_dict_observations(bundle):
    envs = make(bundle, AutoresetMode.SAME_STEP, env_class=CountingDictEnv)
    envs.reset(seed=0)
    envs.step(np.array([0, 0]))
    observations, *_, infos = envs.step(np.array([0, 0]))
    assert observations in envs.observation_space
    assert observations["image"].shape == (2, LATENTS)
    assert observations["state"].tolist() == [[0], [2]]
    assert infos["final_obs"][0]["state"] == 2
    expect(infos["final_obs"][0]["image"][None], bundle, [(2, 0)])


def test_fresh_arrays_each_step(bundle):
    envs = make(bundle, AutoresetMode.SAME_STEP)
    first, _ = envs.reset(seed=0)
    kept = first.copy()
    second, *_ = envs.step(np.array([0, 0]))
    assert not np.shares_memory(first, second)
    np.testing.assert_array_equal(first, kept)


def test_it_works_through_make_vec(bundle):
    envs = gym.make_vec("Toy/Counting-v0", num_envs=3, vectorization_mode="sync")
    wrapped = darla.VectorLatentObservation(envs, bundle)
    observations, _ = wrapped.reset(seed=0)
    assert observations in wrapped.observation_space
    assert wrapped.observation_space.shape == (3, LATENTS)


class PlainFinals(SyncVectorEnv):
    """Reports the last observations of episodes as one array, and not whose they are."""

    def step(self, actions):
        *outcome, infos = super().step(actions)
        if "final_obs" in infos:
            first = next(final for final in infos["final_obs"] if final is not None)
            rows = [np.zeros_like(first) if each is None else each for each in infos["final_obs"]]
            infos = {"final_obs": np.stack(rows)}
        return *outcome, infos


def test_final_observations_may_be_one_array_without_a_mask(bundle):
    envs = make(bundle, AutoresetMode.SAME_STEP, vector=PlainFinals)
    envs.reset(seed=0)
    envs.step(np.array([0, 0]))
    *_, infos = envs.step(np.array([0, 0]))
    expect(infos["final_obs"][0][None], bundle, [(2, 0)])
    assert infos["final_obs"][1] is None


def test_environments_in_forked_processes_encode(tmp_path):
    """A child that waited for threads of OpenMP, which are not forked with it, would hang."""
    code = """
import gymnasium as gym, numpy as np, torch
import darla, toy_envs
torch.set_num_threads(2)
wrappers = [lambda env: darla.LatentObservation(env, "rooms")]
envs = gym.make_vec("Toy/Counting-v0", 2, vectorization_mode="async", wrappers=wrappers, size=64)
envs.reset(seed=0)
print(envs.step(np.zeros(2, int))[0].shape)
envs.close()
"""
    environment = {name: value for name, value in os.environ.items() if name != "OMP_NUM_THREADS"}
    environment["PYTHONPATH"] = os.pathsep.join(sys.path)
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=120
    )
    assert done.stdout.strip() == "(2, 32)", done.stderr
