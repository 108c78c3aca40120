"""Latents with memory: what wrappers carry is what encoding whole episodes gives."""

from pathlib import Path
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from gymnasium import spaces
from gymnasium.vector import AutoresetMode, SyncVectorEnv
from stable_baselines3 import PPO
from stable_baselines3.common.vec_env import DummyVecEnv

import darla
from darla.encoder.bundle import load_encoder
from darla.encoder.remembered import encode_sequence
from darla.wrappers.latent_memory import LatentMemory
from darla.wrappers.latent_transform import LatentTransform
from toy_encoder import LATENTS, UNITS, make_memory_bundle, make_toy_bundle
from toy_envs import CountingDictEnv, CountingImageEnv, counting_frame

LENGTHS = (2, 3, 5)
STEPS = 9
ACTIONS = np.random.default_rng(0).integers(3, size=(STEPS, len(LENGTHS)))


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    return make_memory_bundle(tmp_path / "encoder")


class Expected:
    """What encoding the episodes of each environment as a whole gives."""

    def __init__(self, bundle: Path) -> None:
        self._transform = LatentTransform(bundle)

    def __call__(self, episode: int, actions: list[int]) -> np.ndarray:
        """Return the last latents of an episode after actions, as agents see them, (z,)."""
        steps = len(actions) + 1
        frames = np.stack([counting_frame(step, episode, 32) for step in range(steps)])
        led, starts = np.array([-1, *actions]), np.arange(steps) == 0
        whole = encode_sequence(self._transform.encoder, frames, led, starts)
        return self._transform.observe(whole)[-1]


def makers(env_class: type[gym.Env[Any, Any]] = CountingImageEnv) -> list[Any]:
    return [lambda length=length: env_class(episode_length=length) for length in LENGTHS]


def test_vec_latent_carries_what_whole_episodes_give(bundle: Path) -> None:
    venv = darla.VecLatent(DummyVecEnv(makers()), bundle)
    venv.seed(0)
    expected, done = Expected(bundle), [[] for _ in LENGTHS]
    episodes = [0] * len(LENGTHS)
    for row in venv.reset():
        np.testing.assert_allclose(row, expected(0, []), atol=1e-4)
    ends = 0
    for actions in ACTIONS:
        observations, _, dones, infos = venv.step(actions)
        for number, action in enumerate(actions.tolist()):
            done[number].append(action)
            if dones[number]:
                last = infos[number]["terminal_observation"]
                np.testing.assert_allclose(
                    last, expected(episodes[number], done[number]), atol=1e-4
                )
                episodes[number], done[number], ends = episodes[number] + 1, [], ends + 1
            np.testing.assert_allclose(
                observations[number], expected(episodes[number], done[number]), atol=1e-4
            )
    assert ends == 4 + 3 + 1
    again = venv.reset()  # within episodes: they are forgotten
    for row, episode in zip(again, venv.get_attr("episode"), strict=True):
        np.testing.assert_allclose(row, expected(episode, []), atol=1e-4)


@pytest.mark.parametrize("mode", AutoresetMode)
def test_vectors_carry_it_in_every_autoreset_mode(bundle: Path, mode: AutoresetMode) -> None:
    envs = darla.VectorLatentObservation(SyncVectorEnv(makers(), autoreset_mode=mode), bundle)
    observations, _ = envs.reset(seed=0)
    expected, done = Expected(bundle), [[] for _ in LENGTHS]
    episodes, over, ends = [0] * len(LENGTHS), np.zeros(len(LENGTHS), dtype=bool), 0
    for actions in ACTIONS:
        if mode == AutoresetMode.DISABLED and over.any():
            observations, _ = envs.reset(options={"reset_mask": over.copy()})
            for number in np.flatnonzero(over).tolist():
                episodes[number], done[number] = episodes[number] + 1, []
            for number in range(len(LENGTHS)):
                np.testing.assert_allclose(
                    observations[number], expected(episodes[number], done[number]), atol=1e-4
                )
            over[:] = False
        observations, _, _, ended, infos = envs.step(actions)
        for number, action in enumerate(actions.tolist()):
            if mode == AutoresetMode.NEXT_STEP and over[number]:
                episodes[number], done[number] = episodes[number] + 1, []
            else:
                done[number].append(action)
            if mode == AutoresetMode.SAME_STEP and ended[number]:
                np.testing.assert_allclose(
                    infos["final_obs"][number],
                    expected(episodes[number], done[number]),
                    atol=1e-4,
                )
                episodes[number], done[number] = episodes[number] + 1, []
            np.testing.assert_allclose(
                observations[number], expected(episodes[number], done[number]), atol=1e-4
            )
        over, ends = ended.copy(), ends + int(ended.sum())
    assert ends >= 6


