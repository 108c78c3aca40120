import warnings

import numpy as np
import pytest
import torch
from gymnasium import spaces
from stable_baselines3 import A2C, DQN, PPO
from stable_baselines3.common.vec_env import DummyVecEnv, VecFrameStack, VecTransposeImage

import darla
from darla.wrappers.latent_options import LatentOptions
from darla.wrappers.latent_transform import LatentTransform
from toy_encoder import LATENTS, make_toy_bundle
from toy_envs import CountingDictEnv, CountingImageEnv, counting_frame

LENGTHS = (2, 3)
PIXELS = spaces.Box(0, 255, (3, 32, 32), np.uint8)


@pytest.fixture
def bundle(tmp_path):
    torch.set_num_threads(1)
    return make_toy_bundle(tmp_path / "encoder")


def make(ending="truncated", env_class=CountingImageEnv, lengths=LENGTHS, size=32):
    return DummyVecEnv(
        [
            lambda length=length: env_class(size=size, episode_length=length, ending=ending)
            for length in lengths
        ]
    )


def expected(bundle, moments):
    pictures = np.stack([counting_frame(step, episode, 32) for step, episode in moments])
    return LatentTransform(bundle)(pictures)


@pytest.mark.parametrize("ending", ["truncated", "terminated"])
def test_terminal_observations_are_encoded_in_the_same_batch(bundle, ending):
    venv = darla.VecLatent(make(ending), bundle)
    calls, encode = [], venv.transform.encoder.encode
    venv.transform.encoder.encode = lambda frames: calls.append(len(frames)) or encode(frames)
    venv.seed(0)
    np.testing.assert_allclose(venv.reset(), expected(bundle, [(0, 0)] * 2), atol=1e-5)
    venv.step(np.array([0, 0]))
    observations, _, dones, infos = venv.step(np.array([0, 0]))
    assert dones.tolist() == [True, False]
    np.testing.assert_allclose(observations, expected(bundle, [(0, 1), (2, 0)]), atol=1e-5)
    terminal = infos[0]["terminal_observation"]
    np.testing.assert_allclose(terminal[None], expected(bundle, [(2, 0)]), atol=1e-5)
    assert "terminal_observation" not in infos[1]
    assert infos[0]["TimeLimit.truncated"] == (ending == "truncated")
    assert calls == [2, 2, 3]


def test_dict_observations(bundle):
    venv = darla.VecLatent(make(env_class=CountingDictEnv), bundle)
    venv.reset()
    venv.step(np.array([0, 0]))
    observations, _, _, infos = venv.step(np.array([0, 0]))
    assert observations["image"].shape == (2, LATENTS)
    assert observations["state"].tolist() == [[0], [2]]
    assert infos[0]["terminal_observation"]["state"] == 2
    assert infos[0]["terminal_observation"]["image"].shape == (LATENTS,)


def test_latents_can_be_stacked(bundle):
    venv = VecFrameStack(darla.VecLatent(make(), bundle), 3)
    venv.seed(0)
    venv.reset()
    venv.step(np.array([0, 0]))
    observations, _, _, infos = venv.step(np.array([0, 0]))
    steps = expected(bundle, [(0, 0), (1, 0), (2, 0)]).ravel()
    np.testing.assert_allclose(observations[1], steps, atol=1e-5)
    np.testing.assert_allclose(infos[0]["terminal_observation"], steps, atol=1e-5)


@pytest.mark.parametrize(
    ("algorithm", "settings"),
    [
        (PPO, {"n_steps": 16, "batch_size": 16, "n_epochs": 1}),
        (A2C, {"n_steps": 8}),
        (DQN, {"learning_starts": 8, "buffer_size": 100, "batch_size": 8}),
    ],
)
@pytest.mark.parametrize("ending", ["truncated", "terminated"])
def test_algorithms_learn_through_the_ends_of_episodes(bundle, algorithm, settings, ending):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        venv = darla.VecLatent(make(ending), bundle)
        algorithm("MlpPolicy", venv, device="cpu", seed=0, **settings).learn(64)


