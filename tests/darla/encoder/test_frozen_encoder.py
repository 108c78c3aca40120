import numpy as np
import pytest
import torch

from darla.encoder.bundle import load_encoder
from darla.encoder.frozen_encoder import (
    ENCODE_CHUNK,
    FrozenEncoder,
    LatentStatistics,
    latent_statistics,
)
from darla.encoder.likelihoods import kl_from_standard_normal
from darla.encoder.network_shape import NetworkShape
from darla.encoder.networks import make_encoder, to_pictures
from toy_frames import toy_frames, write_toy_bundle


@pytest.fixture(scope="module")
def frozen(tmp_path_factory: pytest.TempPathFactory) -> FrozenEncoder:
    return load_encoder(write_toy_bundle(tmp_path_factory.mktemp("bundle") / "encoder"))


def test_latents_are_the_posterior_means(frozen: FrozenEncoder) -> None:
    frames, _ = toy_frames(5)
    latents = frozen.encode(frames)
    assert latents.shape == (5, 4) and latents.dtype == np.float32
    expected = frozen.encoder(to_pictures(torch.from_numpy(frames))).mu
    np.testing.assert_array_equal(latents, expected.numpy())


def test_encoding_is_deterministic_and_makes_fresh_arrays(frozen: FrozenEncoder) -> None:
    frames, _ = toy_frames(5)
    first, second = frozen.encode(frames), frozen.encode(frames)
    np.testing.assert_array_equal(first, second)
    assert not np.shares_memory(first, second)


def test_arrays_and_tensors_are_the_same(frozen: FrozenEncoder) -> None:
    frames, _ = toy_frames(5)
    tensor = torch.from_numpy(frames)
    np.testing.assert_array_equal(frozen.encode(tensor), frozen.encode(frames))
    assert torch.equal(frozen.encode_tensor(tensor), frozen(tensor))
    np.testing.assert_array_equal(frozen.encode_tensor(tensor).numpy(), frozen.encode(frames))


def test_any_layout_of_memory_will_do(frozen: FrozenEncoder) -> None:
    frames, _ = toy_frames(5)
    read_only = frames.copy()
    read_only.flags.writeable = False
    every_other = np.repeat(frames, 2, axis=0)[::2]
    for same in (read_only, every_other, np.asfortranarray(frames)):
        np.testing.assert_array_equal(frozen.encode(same), frozen.encode(frames))


def test_batches_larger_than_a_chunk_are_whole(frozen: FrozenEncoder) -> None:
    frames, _ = toy_frames(ENCODE_CHUNK + 3)
    latents = frozen.encode(frames)
    assert latents.shape == (ENCODE_CHUNK + 3, 4)
    np.testing.assert_allclose(latents[-3:], frozen.encode(frames[-3:]), atol=1e-5)


def test_no_frames_give_no_latents(frozen: FrozenEncoder) -> None:
    assert frozen.encode(np.zeros((0, 32, 32, 3), np.uint8)).shape == (0, 4)


@pytest.mark.parametrize(
    "frames",
    [
        np.zeros((2, 32, 32, 3), np.float32),
        np.zeros((2, 16, 32, 3), np.uint8),
        np.zeros((32, 32, 3), np.uint8),
        np.zeros((2, 3, 32, 32), np.uint8),
    ],
)
def test_other_frames_are_refused(frozen: FrozenEncoder, frames: np.ndarray) -> None:
    for encode in (frozen.encode, lambda array: frozen.encode_tensor(torch.from_numpy(array))):
        with pytest.raises(ValueError, match=r"of shape \(N, 32, 32, 3\); .*, \(32, 32\)\)$"):
            encode(frames)


def test_it_stays_frozen_whatever_is_called(frozen: FrozenEncoder) -> None:
    frozen.train()
    frozen.requires_grad_(True)
    assert not any(module.training for module in frozen.modules())
    assert not any(parameter.requires_grad for parameter in frozen.parameters())
    assert not frozen.encode_tensor(torch.from_numpy(toy_frames(1)[0])).requires_grad


def test_decoding_gives_frames(frozen: FrozenEncoder) -> None:
    frames = frozen.decode(np.zeros((3, 4), np.float32))
    assert frames.shape == (3, 32, 32, 3) and frames.dtype == np.uint8
    with pytest.raises(ValueError, match=r"expected \(N, 4\)"):
        frozen.decode(np.zeros((3, 5), np.float32))


def test_a_trainable_copy_leaves_the_original_alone(frozen: FrozenEncoder) -> None:
    frames = torch.from_numpy(toy_frames(2)[0])
    before = frozen.encode(frames)
    copy = frozen.trainable_copy()
    np.testing.assert_array_equal(copy(to_pictures(frames)).mu.detach().numpy(), before)
    copy(to_pictures(frames)).mu.sum().backward()
    with torch.no_grad():
        for parameter in copy.parameters():
            parameter.add_(1.0)
    np.testing.assert_array_equal(frozen.encode(frames), before)


def test_statistics_are_those_of_all_frames() -> None:
    encoder = make_encoder(NetworkShape((32, 32, 3), (4, 4), 0, 3))
    frames = torch.from_numpy(toy_frames(50)[0])
    statistics = latent_statistics(encoder, frames.split(20))
    with torch.no_grad():
        mu, logvar = encoder(to_pictures(frames))
    assert logvar is not None
    latents = mu.numpy()
    np.testing.assert_allclose(statistics.mean, latents.mean(axis=0), atol=1e-5)
    np.testing.assert_allclose(statistics.std, latents.std(axis=0), atol=1e-5)
    np.testing.assert_allclose(statistics.low, np.percentile(latents, 1, axis=0), atol=1e-5)
    np.testing.assert_allclose(statistics.high, np.percentile(latents, 99, axis=0), atol=1e-5)
    kl = kl_from_standard_normal(mu, logvar).mean(dim=0)
    np.testing.assert_allclose(statistics.kl, kl.numpy(), atol=1e-5)
    assert {values.dtype for values in statistics.tensors().values()} == {torch.float32}


def test_activity_is_a_matter_of_kl_or_else_of_spread() -> None:
    zeros = np.zeros(2, np.float32)
    kl, std = np.array([0.01, 0.0099], np.float32), np.array([0.0, 0.01], np.float32)
    statistics = LatentStatistics(mean=zeros, std=std, kl=kl, low=zeros, high=zeros)
    assert statistics.active("gaussian").tolist() == [True, False]
    assert statistics.active("point").tolist() == [False, True]


def test_a_shorter_precision_changes_latents_by_little(frozen: FrozenEncoder) -> None:
    frames = np.random.default_rng(0).integers(0, 256, (64, 32, 32, 3), dtype=np.uint8)
    short = frozen.in_precision("bfloat16")
    exact, rounded = frozen.encode(frames), short.encode(frames)
    assert rounded.dtype == np.float32
    assert not np.array_equal(exact, rounded)
    np.testing.assert_allclose(rounded, exact, atol=0.05 * exact.std())
    np.testing.assert_array_equal(frozen.encode(frames), exact)  # and this one stays what it was
    assert short.trainable_copy().convolutions[0].weight.dtype == torch.float32


def test_full_precision_is_the_encoder_itself(frozen: FrozenEncoder) -> None:
    assert frozen.in_precision("float32") is frozen
    with pytest.raises(ValueError, match="unknown precision"):
        frozen.in_precision("float8")
