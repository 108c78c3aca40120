import numpy as np
import pytest
from gymnasium import spaces

import darla
from darla.wrappers.latent_options import LatentOptions
from darla.wrappers.latent_transform import LatentTransform
from darla.wrappers.look_resampling import LookResampling
from toy_encoder import LATENTS, make_toy_bundle
from toy_envs import CountingImageEnv

LOOK = [1, 3]
STATE = [index for index in range(LATENTS) if index not in LOOK]


@pytest.fixture
def transform(tmp_path):
    return LatentTransform(make_toy_bundle(tmp_path / "encoder"), LatentOptions(zero_dead=False))


def frames_of(transform, count, seed=0):
    size = transform.encoder.image_shape
    return np.random.default_rng(seed).integers(0, 256, (count, *size), dtype=np.uint8)


def bank_rows(transform, latents):
    """Return which frame of the bundle each row's look is that of."""
    bank = transform(transform.encoder.reference_frames)[:, LOOK]
    distances = np.abs(latents[:, None][..., LOOK] - bank).max(axis=-1)
    assert (distances.min(axis=1) < 1e-4).all()
    return distances.argmin(axis=1)


def test_the_look_is_that_of_a_frame_of_d_u_and_the_state_is_the_pictures_own(transform):
    resampling = LookResampling(transform, LOOK, False, num_envs=50, seed=0)
    pictures = frames_of(transform, 50)
    latents = resampling.begin()(pictures)
    np.testing.assert_allclose(latents[:, STATE], transform(pictures)[:, STATE], atol=1e-6)
    assert len(set(bank_rows(transform, latents).tolist())) > 1


def test_a_look_is_worn_for_an_episode_also_by_its_last_observation(transform):
    resampling = LookResampling(transform, LOOK, False, num_envs=4, seed=1)
    pictures = frames_of(transform, 4)
    first = bank_rows(transform, resampling.begin()(pictures))
    same = bank_rows(transform, resampling.step([], {})(pictures))
    assert same.tolist() == first.tolist()
    encode = resampling.step([1, 2], {2: pictures[2], 1: pictures[1]})
    shown = bank_rows(transform, encode(np.concatenate([pictures, pictures[[2, 1]]])))
    assert shown[[0, 3]].tolist() == first[[0, 3]].tolist()
    assert shown[4:].tolist() == first[[2, 1]].tolist()
    assert shown[:4].tolist() == bank_rows(transform, resampling.step([], {})(pictures)).tolist()


def test_looks_are_drawn_evenly_and_anew_and_by_seed(transform):
    count = len(transform.encoder.reference_frames)
    resampling = LookResampling(transform, LOOK, False, num_envs=400 * count, seed=2)
    first = resampling.looks
    rows, sizes = np.unique(first, axis=0, return_counts=True)
    assert len(rows) == len(np.unique(resampling.bank, axis=0))
    assert sizes.min() > 300 if len(rows) == count else sizes.min() > 0
    resampling.begin()
    assert (resampling.looks != first).any()
    again = LookResampling(transform, LOOK, False, num_envs=400 * count, seed=2)
    np.testing.assert_array_equal(again.looks, first)


def test_repainted_pictures_are_those_that_the_decoder_makes(transform):
    resampling = LookResampling(transform, LOOK, True, num_envs=3, seed=3)
    pictures = frames_of(transform, 3)
    shown = resampling.begin()(pictures)
    latents = transform.encode(pictures)
    latents[:, LOOK] = resampling.looks
    repainted = transform.encoder.decode(latents)
    np.testing.assert_allclose(shown, transform(repainted), atol=1e-6)


@pytest.mark.parametrize("wrong", [[], [-1], [LATENTS]])
def test_there_must_be_latents_to_resample(transform, wrong):
    with pytest.raises(ValueError, match=r"resampled latents are .*; give one or more of 0 to"):
        LookResampling(transform, wrong, False, num_envs=1, seed=0)


def test_the_wrapper_changes_looks_with_episodes(transform):
    from stable_baselines3.common.vec_env import DummyVecEnv

    envs = [lambda: CountingImageEnv(size=32, episode_length=2, ending="truncated")] * 3
    venv = darla.VecLatent(
        DummyVecEnv(envs), transform.encoder, zero_dead=False, resampled=LOOK, seed=4
    )
    assert isinstance(venv.observation_space, spaces.Box)
    looks = [bank_rows(transform, venv.reset())]
    for _ in range(40):
        observations, _, dones, infos = venv.step(np.zeros(3, dtype=int))
        if dones.any():
            last = np.stack([info["terminal_observation"] for info in infos])
            assert bank_rows(transform, last).tolist() == looks[-1].tolist()
            looks.append(bank_rows(transform, observations))
        else:
            assert bank_rows(transform, observations).tolist() == looks[-1].tolist()
    assert len({tuple(each) for each in looks}) > 1