def test_pictures_already_transposed_are_encoded_alike(bundle):
    transposed = darla.VecLatent(VecTransposeImage(make()), bundle).reset()
    np.testing.assert_allclose(transposed, darla.VecLatent(make(), bundle).reset(), atol=1e-6)


def extractor_policy(bundle, **arguments):
    return {
        "features_extractor_class": darla.EncoderExtractor,
        "features_extractor_kwargs": {"encoder": str(bundle), **arguments},
        "net_arch": [8],
    }


def ppo_with(bundle, normalize_images=True, **arguments):
    policy = extractor_policy(bundle, **arguments) | {"normalize_images": normalize_images}
    return PPO(
        "CnnPolicy",
        make(lengths=(5, 5)),
        n_steps=16,
        batch_size=16,
        n_epochs=2,
        policy_kwargs=policy,
        device="cpu",
        seed=0,
    )


def encoder_weights(model):
    state = model.policy.features_extractor.state_dict()
    return {name: tensor.clone() for name, tensor in state.items()}


def test_a_frozen_extractor_never_changes(bundle):
    original = darla.load_encoder(bundle).encoder.state_dict()
    model = ppo_with(bundle).learn(64)
    after = encoder_weights(model)
    for name, tensor in original.items():
        assert torch.equal(after[f"network.{name}"], tensor)
    model.policy.set_training_mode(True)
    assert not any(module.training for module in model.policy.features_extractor.modules())


def test_a_trainable_extractor_starts_from_the_bundle_and_changes(bundle):
    original = darla.load_encoder(bundle).encoder.state_dict()
    model = ppo_with(bundle, trainable=True)
    before = encoder_weights(model)
    for name, tensor in original.items():
        assert torch.equal(before[f"network.{name}"], tensor)
    after = encoder_weights(model.learn(64))
    assert any(not torch.equal(before[name], after[name]) for name in before)
    model.policy.set_training_mode(True)
    assert model.policy.features_extractor.network.training
    untouched = darla.load_encoder(bundle).encoder.state_dict()
    assert all(torch.equal(untouched[name], original[name]) for name in original)


@pytest.mark.parametrize("trainable", [True, False])
def test_a_dqn_on_an_extractor(bundle, trainable):
    policy = extractor_policy(bundle, trainable=trainable)
    settings = {"learning_starts": 8, "buffer_size": 50, "batch_size": 8}
    DQN("CnnPolicy", make(), policy_kwargs=policy, device="cpu", **settings).learn(32)


@pytest.mark.parametrize("normalize_images", [True, False])
def test_an_extractor_sees_what_the_wrapper_shows(bundle, normalize_images):
    model = ppo_with(bundle, normalize_images, normalized_image=not normalize_images)
    pictures = np.stack([counting_frame(step, 0, 32) for step in (0, 7, 90)])
    observation, _ = model.policy.obs_to_tensor(pictures)
    with torch.no_grad():
        features = model.policy.extract_features(observation, model.policy.features_extractor)
    np.testing.assert_allclose(features, LatentTransform(bundle)(pictures), atol=1e-4)


def test_an_extractor_hides_latents(bundle):
    pictures = np.stack([counting_frame(step, 0, 32) for step in (3, 200)])
    extractor = darla.EncoderExtractor(PIXELS, bundle, masked=[1])
    features = extractor(torch.from_numpy(pictures).permute(0, 3, 1, 2))
    np.testing.assert_allclose(
        features, LatentTransform(bundle, LatentOptions(masked=[1]))(pictures), atol=1e-4
    )
    assert (features[:, 1] == 0).all() and (features[:, 0] != 0).all()
    with pytest.raises(ValueError, match="masked latents"):
        darla.EncoderExtractor(PIXELS, bundle, masked=[LATENTS])


def test_an_extractor_made_of_a_shape_is_filled_with_the_policys_weights(bundle):
    original = darla.EncoderExtractor(PIXELS, bundle, trainable=True, masked=[1])
    empty = darla.EncoderExtractor(PIXELS, original.network.shape, trainable=True)
    pictures = torch.from_numpy(np.stack([counting_frame(7, 0, 32)])).permute(0, 3, 1, 2)
    expected = original(pictures)
    assert not torch.equal(empty(pictures), expected)
    empty.load_state_dict(original.state_dict())
    assert torch.equal(empty(pictures), expected)