def test_one_environment_carries_it_and_its_spec_makes_it_again(bundle: Path) -> None:
    env = darla.LatentObservation(gym.make("Toy/Counting-v0"), bundle)
    expected = Expected(bundle)
    for episode in range(2):
        observation, _ = env.reset(seed=0 if episode == 0 else None)
        np.testing.assert_allclose(observation, expected(episode, []), atol=1e-4)
        for step in range(3):
            observation = env.step(2)[0]
            np.testing.assert_allclose(observation, expected(episode, [2] * (step + 1)), atol=1e-4)
    assert gym.make(gym.envs.registration.EnvSpec.from_json(env.spec.to_json())) is not None


def test_other_entries_of_a_dict_are_passed_on(bundle: Path) -> None:
    venv = darla.VecLatent(DummyVecEnv(makers(CountingDictEnv)), bundle)
    venv.reset()
    observations = venv.step(np.zeros(len(LENGTHS), int))[0]
    key = next(name for name, each in observations.items() if each.shape[1:] == (LATENTS + UNITS,))
    assert len(observations) > 1
    np.testing.assert_allclose(observations[key][0], Expected(bundle)(0, [0]), atol=1e-4)


def test_environments_are_met_in_any_order(bundle: Path) -> None:
    transform = LatentTransform(bundle)
    frames = np.random.default_rng(1).integers(0, 256, (3, 2, 32, 32, 3), dtype=np.uint8)
    both, apart = (LatentMemory(transform, spaces.Discrete(3)) for _ in range(2))
    for step in range(3):
        together = both.see(frames[step], [4, 1])
        both.act([4, 1], np.array([0, 2]))
        alone = [apart.see(frames[step, [row]], [number])[0] for row, number in ((1, 1), (0, 4))]
        for number, action in ((1, 2), (4, 0)):
            apart.act([number], np.array([action]))
        np.testing.assert_allclose(together, alone[::-1], atol=1e-5)
        if step == 1:
            for memory in (both, apart):
                memory.begin([4])
    np.testing.assert_allclose(both.held([1]), together[1:], atol=1e-6)
    last = both.see_last(frames[0], [4, 1])
    assert np.abs(last - together).max() > 1e-4
    np.testing.assert_allclose(both.held([4, 1]), together, atol=1e-6)


def test_actions_of_several_numbers_are_remembered(tmp_path: Path) -> None:
    transform = LatentTransform(make_memory_bundle(tmp_path, choices=0, numbers=2))
    memory = LatentMemory(transform, spaces.Box(-1, 1, (2,)))
    frame = counting_frame(0, 0, 32)[None]
    seen = []
    for action in ([0.5, -0.5], [0.5, 0.5]):
        memory.begin([0])
        memory.see(frame, [0])
        memory.act([0], np.array([action]))
        seen.append(memory.see(frame, [0]))
    assert np.abs(seen[0] - seen[1]).max() > 1e-4


@pytest.mark.parametrize(
    "actions", [spaces.Discrete(4), spaces.Box(-1, 1, (3,)), spaces.Text(3)], ids=str
)
def test_other_actions_than_those_learnt_of_are_refused(
    bundle: Path, actions: spaces.Space[Any]
) -> None:
    with pytest.raises(ValueError, match="has learnt what comes of actions that are one of 3") as e:
        LatentMemory(LatentTransform(bundle), actions)
    assert "\n" not in str(e.value)


def test_what_a_memory_cannot_go_with_is_refused(bundle: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="looks cannot be resampled of latents with memory"):
        darla.VecLatent(DummyVecEnv(makers()), bundle, resampled=[0])
    pixels = spaces.Box(0, 255, (3, 32, 32), np.uint8)
    with pytest.raises(ValueError, match="EncoderExtractor sees pictures in any order, but the"):
        darla.EncoderExtractor(pixels, bundle)
    plain = LatentTransform(make_toy_bundle(tmp_path / "plain"))
    with pytest.raises(ValueError, match="remembers nothing of the frames before"):
        LatentMemory(plain, spaces.Discrete(3))


def test_models_of_stable_baselines3_learn_on_it(bundle: Path) -> None:
    venv = darla.VecLatent(DummyVecEnv(makers()), load_encoder(bundle))
    model = PPO("MlpPolicy", venv, n_steps=8, batch_size=8, n_epochs=1, device="cpu")
    assert model.learn(24).num_timesteps >= 24
