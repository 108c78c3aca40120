import numpy as np
import pytest
from gymnasium import spaces

from darla.encoder.bundle import load_encoder
from darla.wrappers.latent_options import LatentOptions
from darla.wrappers.latent_transform import LatentTransform
from darla.wrappers.picture_observer import PictureObserver
from toy_encoder import DEAD, LATENTS, make_toy_bundle
from toy_envs import counting_frame

IMAGE = spaces.Box(0, 255, (32, 32, 3), np.uint8)
STATE = spaces.Box(-1, 1, (2,), np.float32)


@pytest.fixture
def bundle(tmp_path):
    return make_toy_bundle(tmp_path / "encoder")


@pytest.fixture
def frames():
    return np.random.default_rng(3).integers(0, 256, (5, 32, 32, 3), dtype=np.uint8)


def test_latents_are_standardised_and_dead_ones_zero(bundle, frames):
    encoder = load_encoder(bundle)
    raw, statistics = encoder.encode(frames), encoder.statistics
    latents = LatentTransform(bundle)(frames)
    expected = (raw - statistics.mean) / statistics.std
    expected[:, DEAD] = 0
    assert latents.dtype == np.float32
    assert latents.shape == (5, LATENTS)
    np.testing.assert_allclose(latents, expected, rtol=1e-5, atol=1e-6)


def test_switches_give_raw_latents(bundle, frames):
    latents = LatentTransform(bundle, LatentOptions(standardize=False, zero_dead=False))(frames)
    np.testing.assert_allclose(latents, load_encoder(bundle).encode(frames), rtol=1e-6)


def test_dead_latents_can_be_kept(bundle, frames):
    assert LatentTransform(bundle, LatentOptions(zero_dead=False))(frames)[:, DEAD].any()
    assert not LatentTransform(bundle, LatentOptions(standardize=False))(frames)[:, DEAD].any()


def test_masked_latents_are_zero_and_the_others_stay(bundle, frames):
    all_of_them = LatentTransform(bundle)(frames)
    masked = LatentTransform(bundle, LatentOptions(masked=[0]))(frames)
    assert not masked[:, 0].any()
    np.testing.assert_array_equal(masked[:, 1:], all_of_them[:, 1:])


def test_removed_directions_are_projected_out_whatever_their_length_and_angle(bundle, frames):
    shown = LatentTransform(bundle)(frames)
    slanted = [[3.0, 0.0, 0.0, 0.0], [1.0, 1.0, 0.0, 0.0], [2.0, 1.0, 0.0, 0.0]]
    hidden = LatentTransform(bundle, LatentOptions(removed=slanted))
    assert hidden.removed.shape == (2, LATENTS)  # the third lies in the plane of the others
    left = hidden(frames)
    np.testing.assert_allclose(left[:, :2], 0, atol=1e-5)
    np.testing.assert_array_equal(left[:, 2:], shown[:, 2:])


@pytest.mark.parametrize("directions", [[[1.0, 2.0]], [1.0, 0.0, 0.0, 0.0], [[np.nan] * 4]])
def test_directions_have_a_number_for_each_latent(bundle, directions):
    with pytest.raises(ValueError, match=r"directions to remove have shape .*; give \(k, .\) fin"):
        LatentTransform(bundle, LatentOptions(removed=directions))


@pytest.mark.parametrize("index", [-1, LATENTS])
def test_masks_name_latents_that_are_there(bundle, index):
    with pytest.raises(ValueError, match="must be 0 to 3"):
        LatentTransform(bundle, LatentOptions(masked=[index]))


def test_a_batch_gives_what_single_pictures_give(bundle, frames):
    transform = LatentTransform(bundle)
    single = np.concatenate([transform(frame[None]) for frame in frames])
    np.testing.assert_allclose(transform(frames), single, atol=1e-5)


def test_pictures_of_another_size_are_resized(bundle):
    transform = LatentTransform(bundle)
    for size in (64, (48, 96), 16):
        pictures = np.stack([counting_frame(step, 2, size) for step in range(3)])
        assert transform(pictures).shape == (3, LATENTS)


@pytest.mark.parametrize(
    "pictures",
    [
        np.zeros((2, 32, 32, 3), np.float32),
        np.zeros((32, 32, 3), np.uint8),
        np.zeros((2, 32, 32, 1), np.uint8),
    ],
)
def test_other_pictures_are_refused(bundle, pictures):
    with pytest.raises(ValueError, match=r"uint8 of shape \(N, h, w, 3\)"):
        LatentTransform(bundle)(pictures)


def test_an_encoder_must_be_a_folder_or_an_encoder():
    with pytest.raises(ValueError, match="bundle's folder"):
        LatentTransform(17)


def test_a_missing_bundle_is_said(tmp_path):
    with pytest.raises(FileNotFoundError, match="no encoder bundle"):
        LatentTransform(tmp_path / "nowhere")


@pytest.mark.parametrize("device", ["quantum", "cuda:99"])
def test_an_impossible_device_is_refused(bundle, device, monkeypatch):
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    with pytest.raises(ValueError, match="device"):
        LatentTransform(bundle, device=device)


def test_a_policy_sees_latents_in_place_of_the_picture(bundle, frames):
    transform = LatentTransform(bundle)
    observe = PictureObserver(transform, spaces.Dict({"camera": IMAGE, "state": STATE}))
    assert list(observe.space) == ["camera", "state"]
    assert observe.space["camera"].shape == (LATENTS,)
    assert observe.space["state"] == STATE
    seen = observe({"camera": frames, "state": np.ones((5, 2), np.float32)})
    np.testing.assert_array_equal(seen["camera"], transform(frames))
    assert seen["state"].all()
    np.testing.assert_array_equal(PictureObserver(transform, IMAGE)(frames), transform(frames))


def test_an_observer_needs_a_picture(bundle):
    with pytest.raises(ValueError, match="no picture"):
        PictureObserver(LatentTransform(bundle), STATE)