def test_an_extractor_takes_raw_uint8_and_other_sizes(bundle):
    pictures = np.stack([counting_frame(step, 0, 64) for step in (3, 200)])
    space = spaces.Box(0, 255, (3, 64, 64), np.uint8)
    extractor = darla.EncoderExtractor(space, bundle)
    features = extractor(torch.from_numpy(pictures).permute(0, 3, 1, 2))
    np.testing.assert_allclose(features, LatentTransform(bundle)(pictures), atol=0.05)


def test_stacked_pictures_are_encoded_one_by_one(bundle):
    space = spaces.Box(0, 255, (6, 32, 32), np.uint8)
    extractor = darla.EncoderExtractor(space, bundle)
    assert extractor.features_dim == 2 * LATENTS
    pictures = np.stack([counting_frame(step, 0, 32) for step in (3, 200)])
    stacked = torch.from_numpy(pictures).permute(0, 3, 1, 2).reshape(1, 6, 32, 32)
    expected_features = LatentTransform(bundle)(pictures).reshape(1, -1)
    np.testing.assert_allclose(extractor(stacked), expected_features, atol=1e-5)


@pytest.mark.parametrize(
    "space",
    [
        spaces.Box(0, 255, (32, 32, 3), np.uint8),
        spaces.Box(0, 1, (3, 32, 32), np.float32),
        spaces.Box(-1, 1, (4,), np.float32),
    ],
)
def test_an_extractor_refuses_what_is_no_picture(bundle, space):
    with pytest.raises(ValueError, match="takes RGB pictures"):
        darla.EncoderExtractor(space, bundle)


WIDE = spaces.Box(0, 255, (3, 40, 48), np.uint8)


@pytest.mark.parametrize(
    ("space", "normalized"),
    [
        (spaces.Box(0, 255, (96, 96, 3), np.uint8), False),
        (spaces.Box(0, 1, (84, 84, 3), np.float32), True),
        (spaces.Box(0, 255, (84, 84, 12), np.uint8), False),
        (spaces.Box(0, np.inf, (3, 64, 64), np.float32), True),
        (spaces.Box(-1, 1, (3, 64, 64), np.float32), True),
        (spaces.Box(0, 255, (64, 64), np.uint8), False),
        (spaces.Dict({"x": spaces.Box(-1, 1, (2,), np.float32)}), False),
        (spaces.Dict({"a": WIDE, "b": WIDE}), False),
    ],
)
def test_an_extractor_refuses_pictures_that_it_would_misread(bundle, space, normalized):
    with pytest.raises(ValueError, match=r"\(3k, H, W\)"):
        darla.EncoderExtractor(space, bundle, normalized_image=normalized)


def test_an_extractor_puts_a_dicts_other_entries_behind_the_latents(bundle):
    space = spaces.Dict({"speed": spaces.Box(-1, 1, (2,), np.float32), "picture": PIXELS})
    extractor = darla.EncoderExtractor(space, bundle)
    assert extractor.features_dim == LATENTS + 2
    frames = np.random.default_rng(0).integers(0, 256, (4, 32, 32, 3), dtype=np.uint8)
    observed = {
        "picture": torch.from_numpy(frames.transpose(0, 3, 1, 2).copy()),
        "speed": torch.arange(8.0).reshape(4, 2),
    }
    features = extractor(observed).numpy()
    np.testing.assert_allclose(features[:, :LATENTS], LatentTransform(bundle)(frames), atol=1e-4)
    np.testing.assert_array_equal(features[:, LATENTS:], observed["speed"].numpy())


def test_a_dict_policy_learns_with_an_extractor(bundle):
    policy = {
        "features_extractor_class": darla.EncoderExtractor,
        "features_extractor_kwargs": {"encoder": bundle},
    }
    venv = make(env_class=CountingDictEnv)
    PPO(
        "MultiInputPolicy", venv, n_steps=4, batch_size=8, policy_kwargs=policy, device="cpu"
    ).learn(8)
