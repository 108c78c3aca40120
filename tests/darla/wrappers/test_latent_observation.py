import gymnasium as gym
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env
from gymnasium.wrappers import FrameStackObservation

import darla
import toy_envs  # noqa: F401
from darla.encoder.bundle import load_encoder, random_encoder
from darla.wrappers.latent_transform import LatentTransform
from toy_encoder import LATENTS, make_toy_bundle
from toy_envs import counting_frame


@pytest.fixture
def bundle(tmp_path):
    return make_toy_bundle(tmp_path / "encoder")


def test_observations_are_latents_of_the_pictures(bundle):
    env = darla.LatentObservation(gym.make("Toy/Counting-v0"), bundle)
    transform = LatentTransform(bundle)
    observation, _ = env.reset(seed=0)
    assert observation in env.observation_space
    np.testing.assert_allclose(observation, transform(counting_frame(0, 0, 32)[None])[0], 1e-5)
    observation = env.step(1)[0]
    np.testing.assert_allclose(observation, transform(counting_frame(1, 0, 32)[None])[0], 1e-5)


def test_gymnasiums_checker_passes(bundle):
    check_env(darla.LatentObservation(gym.make("Toy/Factors-v0"), bundle), skip_render_check=True)


@pytest.mark.parametrize("loaded", [True, False])
def test_the_spec_is_text_and_makes_the_environment_again(bundle, loaded):
    encoder = load_encoder(bundle) if loaded else bundle
    env = darla.LatentObservation(gym.make("Toy/Counting-v0"), encoder, zero_dead=False)
    assert str(bundle) in env.spec.to_json()
    restored = gym.envs.registration.EnvSpec.from_json(env.spec.to_json())
    again = gym.make(restored)
    np.testing.assert_array_equal(again.reset(seed=3)[0], env.reset(seed=3)[0])


def test_a_spec_does_not_take_a_random_encoder_for_the_trained_one(bundle):
    env = darla.LatentObservation(gym.make("Toy/Counting-v0"), random_encoder(bundle, seed=0))
    env.spec.to_json()
    with pytest.raises(ValueError, match="never saved"):
        gym.make(env.spec)


def test_other_entries_of_a_dict_are_passed_on(bundle):
    env = darla.LatentObservation(gym.make("Toy/CountingDict-v0"), bundle)
    env.reset(seed=0)
    observation = env.step(0)[0]
    assert observation in env.observation_space
    assert observation["image"].shape == (LATENTS,)
    assert observation["state"] == 1


def test_one_of_several_pictures_is_named(bundle):
    with pytest.raises(ValueError, match="give one as key"):
        darla.LatentObservation(gym.make("Toy/CountingDict-v0", second_image=True), bundle)
    env = darla.LatentObservation(
        gym.make("Toy/CountingDict-v0", second_image=True), bundle, key="map"
    )
    observation = env.reset(seed=0)[0]
    assert observation["map"].shape == (LATENTS,)
    assert observation["image"].shape == (32, 32, 3)


def test_latents_can_be_stacked(bundle):
    env = FrameStackObservation(darla.LatentObservation(gym.make("Toy/Counting-v0"), bundle), 3)
    env.reset(seed=0)
    stacked = env.step(0)[0]
    assert stacked.shape == (3, LATENTS)
    pictures = np.stack([counting_frame(step, 0, 32) for step in (0, 0, 1)])
    np.testing.assert_allclose(stacked, LatentTransform(bundle)(pictures), atol=1e-5)


def test_an_environment_without_pictures_is_refused(bundle):
    with pytest.raises(ValueError, match="no picture"):
        darla.LatentObservation(gym.make("Toy/Blind-v0"), bundle)


def test_a_spec_names_an_encoder_that_comes_with_the_package_and_holds_plain_values():
    env = gym.make("Toy/Counting-v0", size=64)
    shown = darla.LatentObservation(
        env, "rooms", masked=np.array([3, 1]), standardize=np.bool_(True), removed=np.eye(32)[:1]
    )
    kwargs = shown.spec.additional_wrappers[-1].kwargs
    assert kwargs["encoder"] == "rooms" and kwargs["masked"] == [3, 1]
    again = gym.make(gym.envs.registration.EnvSpec.from_json(shown.spec.to_json()))
    np.testing.assert_array_equal(again.reset(seed=0)[0], shown.reset(seed=0)[0])
