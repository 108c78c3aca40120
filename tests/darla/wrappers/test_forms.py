"""Wrappers show the same latents whatever form pictures have in observations."""

import gymnasium as gym
import numpy as np
import pytest
from gymnasium import spaces
from stable_baselines3.common.vec_env import DummyVecEnv, VecFrameStack

import darla
import toy_envs
from darla.wrappers.latent_transform import LatentTransform
from toy_encoder import LATENTS, make_toy_bundle
from toy_envs import FORMS, counting_frame


@pytest.fixture
def bundle(tmp_path):
    return make_toy_bundle(tmp_path / "encoder")


def shown_by(wrapper, bundle, **settings):
    """Return what a wrapper shows at a reset, after a step and at an episode's end."""
    make = lambda: toy_envs.FormedEnv(episode_length=2, **settings)  # noqa: E731
    if wrapper == "single":
        env = darla.LatentObservation(make(), bundle)
        return [env.reset(seed=0)[0], env.step(0)[0], env.step(0)[0]]
    if wrapper == "vector":
        mode = gym.vector.AutoresetMode.SAME_STEP
        envs = darla.VectorLatentObservation(
            gym.vector.SyncVectorEnv([make], autoreset_mode=mode), bundle
        )
        shown = [envs.reset(seed=0)[0], envs.step(np.array([0]))[0]]
        return [*first_rows(shown), envs.step(np.array([0]))[-1]["final_obs"][0]]
    venv = darla.VecLatent(DummyVecEnv([make]), bundle)
    shown = [venv.reset(), venv.step([0])[0]]
    return [*first_rows(shown), venv.step([0])[-1][0]["terminal_observation"]]


def first_rows(batches):
    dictionaries = isinstance(batches[0], dict)
    return [{k: v[0] for k, v in b.items()} if dictionaries else b[0] for b in batches]


@pytest.mark.parametrize("wrapper", ["single", "vector", "vec"])
@pytest.mark.parametrize("form", FORMS)
def test_latents_are_those_of_the_rgb_picture(wrapper, form, bundle):
    frames = np.stack([counting_frame(step, 0, (32, 40)) for step in range(3)])
    if "grey" in form:
        frames = frames[..., :1].repeat(3, axis=-1)
    expected = LatentTransform(bundle)(frames)
    np.testing.assert_allclose(shown_by(wrapper, bundle, form=form), expected, atol=1e-5)


@pytest.mark.parametrize("wrapper", ["single", "vector", "vec"])
def test_vectors_beside_a_picture_are_kept(wrapper, bundle):
    shown = shown_by(wrapper, bundle, form="rgb first", in_dict=True)
    assert [each["state"][0] for each in shown] == [0, 1, 2]
    assert all(each["eye"].shape == (LATENTS,) for each in shown)


@pytest.mark.parametrize("form", ["grey last", "rgb"])
def test_pictures_that_are_stacked_already_are_refused(form, bundle):
    venv = VecFrameStack(DummyVecEnv([lambda: toy_envs.FormedEnv(form=form)]), 3)
    with pytest.raises(ValueError, match="put VecFrameStack around VecLatent, not below"):
        darla.VecLatent(venv, bundle)


def test_an_extractor_takes_a_grey_picture(bundle):
    import torch

    space = spaces.Box(0, 255, (1, 32, 32), np.uint8)
    extractor = darla.EncoderExtractor(space, bundle)
    grey = np.random.default_rng(0).integers(0, 256, (2, 1, 32, 32), dtype=np.uint8)
    expected = LatentTransform(bundle)(grey.repeat(3, axis=1).transpose(0, 2, 3, 1))
    np.testing.assert_allclose(extractor(torch.from_numpy(grey)), expected, atol=1e-4)
